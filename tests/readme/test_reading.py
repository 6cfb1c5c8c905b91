"""How README's outputs are compared with real ones."""

from __future__ import annotations

import pytest

from tests.readme.tour import Step, is_abridged_to, steps_of

PRINTED = "HTTP 200\n{\n    one\n    two\n    three\n}\n"


@pytest.mark.parametrize(
    "shown",
    [
        PRINTED,
        "HTTP 200\n...\n}\n",
        "HTTP 200\n{\n...\n    two\n...\n}\n",
        "...\n    three\n}\n",
        "HTTP 200\n...\n",
        "HTTP 200\n...\n    two\n    three\n...\n",
        "HTTP 200\n{\n    one\n...\n    two\n    three\n}\n",
    ],
)
def test_lines_may_be_left_out(shown: str) -> None:
    assert is_abridged_to(PRINTED, shown)


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "HTTP 200\n",
        "HTTP 200\n{\n    one\n    two\n    three\n",
        "{\n...\n}\n",
        "HTTP 200\n...\n    three\n",
        "HTTP 200\n...\n    one\n    three\n...\n}\n",
        "HTTP 200\n...\n    three\n...\n    two\n...\n}\n",
        "HTTP 200\n...\n    two\n...\n    two\n...\n}\n",
        "HTTP 200\n{\n    one\n    two\n...\n    two\n    three\n}\n",
        "HTTP 409\n...\n}\n",
    ],
)
def test_lines_may_not_be_others_or_elsewhere(shown: str) -> None:
    assert not is_abridged_to(PRINTED, shown)


@pytest.mark.parametrize(
    ("printed", "shown", "alike"),
    [
        ("01a209ab-9d38-7772-b085-2f4a895b7e21", "b076a1dc-68bb-5e51-a892-03e38c675db3", True),
        ("2027-12-28T18:00:00Z", "2031-01-02T18:00:00Z", True),
        ("2027-12-28T18:00:00Z", "2027-12-28T19:00:00Z", False),
        ("2027-12-28T18:00:00.000001Z", "2031-01-02T19:10:11.120000Z", True),
        ("to Tuesday 28 December 2027, 20:00", "to Friday 2 January, 20:00", True),
        ("to Tuesday 28 December 2027, 20:00", "to Tuesday 28 December 2027, 21:00", False),
        ('"cost": 161', '"cost": 162', False),
        ("  one", "one", False),
    ],
)
def test_ids_and_days_may_differ(printed: str, shown: str, alike: bool) -> None:
    assert is_abridged_to(printed, shown) is alike


def test_only_the_blocks_of_the_tour_are_its_steps() -> None:
    fence = "`" * 3
    text = f"""# Name

{fence}bash
before
{fence}

## A five-minute tour

{fence}bash
first
second
{fence}

### More

{fence}bash
third
{fence}

{fence}text
out
...
{fence}

## After

{fence}bash
after
{fence}
"""
    assert steps_of(text) == [Step("first\nsecond\n", ""), Step("third\n", "out\n...\n")]
