"""What activities claim."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from solver.errors import InvalidProblem
from solver.ranges import Ranges, normalised
from solver.reading import Reader


class ResourceKind(Enum):
    """What a resource is, which decides the level of a clash on it (SCH-011, SCH-012, SCH-013)."""

    VENUE = "Venue"
    STAFF = "Staff"
    EQUIPMENT = "Equipment"
    OTHER = "Other"
    CALENDAR = "Calendar"


_KEYS = frozenset(
    {
        "capacity",
        "kind",
        "closures",
        "open_windows",
        "seats",
        "features",
        "setup_minutes",
        "teardown_minutes",
        "interchange_group",
    }
)


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that can be held up to a quantity at once, in minutes from the horizon's start.

    capacity: the quantity that may be held at one instant, at least 1; a calendar's is what it holds at once.
    closures: half-open ranges in which no moved activity may run.
    open_windows: half-open ranges in which it may run, None for always; setup and teardown may lie outside.
    seats: people it holds, None when unknown.
    setup_minutes, teardown_minutes: held before the start and after the end of each activity.
    interchange_group: resources of one group stand in for each other; None for no group.
    """

    capacity: int
    kind: ResourceKind
    closures: Ranges = ()
    open_windows: Ranges | None = None
    seats: int | None = None
    features: frozenset[int] = frozenset()
    setup_minutes: int = 0
    teardown_minutes: int = 0
    interchange_group: int | None = None

    def __post_init__(self) -> None:
        if self.capacity < 1:
            raise InvalidProblem(f"capacity must be at least 1, got {self.capacity}")
        if self.seats is not None and self.seats < 0:
            raise InvalidProblem(f"seats must not be negative, got {self.seats}")
        if self.setup_minutes < 0 or self.teardown_minutes < 0:
            raise InvalidProblem(
                "setup and teardown must not be negative, "
                f"got {self.setup_minutes} and {self.teardown_minutes}"
            )
        _normalise(self, "closures", self.closures)
        if self.open_windows is not None:
            _normalise(self, "open_windows", self.open_windows)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, complete."""
        return {
            "capacity": self.capacity,
            "kind": self.kind.value,
            "closures": [list(pair) for pair in self.closures],
            "open_windows": None if self.open_windows is None else [list(pair) for pair in self.open_windows],
            "seats": self.seats,
            "features": sorted(self.features),
            "setup_minutes": self.setup_minutes,
            "teardown_minutes": self.teardown_minutes,
            "interchange_group": self.interchange_group,
        }

    @classmethod
    def from_dict(cls, raw: object, where: str) -> "Resource":
        """Read back what `to_dict` wrote; raises InvalidProblem naming the place."""
        reader = Reader(raw, where, _KEYS)
        kind = reader.value("kind")
        if kind not in {member.value for member in ResourceKind}:
            raise InvalidProblem(f"{where}.kind: unknown kind {kind!r}")
        return cls(
            capacity=reader.integer("capacity"),
            kind=ResourceKind(kind),
            closures=reader.ranges("closures"),
            open_windows=reader.optional_ranges("open_windows"),
            seats=reader.optional_integer("seats"),
            features=frozenset(reader.integers("features")),
            setup_minutes=reader.integer("setup_minutes"),
            teardown_minutes=reader.integer("teardown_minutes"),
            interchange_group=reader.optional_integer("interchange_group"),
        )


def _normalise(resource: Resource, name: str, ranges: Ranges) -> None:
    for low, high in ranges:
        if low >= high:
            raise InvalidProblem(f"{name}: empty or reversed range [{low}, {high})")
    object.__setattr__(resource, name, normalised(ranges))
