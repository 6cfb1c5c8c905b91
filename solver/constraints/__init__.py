"""One class for each rule of the model; each adds itself to a CP-SAT model and stands alone in its tests."""
