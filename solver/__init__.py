"""CP-SAT repair of schedules: a problem in integers goes in, checked answers with bounds come out."""

from solver.activity import Activity, Requirement
from solver.check import Checker, Verdict, check
from solver.clash import Clash, find_clashes
from solver.cost import Cost
from solver.engine import Status
from solver.errors import InvalidProblem, UnsoundAnswer
from solver.fixed_claim import FixedClaim
from solver.kind import Kind
from solver.limits import Limits
from solver.placement import Assignment, Placement, today
from solver.problem import ProblemData
from solver.progress import Progress
from solver.repair import repair
from solver.resource import Resource, ResourceKind
from solver.result import Result, Tier
from solver.solve import solve
from solver.suggest import suggest
from solver.suggestion import Change, Suggestion
from solver.weights import Weights

__all__ = [
    "Activity",
    "Assignment",
    "Change",
    "Checker",
    "Clash",
    "Cost",
    "FixedClaim",
    "InvalidProblem",
    "Kind",
    "Limits",
    "Placement",
    "ProblemData",
    "Progress",
    "Requirement",
    "Resource",
    "ResourceKind",
    "Result",
    "Status",
    "Suggestion",
    "Tier",
    "UnsoundAnswer",
    "Verdict",
    "Weights",
    "check",
    "find_clashes",
    "repair",
    "solve",
    "suggest",
    "today",
]
