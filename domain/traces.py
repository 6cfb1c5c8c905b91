"""Finding somebody in what people wrote, and putting a pseudonym there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache, cached_property
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from domain import enums, facts

_WORD = r"[^\W_]+"
_BETWEEN = r"(?:%[0-9a-f]{2}|[\W_])"
_SHORTEST = 3

MACHINE_KEYS = frozenset(
    {
        "accessLevel", "audience", "calendarType", "conflictLevel", "conflictType", "decision",
        "factTypes", "format", "frequency", "level", "ownerType", "period", "reasonCode",
        "recurrenceType", "resolutionMethod", "resourceType", "role", "scopes", "severity",
        "status", "timeZone", "time_zone", "type", "unwanted", "viewType", "viewTypes",
    }
)  # fmt: skip
"""Under these keys documents have words that programs read, and nobody's name."""


def _our_words() -> frozenset[str]:
    """What the service itself writes: a person of that name alone cannot be told from it."""
    kinds = [one for one in vars(enums).values() if isinstance(one, type) and issubclass(one, Enum)]
    names = {member.name for kind in kinds for member in kind}
    return frozenset(one.casefold() for one in names | set(facts.FACT_TYPES))


@dataclass(frozen=True)
class Traces:
    """What somebody is known by, wherever it stands, in any case and with anything between its words.

    names: whole names, found also as "Last, First". addresses: e-mail addresses.
    A name of a single word is not looked for when it is shorter than three letters or a word of our own.
    Names without Latin letters may be shorter, and are found in the midst of letters, too: many scripts have
    no spaces between words.
    """

    user_id: UUID
    names: tuple[str, ...]
    addresses: tuple[str, ...] = ()

    @property
    def pseudonym(self) -> str:
        """What stands for the name from now on."""
        return f"Erased person {self.user_id.hex[-8:]}"

    @property
    def pseudonymous_address(self) -> str:
        """What stands for an address; `.invalid` is nowhere (RFC 2606)."""
        return f"erased-{self.user_id.hex[-8:]}@erased.invalid"

    def replaced(self, value: Any) -> Any:  # noqa: ANN401 - whatever JSON can be
        """The value with the pseudonym in every text but those that programs read: keys, zones, kinds."""
        match value:
            case str():
                return value if value in _zones() else self._in_text(value)
            case list() | tuple():
                return [self.replaced(one) for one in value]
            case dict():
                return {key: one if key in MACHINE_KEYS else self.replaced(one) for key, one in value.items()}
            case _:
                return value

    @cached_property
    def sql_pattern(self) -> str | None:
        """A regular expression of PostgreSQL that finds all of it, and more, in texts and in JSON as text.

        It spells out both cases: how the database folds letters depends on its locale. None to find nothing.
        """
        names = [
            f".{{{0 if _is_foreign(words) else 1},24}}".join(map(_spelt, words)) for words in self._words
        ]
        addresses = ["".join(map(_spelt, one)) for one in _forms(self.addresses)]
        return "|".join(f"(?:{one})" for one in dict.fromkeys((*addresses, *names))) or None

    @cached_property
    def _words(self) -> list[list[str]]:
        """The words of each form of each name."""
        found: list[list[str]] = []
        for name in _forms(self.names):
            words = re.findall(_WORD, name)
            shortest = 2 if _is_foreign(words) else _SHORTEST
            if len(words) == 1 and (len(words[0]) < shortest or words[0].casefold() in _our_words()):
                continue
            for one in (words, [*words[-1:], *words[:-1]]):
                if one and one not in found:
                    found.append(one)
        return found

    @cached_property
    def _name_pattern(self) -> re.Pattern[str] | None:
        longest_first = sorted(self._words, key=len, reverse=True)
        return _either(
            f"{_BETWEEN}{{0,8}}".join(map(re.escape, words))
            if _is_foreign(words)
            else _alone(f"{_BETWEEN}{{1,8}}".join(map(re.escape, words)))
            for words in longest_first
        )

    @cached_property
    def _address_pattern(self) -> re.Pattern[str] | None:
        return _either(_alone(re.escape(one).replace("@", "(?:@|%40)")) for one in _forms(self.addresses))

    def _in_text(self, text: str) -> str:
        # An address may hold the name.
        if self._address_pattern is not None:
            text = self._address_pattern.sub(self.pseudonymous_address, text)
        return text if self._name_pattern is None else self._name_pattern.sub(self.pseudonym, text)


def _forms(texts: Iterable[str]) -> list[str]:
    """Each text as it may be written: composed or not, and in capitals where they are other letters."""
    found: list[str] = []
    for text in texts:
        for form in (unicodedata.normalize(kind, text.strip()) for kind in ("NFC", "NFD")):
            found += [one for one in (form, form.upper(), form.casefold()) if one and one not in found]
    return found


def _either(patterns: Iterable[str]) -> re.Pattern[str] | None:
    """Any of the patterns."""
    joined = "|".join(patterns)
    return re.compile(joined, re.IGNORECASE) if joined else None


def _alone(pattern: str) -> str:
    """The pattern where no letter or digit stands on either side."""
    return rf"(?<![^\W_])(?:{pattern})(?![^\W_])"


def _is_foreign(words: Iterable[str]) -> bool:
    """Whether there are letters, and none is Latin."""
    letters = [one for one in "".join(words) if one.isalpha()]
    return bool(letters) and not any("LATIN" in unicodedata.name(one, "") for one in letters)


@cache
def _zones() -> frozenset[str]:
    """The names of time zones that have a place in them: "Europe/London" is, and "Israel" may be a person."""
    return frozenset(one for one in available_timezones() if "/" in one)


def _spelt(text: str) -> str:
    """Letters and digits in both cases; anything else may be escaped, and is any few characters."""
    letters = ({one, one.lower(), one.upper()} for one in text)
    return "".join(
        f"[{''.join(sorted(one for one in cases if len(one) == 1))}]" if character.isalnum() else ".{1,6}"
        for character, cases in zip(text, letters, strict=True)
    )
