"""The demo venue: a house, its people and a season of bookings, made in code from a seed."""
