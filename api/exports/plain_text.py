"""Text that every file format can carry."""

from __future__ import annotations

import unicodedata

_KEPT_FORMAT_CHARACTERS = "\u200c\u200d"
"""Joiners: emoji and several scripts are spelt with them."""

UNTITLED = "(untitled)"
"""Shown where a title has nothing but what is left out."""


def plain_text(value: str) -> str:
    """The text on one line, without control characters or marks that turn the direction of what follows."""
    kept = (
        " " if unicodedata.category(one) in {"Cc", "Zl", "Zp"} else one
        for one in value
        if unicodedata.category(one) not in {"Cf", "Cs", "Co", "Cn"} or one in _KEPT_FORMAT_CHARACTERS
    )
    return " ".join("".join(kept).split())


def plain_title(value: str) -> str:
    """The same of a title, of which something is to be seen."""
    return plain_text(value) or UNTITLED


def plain_lines(value: str) -> str:
    """The same of text that has several lines; they stay."""
    return "\n".join(plain_text(line) for line in value.splitlines()).strip()
