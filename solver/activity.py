"""What may be moved, and what it needs."""

from dataclasses import dataclass
from typing import Any

from solver.errors import InvalidProblem
from solver.ranges import Ranges, normalised
from solver.reading import Reader

_REQUIREMENT_KEYS = frozenset(
    {"resource", "quantity", "primary", "alternatives", "seats_needed", "features_needed"}
)
_ACTIVITY_KEYS = frozenset(
    {
        "start_minute",
        "duration_minutes",
        "requirements",
        "start_windows",
        "start_step_minutes",
        "can_swap",
        "is_request",
        "attendees",
        "touch_cost",
    }
)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One claim of an activity: where it sits today and what could stand in.

    resource: index of the resource it holds today.
    quantity: how much of it is held, at least 1.
    primary: whether a staff clash on it is Moderate rather than Minor (SCH-012).
    alternatives: indices of resources at least as good, the preferred first.
    seats_needed, features_needed: what every alternative must offer.
    """

    resource: int
    quantity: int = 1
    primary: bool = False
    alternatives: tuple[int, ...] = ()
    seats_needed: int = 0
    features_needed: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if self.quantity < 1:
            raise InvalidProblem(f"quantity must be at least 1, got {self.quantity}")
        if self.seats_needed < 0:
            raise InvalidProblem(f"seats_needed must not be negative, got {self.seats_needed}")
        if self.resource in self.alternatives:
            raise InvalidProblem(f"resource {self.resource} is its own alternative")
        if len(set(self.alternatives)) != len(self.alternatives):
            raise InvalidProblem("alternatives repeat a resource")

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, complete."""
        return {
            "resource": self.resource,
            "quantity": self.quantity,
            "primary": self.primary,
            "alternatives": list(self.alternatives),
            "seats_needed": self.seats_needed,
            "features_needed": sorted(self.features_needed),
        }

    @classmethod
    def from_dict(cls, raw: object, where: str) -> "Requirement":
        """Read back what `to_dict` wrote; raises InvalidProblem naming the place."""
        reader = Reader(raw, where, _REQUIREMENT_KEYS)
        return cls(
            resource=reader.integer("resource"),
            quantity=reader.integer("quantity"),
            primary=reader.boolean("primary"),
            alternatives=reader.integers("alternatives"),
            seats_needed=reader.integer("seats_needed"),
            features_needed=frozenset(reader.integers("features_needed")),
        )


@dataclass(frozen=True, slots=True)
class Activity:
    """One booking the solver may move, in minutes from the horizon's start.

    start_minute: where it sits today (a request: where it was asked for); also the warm start.
    duration_minutes: at least 1; a move keeps it.
    start_windows: half-open ranges in which it may start; empty means pinned, in time and in resources.
    start_step_minutes: a new start is a multiple of this; today's start is always one.
    can_swap: whether its requirements may take their alternatives.
    is_request: not in the schedule yet, so closures bind it even where it was asked for.
    attendees: people expected, 0 when unknown.
    touch_cost: the cost of changing it at all, whatever the change.
    """

    start_minute: int
    duration_minutes: int
    requirements: tuple[Requirement, ...] = ()
    start_windows: Ranges = ()
    start_step_minutes: int = 1
    can_swap: bool = True
    is_request: bool = False
    attendees: int = 0
    touch_cost: int = 1

    def __post_init__(self) -> None:
        if self.duration_minutes < 1:
            raise InvalidProblem(f"duration_minutes must be at least 1, got {self.duration_minutes}")
        if self.start_step_minutes < 1:
            raise InvalidProblem(f"start_step_minutes must be at least 1, got {self.start_step_minutes}")
        if self.attendees < 0 or self.touch_cost < 0:
            raise InvalidProblem("attendees and touch_cost must not be negative")
        held = [requirement.resource for requirement in self.requirements]
        if len(set(held)) != len(held):
            raise InvalidProblem("two requirements hold the same resource")
        for low, high in self.start_windows:
            if low >= high:
                raise InvalidProblem(f"start_windows: empty or reversed range [{low}, {high})")
        object.__setattr__(self, "start_windows", normalised(self.start_windows))

    @property
    def is_pinned(self) -> bool:
        """Whether nothing about it may change."""
        return not self.start_windows

    def options(self, requirement: int) -> tuple[int, ...]:
        """The resources a requirement may hold, today's first."""
        needed = self.requirements[requirement]
        if self.is_pinned or not self.can_swap:
            return (needed.resource,)
        return (needed.resource, *needed.alternatives)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, complete."""
        return {
            "start_minute": self.start_minute,
            "duration_minutes": self.duration_minutes,
            "requirements": [requirement.to_dict() for requirement in self.requirements],
            "start_windows": [list(pair) for pair in self.start_windows],
            "start_step_minutes": self.start_step_minutes,
            "can_swap": self.can_swap,
            "is_request": self.is_request,
            "attendees": self.attendees,
            "touch_cost": self.touch_cost,
        }

    @classmethod
    def from_dict(cls, raw: object, where: str) -> "Activity":
        """Read back what `to_dict` wrote; raises InvalidProblem naming the place."""
        reader = Reader(raw, where, _ACTIVITY_KEYS)
        return cls(
            start_minute=reader.integer("start_minute"),
            duration_minutes=reader.integer("duration_minutes"),
            requirements=tuple(
                Requirement.from_dict(item, f"{where}.requirements[{i}]")
                for i, item in enumerate(reader.array("requirements"))
            ),
            start_windows=reader.ranges("start_windows"),
            start_step_minutes=reader.integer("start_step_minutes"),
            can_swap=reader.boolean("can_swap"),
            is_request=reader.boolean("is_request"),
            attendees=reader.integer("attendees"),
            touch_cost=reader.integer("touch_cost"),
        )
