"""Ids that are the same in every demo."""

from uuid import UUID, uuid5

_NAMESPACE = UUID("9c1f4f0b-6e7d-4a53-8a3e-25b7d1c0e4f6")


def demo_id(kind: str, name: str) -> UUID:
    """The id of a named thing of the demo; scattered, as GiST likes them."""
    return uuid5(_NAMESPACE, f"{kind}\0{name}")
