"""One module a use case: its command or query and the function that handles it."""
