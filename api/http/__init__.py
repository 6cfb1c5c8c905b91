"""The REST surface: routers parse requests into messages, and answers into JSON."""
