"""Text of any script on a canvas: which font has its characters, how wide it is, where it breaks."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from types import TracebackType
from typing import Self

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import ShapedStr, TTFont, shapeStr
from reportlab.pdfgen.canvas import Canvas

from api.exports.pdf.directions import directed_runs, has_right_to_left
from api.exports.pdf.faces import LATIN, Face, faces_for
from api.exports.plain_text import plain_text

ELLIPSIS = "\u2026"
_NO_GLYPH = "\ufffd"
_VARIATION_SELECTORS = "\ufe0e\ufe0f"
_ALWAYS = (
    f"0123456789:+,.-\u2013\u00b7{ELLIPSIS}{_NO_GLYPH}() abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)
_JOINERS = "\u200c\u200d"
_WIDE = frozenset({"W", "F"})
_MIRRORED = dict(zip("()[]{}<>\u00ab\u00bb", ")(][}{><\u00bb\u00ab", strict=True))
_names = itertools.count()


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of text in one font. is_complex: whether it has to be shaped before it is drawn."""

    font: str
    text: str
    is_complex: bool


class Typesetter:
    """Sets the texts it is told of at the start, in two weights; a context manager, for fonts are global.

    Sizes and widths are in points.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._characters: dict[Face, set[str]] = {LATIN: {*_ALWAYS}}
        for text in texts:
            for face, part in _by_face(_settable(text), Face.covers):
                self._characters.setdefault(face, set()).update(part)
        self._fonts: dict[tuple[Face, bool], str] = {}
        self._pieces = lru_cache(maxsize=8192)(self._find_pieces)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for name in self._fonts.values():
            font = pdfmetrics.getFont(name)
            assert isinstance(font, TTFont)
            font.unregister()

    def draw(self, canvas: Canvas, x: float, y: float, text: str, size: float, *, bold: bool = False) -> None:
        """Draw a line with its left end at x and its baseline at y."""
        for piece in self._pieces(text, bold):
            shaped = _shaped(piece, size)
            canvas.setFont(piece.font, size)
            canvas.drawString(x, y, shaped)
            x += _width(shaped, piece, size)

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """How wide the line is."""
        return sum(_width(_shaped(piece, size), piece, size) for piece in self._pieces(text, bold))

    def draw_right(
        self, canvas: Canvas, x: float, y: float, text: str, size: float, *, bold: bool = False
    ) -> None:
        """Draw a line that ends at x."""
        self.draw(canvas, x - self.width(text, size, bold=bold), y, text, size, bold=bold)

    def fitted(self, text: str, size: float, width: float, *, bold: bool = False) -> str:
        """As much of the text as fits, with an ellipsis when that is not all."""
        text = _settable(text)
        if self.width(text, size, bold=bold) <= width:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            fits = self.width(text[:middle].rstrip() + ELLIPSIS, size, bold=bold) <= width
            low, high = (middle, high) if fits else (low, middle - 1)
        return _whole_characters(text, low).rstrip() + ELLIPSIS

    def wrapped(self, text: str, size: float, width: float, lines: int, *, bold: bool = False) -> list[str]:
        """The text on at most that many lines, the last cut short when it must be."""
        broken: list[str] = []
        rest = _settable(text)
        while rest and len(broken) < lines - 1:
            line, rest = self._broken_off(rest, size, width, bold)
            broken.append(line)
        if rest:
            broken.append(self.fitted(rest, size, width, bold=bold))
        return broken or [""]

    def _broken_off(self, text: str, size: float, width: float, bold: bool) -> tuple[str, str]:
        """A first line, broken where words or East Asian characters end, and the rest."""
        if self.width(text, size, bold=bold) <= width:
            return text, ""
        places = [index for index in range(1, len(text)) if _may_break(text, index)]
        fitting = [one for one in places if self.width(text[:one].rstrip(), size, bold=bold) <= width]
        if fitting:
            return text[: fitting[-1]].rstrip(), text[fitting[-1] :].lstrip()
        length = len(self.fitted(text, size, width, bold=bold)) - 1
        length = max(length, 1)
        return text[:length], text[length:]

    def _find_pieces(self, text: str, bold: bool) -> tuple[_Piece, ...]:
        pieces: list[_Piece] = []
        for run in directed_runs(_settable(text)):
            parts = [
                _Piece(self._font(face, bold), _as_drawn(part, run.is_right_to_left, face), face.is_complex)
                for face, part in _by_face(run.text, self._has)
            ]
            pieces.extend(reversed(parts) if run.is_right_to_left else parts)
        return tuple(pieces)

    def _has(self, face: Face, character: str) -> bool:
        """Whether the face was cut with the character: a part of a text is set like the whole."""
        return character in self._characters.get(face, ())

    def _font(self, face: Face, bold: bool) -> str:
        name = self._fonts.get((face, bold))
        if name is None:
            name = f"{face.name}{'Bold' if bold else ''}{next(_names)}"
            content = face.cut(self._characters.get(face, set()), bold=bold)
            font = TTFont(name, BytesIO(content))
            # PDF tells fonts by this name, and both weights come from one file.
            font.face.name = name.encode()
            pdfmetrics.registerFont(font)
            self._fonts[face, bold] = name
        return name


@lru_cache(maxsize=8192)
def _settable(text: str) -> str:
    """The text composed, without what only chooses between two looks of a character."""
    kept = "".join(one for one in plain_text(text) if one not in _VARIATION_SELECTORS)
    return unicodedata.normalize("NFC", kept)


def _by_face(text: str, has: Callable[[Face, str], bool]) -> Iterator[tuple[Face, str]]:
    """The text in stretches of one face each; what no face has is replaced."""
    faces = list(faces_for(text)) if text and not text.isascii() else [LATIN]
    current, part = LATIN, ""
    for one in text:
        face = _face_of(one, current, faces, has)
        if face is not current and part:
            yield current, part
            part = ""
        current = face
        if one in _JOINERS or has(face, one):
            part += one
        elif not _is_mark(one):
            part += _NO_GLYPH
    if part:
        yield current, part


def _face_of(one: str, current: Face, faces: list[Face], has: Callable[[Face, str], bool]) -> Face:
    if one in _JOINERS or _is_mark(one):
        return current
    if not one.isalnum() and has(current, one) and not current.is_pictorial:
        return current
    return next((face for face in faces if has(face, one)), LATIN)


def _is_mark(one: str) -> bool:
    return unicodedata.category(one).startswith("M")


def _as_drawn(text: str, is_right_to_left: bool, face: Face) -> str:
    """What is neutral in a run from the right is turned here; the shaper turns letters itself."""
    if not is_right_to_left or has_right_to_left(text) or face.is_pictorial:
        return text
    return "".join(_MIRRORED.get(one, one) for one in reversed(text))


@lru_cache(maxsize=8192)
def _shaped(piece: _Piece, size: float) -> str:
    return shapeStr(piece.text, piece.font, size) if piece.is_complex and piece.text else piece.text


def _width(shaped: str, piece: _Piece, size: float) -> float:
    if isinstance(shaped, ShapedStr):
        data = shaped.__shapeData__  # type: ignore[attr-defined]  # the stubs do not know it
        return float(sum(one.x_advance for one in data) * size / 1000)
    return float(pdfmetrics.stringWidth(shaped, piece.font, size))


def _may_break(text: str, index: int) -> bool:
    """Whether a line may end before the character at the index."""
    before, after = text[index - 1], text[index]
    if after == " " or after in _JOINERS or _is_mark(after):
        return False
    is_wide = any(unicodedata.east_asian_width(one) in _WIDE for one in (before, after))
    return before in " -/" or (is_wide and after.isalnum())


def _whole_characters(text: str, length: int) -> str:
    """The text's start, no longer than this, that does not tear a character apart."""
    while 0 < length < len(text) and (
        _is_mark(text[length]) or text[length] in _JOINERS or text[length - 1] in _JOINERS
    ):
        length -= 1
    return text[:length]
