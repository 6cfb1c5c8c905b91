"""Typed reading of decoded JSON, so that a bad document names the place at fault."""

from collections.abc import Mapping

from solver.errors import InvalidProblem
from solver.ranges import Ranges


class Reader:
    """One JSON object being read; every key must be known and every value of its type."""

    def __init__(self, raw: object, where: str, keys: frozenset[str]) -> None:
        if not isinstance(raw, Mapping):
            raise InvalidProblem(f"{where}: expected an object, got {type(raw).__name__}")
        unknown = sorted(str(key) for key in raw if key not in keys)
        if unknown:
            raise InvalidProblem(f"{where}: unknown keys {', '.join(unknown)}")
        self._raw = raw
        self._where = where

    def value(self, key: str) -> object:
        """The raw value under a key that must be there."""
        if key not in self._raw:
            raise InvalidProblem(f"{self._where}: {key} is missing")
        return self._raw[key]

    def integer(self, key: str) -> int:
        """A whole number."""
        return _integer(self.value(key), f"{self._where}.{key}")

    def optional_integer(self, key: str) -> int | None:
        """A whole number or null."""
        return None if self.value(key) is None else self.integer(key)

    def boolean(self, key: str) -> bool:
        """True or false."""
        value = self.value(key)
        if not isinstance(value, bool):
            raise InvalidProblem(f"{self._where}.{key}: expected true or false")
        return value

    def array(self, key: str) -> list[object]:
        """A list of anything."""
        value = self.value(key)
        if not isinstance(value, list):
            raise InvalidProblem(f"{self._where}.{key}: expected a list")
        return value

    def integers(self, key: str) -> tuple[int, ...]:
        """A list of whole numbers."""
        return tuple(_integer(v, f"{self._where}.{key}[{i}]") for i, v in enumerate(self.array(key)))

    def ranges(self, key: str) -> Ranges:
        """A list of pairs of whole numbers."""
        found = []
        for i, pair in enumerate(self.array(key)):
            where = f"{self._where}.{key}[{i}]"
            if not isinstance(pair, list) or len(pair) != 2:
                raise InvalidProblem(f"{where}: expected a pair")
            found.append((_integer(pair[0], where), _integer(pair[1], where)))
        return tuple(found)

    def optional_ranges(self, key: str) -> Ranges | None:
        """A list of pairs of whole numbers, or null."""
        return None if self.value(key) is None else self.ranges(key)


def _integer(value: object, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidProblem(f"{where}: expected a whole number")
    return value
