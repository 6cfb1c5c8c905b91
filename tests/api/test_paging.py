"""Cursors: what a list gives out it takes back, and nothing else."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.paging import decode_cursor, encode_cursor, page_of
from api.http.wire import JsonResponse, Wire
from domain.errors import FieldException


class Number(Wire):
    number: int


def _page(found: list[int], limit: int):
    return page_of(found, limit, lambda one: (one, UUID(int=one)), lambda one: Number(number=one))


def _raw(document: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), st.uuids())
def test_a_text_position_comes_back(value: str, identifier: UUID) -> None:
    assert decode_cursor(encode_cursor(value, identifier), str) == (value, identifier)


@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_an_instant_comes_back(value: datetime, identifier: UUID) -> None:
    assert decode_cursor(encode_cursor(value, identifier), datetime) == (value, identifier)


@given(st.integers(-(2**31), 2**31 - 1), st.uuids())
def test_a_number_comes_back(value: int, identifier: UUID) -> None:
    assert decode_cursor(encode_cursor(value, identifier), int) == (value, identifier)


@given(st.text(max_size=60), st.sampled_from([str, int, datetime]))
def test_any_other_text_is_a_bad_cursor(cursor: str, kind: type) -> None:
    with pytest.raises(FieldException) as caught:
        decode_cursor(cursor, kind)
    assert caught.value.errors == {"cursor": ["must be a nextCursor that this list gave out"]}


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (["a", "not-an-id"], str),
        (["a"], str),
        (["a", str(uuid4()), "more"], str),
        ({"a": 1}, str),
        (7, str),
        ([7, str(uuid4())], str),
        (["a", 7], str),
        (["a\x00b", str(uuid4())], str),
        (["7", str(uuid4())], int),
        ([True, str(uuid4())], int),
        ([7.0, str(uuid4())], int),
        ([2**31, str(uuid4())], int),
        (["2030-01-01T00:00:00", str(uuid4())], datetime),
        (["yesterday", str(uuid4())], datetime),
    ],
)
def test_a_tampered_cursor_is_refused(document: object, kind: type) -> None:
    with pytest.raises(FieldException):
        decode_cursor(_raw(document), kind)


def test_no_cursor_is_the_start() -> None:
    assert decode_cursor(None, str) is None


def test_the_last_page_says_so() -> None:
    assert JsonResponse(_page([1, 2], 2)).body == b'{"items":[{"number":1},{"number":2}],"nextCursor":null}'


def test_one_too_many_means_there_is_more() -> None:
    page = _page([1, 2, 3], 2)
    assert [one.number for one in page.items] == [1, 2]
    assert decode_cursor(page.next_cursor, int) == (2, UUID(int=2))


def test_an_empty_page() -> None:
    assert JsonResponse(_page([], 2)).body == b'{"items":[],"nextCursor":null}'
