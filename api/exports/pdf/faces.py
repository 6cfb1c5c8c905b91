"""The fonts that ship with two packages, cut down to the characters that a document has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import uharfbuzz

_NOTO, _CJK = "manimgx_fonts", "justmytype_intl_cjk"
_REGULAR, _BOLD = 400, 600
_SHAPING_TABLES = tuple(int.from_bytes(tag) for tag in (b"GSUB", b"GPOS", b"GDEF"))


@dataclass(frozen=True, slots=True)
class Face:
    """A font file.

    name: how it is called here.
    is_complex: whether its glyphs depend on their neighbours.
    is_pictorial: whether it has pictures, which have no direction.
    """

    name: str
    package: str
    path: str
    is_complex: bool = True
    is_pictorial: bool = False

    def covers(self, character: str) -> bool:
        """Whether the font has a glyph for the character."""
        return ord(character) in _code_points(self)

    def cut(self, characters: Iterable[str], *, bold: bool) -> bytes:
        """A TrueType font in one weight with the glyphs that the characters need."""
        wanted = uharfbuzz.SubsetInput()
        wanted.unicode_set.update([ord(one) for one in characters if self.covers(one)])
        wanted.pin_all_axes_to_default(_opened(self))
        wanted.pin_axis_location(_opened(self), "wght", _BOLD if bold else _REGULAR)
        if not self.is_complex:
            wanted.drop_table_tag_set.update(_SHAPING_TABLES)
        return bytes(uharfbuzz.subset(_opened(self), wanted).blob.data)


_SIMPLE = frozenset({"Armenian", "Georgian", "Ethiopic", "Symbols"})
"""Scripts whose letters look the same wherever they stand."""

LATIN = Face("Sans", _NOTO, "NotoSans[wght].ttf", is_complex=False)
_SCRIPTS = tuple(
    Face(script, _NOTO, f"NotoSans{script}[wght].ttf", is_complex=script not in _SIMPLE)
    for script in (
        *("Arabic", "Hebrew", "Armenian", "Georgian", "Devanagari", "Bengali", "Gujarati", "Gurmukhi"),
        *("Kannada", "Malayalam", "Oriya", "Sinhala", "Tamil", "Telugu", "Thai", "Lao", "Khmer", "Myanmar"),
        *("Ethiopic", "Symbols"),
    )
)
_EMOJI = Face("Emoji", _NOTO, "NotoEmoji[wght].ttf", is_pictorial=True)
_EAST_ASIAN = {
    region: Face(
        f"Cjk{region}",
        _CJK,
        f"fonts/ofl/notosans{region.lower()}/NotoSans{region}[wght].ttf",
        is_complex=False,
    )
    for region in ("JP", "KR", "SC", "TC")
}


def faces_for(text: str) -> Iterator[Face]:
    """The faces in which to look for a text's characters, in order of preference.

    Han characters are drawn as the text's own language has them, as far as its other characters tell.
    """
    yield LATIN
    yield from _SCRIPTS
    yield _EMOJI
    first = "SC"
    if any("\u3040" <= one <= "\u30ff" for one in text):
        first = "JP"
    elif any("\uac00" <= one <= "\ud7a3" or "\u1100" <= one <= "\u11ff" for one in text):
        first = "KR"
    yield _EAST_ASIAN[first]
    yield from (face for region, face in _EAST_ASIAN.items() if region != first)


@cache
def _code_points(face: Face) -> frozenset[int]:
    return frozenset(_opened(face).unicodes)


@cache
def _opened(face: Face) -> uharfbuzz.Face:
    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(files(face.package) / face.path)))
