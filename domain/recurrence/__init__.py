"""Series: what a pattern says, and the starts it stands for."""
