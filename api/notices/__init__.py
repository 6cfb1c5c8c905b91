"""What people are told by mail: news made of facts, written, and sent."""
