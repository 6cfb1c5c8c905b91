"""What every use case that places a booking shares."""
