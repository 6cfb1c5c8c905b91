"""Fields that cannot be changed."""

from __future__ import annotations

import pytest

from domain.errors import FieldException
from domain.kept import ensure_kept


def test_a_field_may_be_sent_back_as_it_is_or_left_out() -> None:
    ensure_kept("ownerId", "hall", "hall")
    ensure_kept("ownerId", "hall", None)
    with pytest.raises(FieldException) as refused:
        ensure_kept("ownerId", "hall", "cellar")
    assert refused.value.errors == {"ownerId": ["cannot be changed"]}
