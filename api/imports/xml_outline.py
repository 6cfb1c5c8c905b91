"""The elements of an XML file that matter, with the place of each in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import XMLParserType

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from api.imports.import_errors import UnreadableSchedule

# Many times what a large conference has; ten megabytes of empty tags would use up the memory
MOST_ELEMENTS = 200_000
_WHITESPACE = " \t\r\n"
_START_TAG = re.compile(rb"""<(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")
_LEADING_SPACE = b" \t\r\n"


@dataclass(slots=True, eq=False)
class Element:
    """An element with its own text, and the byte offsets at which its tags begin and end.

    attributes: without the space around their values.
    parent: None for the root, and where an element in between was left out.
    inner_start, inner_end: what lies between its tags; equal for an element without content.
    """

    tag: str
    attributes: dict[str, str]
    line: int
    parent: Element | None
    start: int
    inner_start: int = 0
    inner_end: int = 0
    end: int = 0
    is_self_closing: bool = False
    children: list[Element] = field(default_factory=list)
    text_parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its own characters, without the space around them and without those of elements inside it."""
        return "".join(self.text_parts).strip(_WHITESPACE)

    def attribute(self, name: str) -> str:
        """The attribute; empty when absent."""
        return self.attributes.get(name, "")

    def all(self, tag: str) -> Iterator[Element]:
        """Its children of that tag."""
        return (child for child in self.children if child.tag == tag)

    def first(self, tag: str) -> Element | None:
        """Its first child of that tag."""
        return next(self.all(tag), None)

    def text_of(self, tag: str) -> str:
        """The text of its first child of that tag; empty when there is none."""
        child = self.first(tag)
        return "" if child is None else child.text


@dataclass(frozen=True, slots=True)
class XmlOutline:
    """A file's root and, in document order, every element of the tags kept."""

    source: bytes
    root: Element
    elements: tuple[Element, ...]

    def lead(self, element: Element) -> bytes:
        """The white space before an element: its indentation."""
        before = self.source[max(0, element.start - 1024) : element.start]
        return before[len(before.rstrip(_LEADING_SPACE)) :]


def outline(utf8: bytes, root_tag: str, tags: frozenset[str]) -> XmlOutline:
    """Parse UTF-8 XML and keep the root and all elements of these tags.

    Raises UnreadableSchedule with the line for broken XML, another root, more than MOST_ELEMENTS elements of
    these tags, NUL characters, and any document type definition, which XML bombs and reads of other files
    are made of.
    """
    if not utf8.strip(_LEADING_SPACE):
        raise UnreadableSchedule("the file is empty")
    nul = utf8.find(b"\0")
    if nul >= 0:
        # The parser would take them for UTF-16, whatever it is told
        line = utf8.count(b"\n", 0, nul) + 1
        reason = "there are NUL characters; the file is in another encoding than it seems"
        raise UnreadableSchedule(reason, line)
    builder = _OutlineBuilder(utf8, root_tag, tags)
    parser: DefusedXMLParser = DefusedXMLParser(target=builder, encoding="utf-8", forbid_dtd=True)
    builder.position = parser.parser
    try:
        parser.feed(utf8)
        parser.close()
    except ParseError as error:
        line, column = error.position
        reason = str(error).partition(": line ")[0]
        raise UnreadableSchedule(f"not well-formed XML ({reason})", line, column + 1) from error
    except DefusedXmlException as error:
        line = parser.parser.CurrentLineNumber
        raise UnreadableSchedule("document type definitions are not accepted", line) from error
    assert builder.root is not None
    return XmlOutline(utf8, builder.root, tuple(builder.kept))


class _OutlineBuilder:
    """A parser target that notes where things are; `position` is the parser that feeds it."""

    position: XMLParserType

    def __init__(self, source: bytes, root_tag: str, tags: frozenset[str]) -> None:
        self.source = source
        self.root_tag = root_tag
        self.tags = tags
        self.root: Element | None = None
        self.kept: list[Element] = []
        self.open: list[Element | None] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        if self.root is None and name != self.root_tag:
            reason = f"the root element is <{shortened(name)}>, expected <{self.root_tag}>"
            raise UnreadableSchedule(reason, self.position.CurrentLineNumber)
        if self.root is not None and name not in self.tags:
            self.open.append(None)
            return
        if len(self.kept) >= MOST_ELEMENTS:
            reason = f"there are more than {MOST_ELEMENTS} elements"
            raise UnreadableSchedule(reason, self.position.CurrentLineNumber)
        element = self._element(name, attributes)
        self.open.append(element)
        if self.root is None:
            self.root = element
        else:
            self.kept.append(element)

    def end(self, tag: str) -> None:  # noqa: ARG002 - the parser calls it so
        element = self.open.pop()
        if element is None or element.is_self_closing:
            return
        element.inner_end = self.position.CurrentByteIndex
        element.end = self.source.index(b">", element.inner_end) + 1

    def data(self, text: str) -> None:
        element = self.open[-1]
        if element is not None:
            element.text_parts.append(text)

    def close(self) -> None:
        """Nothing is left to do at the end of the file."""

    def _element(self, name: str, attributes: dict[str, str]) -> Element:
        start = self.position.CurrentByteIndex
        tag_found = _START_TAG.match(self.source, start)
        assert tag_found is not None
        parent = self.open[-1] if self.open else None
        stripped = {key: value.strip(_WHITESPACE) for key, value in attributes.items()}
        element = Element(name, stripped, self.position.CurrentLineNumber, parent, start)
        element.inner_start = element.inner_end = element.end = tag_found.end()
        element.is_self_closing = tag_found[0].endswith(b"/>")
        if parent is not None:
            parent.children.append(element)
        return element


def shortened(name: str) -> str:
    """What the file calls something, short enough to repeat in every message."""
    return name if len(name) <= 40 else name[:40] + "..."
