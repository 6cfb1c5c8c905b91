"""What the service says of how it is doing: metrics, traces and logs (spec 16)."""
