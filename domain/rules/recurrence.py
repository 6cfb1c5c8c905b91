"""How long a series may be (SCH-006)."""

from domain.errors import TooManyOccurrences


def ensure_occurrences_allowed(count: int, maximum: int, field: str) -> None:
    """Reject a series that asks for more occurrences than one may have (SCH-006).

    maximum: `Policy.maximum_occurrences`.
    field: which of the pattern's fields asks for them.
    """
    if count > maximum:
        raise TooManyOccurrences(field, maximum)
