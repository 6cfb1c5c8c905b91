"""Whose own things somebody may list."""

from __future__ import annotations

from uuid import uuid4

import pytest

from domain.enums import Role
from domain.errors import ForbiddenException
from domain.rules.ownership import owner_asked_for
from domain.viewer import Viewer

OTHER = uuid4()


@pytest.mark.parametrize("role", list(Role))
def test_ones_own_and_as_admin_anybodys(role: Role) -> None:
    viewer = Viewer(uuid4(), role)
    assert owner_asked_for(viewer, None, "feeds") == viewer.user_id
    assert owner_asked_for(viewer, viewer.user_id, "feeds") == viewer.user_id
    if role is Role.Admin:
        assert owner_asked_for(viewer, OTHER, "feeds") == OTHER
    else:
        with pytest.raises(ForbiddenException, match=r"^Only an Admin lists the feeds of others$"):
            owner_asked_for(viewer, OTHER, "feeds")
