"""Coming in with a password, and what is kept of people."""
