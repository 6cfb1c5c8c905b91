"""Whether everything that must be true of a Callboard is, and what to do where it is not."""
