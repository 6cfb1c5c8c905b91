"""Finding somebody in texts, however they are written there."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import is_dataclass
from enum import Enum
from typing import Any, get_args, get_type_hints
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic.alias_generators import to_camel

from domain import entities, facts
from domain.traces import MACHINE_KEYS, Traces

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
    document: dict[str, Any] = {"said": [1, None, True, {"told": "by Zoë O'Quill"}, 2.5], "role": "Staff"}
    wanted = {"said": [1, None, True, {"told": f"by {NAME}"}, 2.5], "role": "Staff"}
    assert TRACES.replaced(document) == wanted


def test_what_programs_read_stays() -> None:
    """Keys, zones, and what is under keys that are for words of our own; no more."""
    traces = Traces(ADA, ("London", "Reason", "Soon"))
    document = {
        "Reason": "reason",
        "zone": "Europe/London",
        "city": "London",
        "frequency": "Soon",
        "x": "Soon",
    }
    wanted = {"Reason": NAME, "zone": "Europe/London", "city": NAME, "frequency": "Soon", "x": NAME}
    assert traces.replaced(document) == wanted


def test_words_of_our_own_have_their_keys() -> None:
    """Every field of a fact or of a thing that is an enum is named among the keys that are left alone."""
    found = set()
    for module in (facts, entities):
        for kind in vars(module).values():
            if isinstance(kind, type) and is_dataclass(kind):
                found |= {name for name, hint in get_type_hints(kind).items() if _has_enum(hint)}
    assert {to_camel(name) for name in found} - MACHINE_KEYS == set()


def _has_enum(hint: Any) -> bool:
    return (isinstance(hint, type) and issubclass(hint, Enum)) or any(map(_has_enum, get_args(hint)))


@pytest.mark.parametrize("name", ["Al", "Staff", "manager", "EventScheduledOnCalendar", "???", ""])
def test_what_could_be_anything_is_not_looked_for(name: str) -> None:
    traces = Traces(ADA, (name,))
    assert traces.sql_pattern is None
    assert traces.replaced(f"Staff manager Al EventScheduledOnCalendar {name}").count(NAME) == 0


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("李明", "李明的婚礼", f"{NAME}的婚礼"),
        ("李 明", "和李明、李　明", f"和{NAME}、{NAME}"),
        ("Иван Петров", "свадьба Ивана, иван петрова", f"свадьба Ивана, {NAME}\u0430"),
        ("山田太郎 Taro", "山田太郎 Taro様", "山田太郎 Taro様"),
    ],
)
def test_other_scripts_have_no_borders(name: str, text: str, wanted: str) -> None:
    traces = Traces(ADA, (name,))
    assert traces.replaced(text) == wanted
    assert text == wanted or re.search(traces.sql_pattern or "", text, re.DOTALL)


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
