"""The service: REST, the command line, use cases and what wires them together."""
