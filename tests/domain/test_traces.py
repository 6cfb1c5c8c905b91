"""Finding somebody in texts, however they are written there."""

from __future__ import annotations

import re
import unicodedata
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.traces import Traces

ADA = UUID("01a226ec-ca62-7943-8963-4303627c7cca")
NAME, ADDRESS = "Erased person 627c7cca", "erased-627c7cca@erased.invalid"
TRACES = Traces(ADA, ("Zoë O'Quill", "Zoë Oldname"), ("zoe@quill.example",))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Zoë O'Quill", NAME),
        ("The wedding of ZOË O'QUILL!", f"The wedding of {NAME}!"),
        ("zoë o\u2019quill", NAME),
        ("Zoë\nO'Quill", NAME),
        ("Zoë%20O%27Quill zoë_o_quill.pdf", f"{NAME} {NAME}.pdf"),
        (unicodedata.normalize("NFD", "Zoë O'Quill"), NAME),
        ("Quill, Zoë O'", f"{NAME}'"),
        ("née Zoë Oldname", f"née {NAME}"),
        ("mailto:Zoe@Quill.example?x", f"mailto:{ADDRESS}?x"),
        ("a=zoe%40quill.example", f"a={ADDRESS}"),
        ("Zoë O'Quill <zoe@quill.example>", f"{NAME} <{ADDRESS}>"),
        ("Zoë O'Quillan", "Zoë O'Quillan"),
        ("Azoë O'Quill", "Azoë O'Quill"),
        ("Zoë and O'Quill", "Zoë and O'Quill"),
        ("benzoe@quill.example", "benzoe@quill.example"),
        ("zoe@quillxexample", "zoe@quillxexample"),
        ("Quill", "Quill"),
        ("", ""),
    ],
)
def test_in_a_text(text: str, wanted: str) -> None:
    assert TRACES.replaced(text) == wanted
    assert (re.search(TRACES.sql_pattern or "", text, re.DOTALL) is not None) or text == wanted


def test_in_a_document() -> None:
    document: dict[str, Any] = {
        "Zoë O'Quill": [1, None, True, {"told": "by Zoë O'Quill"}, 2.5],
        "role": "Staff",
    }
    assert TRACES.replaced(document) == {NAME: [1, None, True, {"told": f"by {NAME}"}, 2.5], "role": "Staff"}


@pytest.mark.parametrize("name", ["Al", "Staff", "manager", "EventScheduledOnCalendar", "???", ""])
def test_what_could_be_anything_is_not_looked_for(name: str) -> None:
    traces = Traces(ADA, (name,))
    assert traces.sql_pattern is None
    assert traces.replaced(f"Staff manager Al EventScheduledOnCalendar {name}").count(NAME) == 0


def test_one_word_is_a_name_too() -> None:
    assert Traces(ADA, ("Cher",)).replaced("Cher, cherished by CHER") == f"{NAME}, cherished by {NAME}"


def test_capitals_may_be_other_letters() -> None:
    assert Traces(ADA, ("Jo Weiß",)).replaced("JO WEISS, Jo Weiß") == f"{NAME}, {NAME}"


_TEXTS = st.text(alphabet="ab ÄäßO'-\"\\%@.\n", max_size=12)


@given(_TEXTS, _TEXTS, _TEXTS)
def test_the_database_finds_whatever_is_replaced(name: str, before: str, after: str) -> None:
    """Its pattern may find more, and never less; here as Python reads it."""
    traces = Traces(ADA, (name,), (f"{name.strip()}@x.example",) if name.strip() else ())
    for text in (f"{before} {name} {after}", f"{before} {name.upper()}@x.example"):
        if traces.replaced(text) != text:
            assert traces.sql_pattern is not None
            assert re.search(traces.sql_pattern, text, re.DOTALL) is not None
