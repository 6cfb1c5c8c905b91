"""What goes wrong before a solve begins."""


class InvalidProblem(ValueError):
    """The problem contradicts itself; the message names the place, as `activities[3].requirements[0]`."""


class UnsoundAnswer(RuntimeError):
    """The checker rejected what the model answered; the answer is withheld."""
