"""Who is asking, and what for."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from domain.enums import Role, Scope
from domain.errors import ForbiddenException, TooManyAttempts
from domain.viewer import Viewer


@pytest.mark.parametrize("scope", Scope)
def test_a_program_may_what_its_scopes_name(scope: Scope) -> None:
    Viewer(UUID(int=1), Role.Customer).ensure_scope(scope)
    Viewer(UUID(int=1), Role.Customer, frozenset({scope})).ensure_scope(scope)
    without = Viewer(UUID(int=1), Role.Admin, frozenset(Scope) - {scope})
    with pytest.raises(ForbiddenException) as refused:
        without.ensure_scope(scope)
    assert refused.value.detail == f"This token lacks the scope {scope.value}"


def test_who_has_tried_too_often_hears_how_long_to_wait() -> None:
    assert TooManyAttempts(timedelta(minutes=3)).retry_after == timedelta(minutes=3)
