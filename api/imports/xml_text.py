"""The characters of an XML file, whatever encoding it is in, and the way back to its bytes."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from api.imports.import_errors import UnreadableSchedule

# UTF-32's first: the one for little endians begins with UTF-16's
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_DECLARATION = re.compile(rb"""\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']""")
# Python's codecs that are no character set, or that a short input keeps busy for long
_NOT_FOR_FILES = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7", "undefined"})


@dataclass(frozen=True, slots=True)
class XmlText:
    """A file's characters as UTF-8, and how the file wrote them."""

    utf8: bytes
    codec: str
    byte_order_mark: bytes

    def encoded(self, utf8: bytes) -> bytes:
        """Other characters in this file's encoding; what it cannot hold becomes a character reference."""
        return self.byte_order_mark + utf8.decode("utf-8").encode(self.codec, "xmlcharrefreplace")


def decoded(source: bytes) -> XmlText:
    """Read a file's characters; raises UnreadableSchedule for an encoding that is unknown or does not fit."""
    mark, codec = _encoding(source)
    body = source[len(mark) :]
    try:
        return XmlText(body.decode(codec).encode("utf-8"), codec, mark)
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise UnreadableSchedule(f"the file says it is {codec}, but this byte is not", line) from error
    except (LookupError, UnicodeError) as error:
        raise UnreadableSchedule(f"the encoding {codec} is not one for files", 1) from error


def _encoding(source: bytes) -> tuple[bytes, str]:
    for mark, codec in BYTE_ORDER_MARKS:
        if source.startswith(mark):
            return mark, codec
    for start, codec in _UNMARKED:
        if source.startswith(start):
            return b"", codec
    declared = _DECLARATION.match(source[:1024])
    return b"", "utf-8" if declared is None else _known(declared[1].decode("ascii"))


def _known(name: str) -> str:
    try:
        codec = codecs.lookup(name).name
    except LookupError as error:
        raise UnreadableSchedule(f"the encoding {name} is unknown", 1) from error
    if codec in _NOT_FOR_FILES:
        raise UnreadableSchedule(f"the encoding {name} is not one for files", 1)
    return codec
