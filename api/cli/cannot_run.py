"""Why a command gives up."""


class CannotRun(Exception):
    """A command cannot do what was asked; the message says why and what to do next."""
