"""The decision variables of one activity that may move."""

from ortools.sat.python import cp_model

from solver.cost import swap_cost
from solver.cp_ranges import domain_of
from solver.freedom import Freedom
from solver.occupancy import Occupancy
from solver.placement import Placement
from solver.ranges import Ranges, contains, difference, intersection, multiples, normalised


class Mover:
    """One activity's choices.

    stay: nothing changes. same_time: today's start. held[i][r]: requirement i holds resource r.
    kept[i]: requirement i's claim is exactly today's. fresh[i][r]: it holds r by a claim that is not today's.
    reach: the starts it may take at all, today's included. grid: the new start counted in
        steps. free[i][r]: the starts at which r is clear of all that stays.
    """

    def __init__(
        self, model: cp_model.CpModel, occupancy: Occupancy, index: int, freedom: Freedom | None = None
    ) -> None:
        self.index = index
        self.activity = occupancy.problem.activities[index]
        self.now = self.activity.start_minute
        self.step = self.activity.start_step_minutes
        self._problem = occupancy.problem
        self.reach = self._time_reach(freedom or Freedom())
        self.options = [
            self._affordable(place, freedom or Freedom()) for place in range(len(self.activity.requirements))
        ]
        self.free: list[dict[int, Ranges]] = [
            {
                resource: intersection(self.reach, occupancy.free_starts(index, place, resource))
                for resource in options
            }
            for place, options in enumerate(self.options)
        ]
        name = f"a{index}"
        self.stay = model.new_bool_var(f"{name}.stay")
        self.same_time = model.new_bool_var(f"{name}.same_time")
        self.start = model.new_int_var_from_domain(domain_of(self.reach), f"{name}.start")
        steps = self.steps(self.reach)
        if self.step == 1 or not steps:
            self.grid = self.start
        else:
            self.grid = model.new_int_var_from_domain(domain_of(steps), f"{name}.grid")
        self.can_move_in_time = bool(steps)
        self.held = [
            {r: model.new_bool_var(f"{name}.{i}.holds{r}") for r in o} for i, o in enumerate(self.options)
        ]
        self.kept = [model.new_bool_var(f"{name}.{i}.kept") for i in range(len(self.options))]
        self.fresh = [
            {
                resource: (
                    model.new_bool_var(f"{name}.{i}.fresh{resource}")
                    if resource == options[0]
                    else self.held[i][resource]
                )
                for resource in options
            }
            for i, options in enumerate(self.options)
        ]
        farthest = max(self.reach[-1][1] - 1 - self.now, self.now - self.reach[0][0])
        self.minutes_moved = model.new_int_var(0, farthest, f"{name}.minutes_moved")

    def steps(self, ranges: Ranges) -> Ranges:
        """The grid positions in ranges of starts, today's start left out."""
        return multiples(difference(ranges, ((self.now, self.now + 1),)), self.step)

    def fits_now(self, requirement: int, resource: int) -> bool:
        """Whether a requirement could newly hold a resource at today's start."""
        return contains(self.free[requirement][resource], self.now)

    def placement(self, solver: cp_model.CpSolver) -> Placement:
        """Where a solution puts it."""
        return Placement(
            solver.value(self.start),
            tuple(
                next(r for r, held in choice.items() if solver.boolean_value(held)) for choice in self.held
            ),
        )

    def hint(self, model: cp_model.CpModel, placement: Placement) -> None:
        """Start the search from a placement."""
        same_time = placement.start_minute == self.now
        kept = [same_time and r == o[0] for r, o in zip(placement.resources, self.options, strict=True)]
        model.add_hint(self.start, placement.start_minute)
        model.add_hint(self.same_time, same_time)
        model.add_hint(self.stay, same_time and all(kept))
        model.add_hint(self.minutes_moved, abs(placement.start_minute - self.now))
        if self.grid is not self.start and not same_time:
            model.add_hint(self.grid, placement.start_minute // self.step)
        for i, resource in enumerate(placement.resources):
            model.add_hint(self.kept[i], kept[i])
            for option in self.options[i]:
                model.add_hint(self.held[i][option], option == resource)
            model.add_hint(self.fresh[i][self.options[i][0]], resource == self.options[i][0] and not kept[i])

    def _time_reach(self, freedom: Freedom) -> Ranges:
        reach = self.activity.start_windows if freedom.time else ()
        price = self._problem.weights.minute_moved
        if freedom.detour_limit is not None and price:
            most = freedom.detour_limit // price
            reach = intersection(reach, ((self.now - most, self.now + most + 1),))
        today = ((self.now, self.now + 1),)
        return normalised((*reach, *today))

    def _affordable(self, place: int, freedom: Freedom) -> tuple[int, ...]:
        options = self.activity.options(place)
        if not freedom.swaps:
            return options[:1]
        limit = freedom.detour_limit
        if limit is None:
            return options
        return tuple(r for r in options if swap_cost(self._problem, self.activity, place, r) <= limit)
