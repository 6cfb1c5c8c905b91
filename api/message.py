"""What goes over the bus."""

from typing import Generic, TypeVar

R_co = TypeVar("R_co", covariant=True)


class Message(Generic[R_co]):
    """A command or query; the type parameter is what its handler answers."""

    __slots__ = ()
