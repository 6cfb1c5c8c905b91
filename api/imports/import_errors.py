"""What can go wrong with a schedule file as a whole; a single bad row is a `RefusedRow` instead."""

from domain.errors import FieldException


class UnreadableSchedule(FieldException):
    """The file is not a schedule that can be read.

    line, column: where reading stopped, both counted from 1; None when no one place is to blame.
    """

    def __init__(self, reason: str, line: int | None = None, column: int | None = None) -> None:
        self.reason = reason
        self.line = line
        self.column = column
        place = (
            "" if line is None else f"line {line}: " if column is None else f"line {line}, column {column}: "
        )
        super().__init__("file", place + reason)


class UnwritableMove(FieldException):
    """A move cannot be expressed in the file it was made for."""

    def __init__(self, key: str, reason: str) -> None:
        self.key = key
        self.reason = reason
        super().__init__("file", f"cannot move {key}: {reason}")
