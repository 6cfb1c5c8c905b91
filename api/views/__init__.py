"""What the use cases that show a calendar share."""
