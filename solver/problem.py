"""The solver's whole input as one immutable value."""

import json
from dataclasses import dataclass, field

from solver.activity import Activity, Requirement
from solver.errors import InvalidProblem
from solver.fixed_claim import FixedClaim
from solver.reading import Reader
from solver.resource import Resource
from solver.weights import Weights

FORMAT_VERSION = 1
_KEYS = frozenset({"version", "horizon_minutes", "resources", "activities", "fixed", "weights"})


@dataclass(frozen=True, slots=True)
class ProblemData:
    """A schedule and what may change in it; complete, checked, and enough to replay any solve.

    horizon_minutes: the length of the time looked at; permitted starts lie in [0, horizon_minutes).
    resources, activities: referred to by their index.
    fixed: what all others hold. In claims and clashes, fixed claim k goes by `len(activities) + k`; clashes
        of fixed claims with each other are nobody's business and never named.
    Raises InvalidProblem naming the place of the first contradiction.
    """

    horizon_minutes: int
    resources: tuple[Resource, ...]
    activities: tuple[Activity, ...]
    weights: Weights = field(default_factory=Weights)
    fixed: tuple[FixedClaim, ...] = ()

    def __post_init__(self) -> None:
        if self.horizon_minutes < 1:
            raise InvalidProblem(f"horizon_minutes must be at least 1, got {self.horizon_minutes}")
        for index, activity in enumerate(self.activities):
            self._check_activity(index, activity)
        for index, claim in enumerate(self.fixed):
            if not (
                0 <= claim.resource < len(self.resources) and claim.low < claim.high and claim.quantity > 0
            ):
                raise InvalidProblem(f"fixed[{index}]: {claim} is no claim on a resource of this problem")

    def to_json(self) -> str:
        """The whole problem as a JSON document that `from_json` reads back equal."""
        return json.dumps(
            {
                "version": FORMAT_VERSION,
                "horizon_minutes": self.horizon_minutes,
                "resources": [resource.to_dict() for resource in self.resources],
                "activities": [activity.to_dict() for activity in self.activities],
                "fixed": [list(claim) for claim in self.fixed],
                "weights": self.weights.to_dict(),
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> "ProblemData":
        """Read back what `to_json` wrote; raises InvalidProblem for anything else."""
        try:
            raw = json.loads(text)
        except json.JSONDecodeError as error:
            raise InvalidProblem(f"not JSON: {error}") from error
        reader = Reader(raw, "problem", _KEYS)
        if reader.integer("version") != FORMAT_VERSION:
            raise InvalidProblem(f"problem.version: expected {FORMAT_VERSION}")
        return cls(
            horizon_minutes=reader.integer("horizon_minutes"),
            resources=tuple(
                Resource.from_dict(item, f"resources[{i}]")
                for i, item in enumerate(reader.array("resources"))
            ),
            activities=tuple(
                Activity.from_dict(item, f"activities[{i}]")
                for i, item in enumerate(reader.array("activities"))
            ),
            weights=Weights.from_dict(reader.value("weights"), "weights"),
            fixed=tuple(_fixed_from(item, f"fixed[{i}]") for i, item in enumerate(reader.array("fixed"))),
        )

    def _check_activity(self, index: int, activity: Activity) -> None:
        if activity.start_windows:
            low, high = activity.start_windows[0][0], activity.start_windows[-1][1]
            if low < 0 or high > self.horizon_minutes:
                raise InvalidProblem(
                    f"activities[{index}].start_windows: [{low}, {high}) leaves [0, {self.horizon_minutes})"
                )
        for place, requirement in enumerate(activity.requirements):
            if not 0 <= requirement.resource < len(self.resources):
                raise InvalidProblem(
                    f"activities[{index}].requirements[{place}].resource: no resource {requirement.resource}"
                )
            for alternative in requirement.alternatives:
                self._check_alternative(
                    f"activities[{index}].requirements[{place}]", requirement, alternative
                )

    def _check_alternative(self, where: str, requirement: Requirement, alternative: int) -> None:
        if not 0 <= alternative < len(self.resources):
            raise InvalidProblem(f"{where}.alternatives: no resource {alternative}")
        today, other = self.resources[requirement.resource], self.resources[alternative]
        if other.kind is not today.kind:
            raise InvalidProblem(f"{where}.alternatives: resource {alternative} is of another kind")
        if today.interchange_group not in (None, other.interchange_group):
            raise InvalidProblem(f"{where}.alternatives: resource {alternative} is of another group")
        if requirement.seats_needed and (other.seats or 0) < requirement.seats_needed:
            raise InvalidProblem(f"{where}.alternatives: resource {alternative} has too few seats")
        if not requirement.features_needed <= other.features:
            raise InvalidProblem(f"{where}.alternatives: resource {alternative} lacks a feature")


def _fixed_from(raw: object, where: str) -> FixedClaim:
    match raw:
        case [int(resource), int(low), int(high), int(quantity), bool(primary)]:
            return FixedClaim(resource, low, high, quantity, primary)
        case _:
            raise InvalidProblem(f"{where}: expected [resource, low, high, quantity, primary]")
