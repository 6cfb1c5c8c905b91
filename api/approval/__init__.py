"""Changes near the start that wait for a manager (SCH-005)."""
