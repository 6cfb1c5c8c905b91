"""The contract's business rules, one function a rule."""
