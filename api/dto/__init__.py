"""JSON shapes that several use cases answer with."""
