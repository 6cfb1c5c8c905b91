"""One class for each term of the objective; each gives its expression and stands alone in its tests."""
