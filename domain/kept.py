"""Fields that stay as they are; a body that was read, edited and sent back may still have them."""

from domain.errors import FieldException


def ensure_kept(field: str, stored: object, given: object) -> None:
    """Reject another value than there is; None says nothing."""
    if given is not None and given != stored:
        raise FieldException(field, "cannot be changed")
