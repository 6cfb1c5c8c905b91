"""Linear expressions with one type, whatever their length."""

from collections.abc import Sequence

from ortools.sat.python import cp_model


def weighted(terms: Sequence[cp_model.LinearExpr], prices: Sequence[int]) -> cp_model.LinearExpr:
    """The priced sum of terms; the constant 0 when there are none."""
    if not terms:
        return cp_model.LinearExpr.constant(0)
    # A single term priced 1 comes back as itself and is typed as if it could be a number.
    return cp_model.LinearExpr.sum([cp_model.LinearExpr.weighted_sum(list(terms), list(prices))])
