import codecs
import encodings.aliases
import json
import re
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from api.imports.formats import reader_for
from api.imports.import_errors import UnreadableSchedule
from api.imports.pentabarf_reader import read
from api.imports.xml_outline import MOST_ELEMENTS
from tests.api.imports.schedule_xml import event, one_event

STRINGS = Path(__file__).resolve().parents[4] / "shared" / "data" / "strings" / "blns.json"
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
BOMB = (
    b'<?xml version="1.0"?>\n<!DOCTYPE schedule [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">\n'
    b'<!ENTITY c "&b;&b;&b;&b;">]>\n<schedule><conference><title>&c;</title></conference></schedule>'
)
EXTERNAL = b'<!DOCTYPE schedule [<!ENTITY x SYSTEM "file:///etc/passwd">]><schedule>&x;</schedule>'


@pytest.mark.parametrize(
    ("source", "line", "column", "detail"),
    [
        (BOMB, 2, None, "line 2: document type definitions are not accepted"),
        (EXTERNAL, 1, None, "line 1: document type definitions are not accepted"),
        (
            b'<!DOCTYPE schedule SYSTEM "x.dtd"><schedule/>',
            1,
            None,
            "line 1: document type definitions are not accepted",
        ),
        (b"", None, None, "the file is empty"),
        (b"\n \n", None, None, "the file is empty"),
        (b"<schedule>\n<day>\n", 3, 1, "line 3, column 1: not well-formed XML (no element found)"),
        (
            b"<schedule>\n<day></room></schedule>",
            2,
            8,
            "line 2, column 8: not well-formed XML (mismatched tag)",
        ),
        (
            b"<schedule>&nothing;</schedule>",
            1,
            11,
            "line 1, column 11: not well-formed XML (undefined entity)",
        ),
        (
            b"<schedule>\x01</schedule>",
            1,
            11,
            "line 1, column 11: not well-formed XML (not well-formed (invalid token))",
        ),
        (b"plain text", 1, 1, "line 1, column 1: not well-formed XML (syntax error)"),
        (b"\n\n<feed/>", 3, None, "line 3: the root element is <feed>, expected <schedule>"),
        (
            b"<" + b"f" * 99 + b"/>",
            1,
            None,
            f"line 1: the root element is <{'f' * 40}...>, expected <schedule>",
        ),
        (
            b'<?xml version="1.0" encoding="klingon"?><schedule/>',
            1,
            None,
            "line 1: the encoding klingon is unknown",
        ),
        (
            b'<?xml version="1.0" encoding="utf-7"?><schedule/>',
            1,
            None,
            "line 1: the encoding utf-7 is not one for files",
        ),
        (
            b'<?xml version="1.0" encoding="hex"?><schedule/>',
            1,
            None,
            "line 1: the encoding hex is not one for files",
        ),
        (
            b"<schedule>\n\n\xff</schedule>",
            3,
            None,
            "line 3: the file says it is utf-8, but this byte is not",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(source, line, column, detail):
    with pytest.raises(UnreadableSchedule) as refused:
        read(source)
    assert refused.value.errors == {"file": [detail]}
    assert (refused.value.line, refused.value.column) == (line, column)


@pytest.mark.parametrize(
    ("codec", "declared"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-16-be", "utf-16"),
        ("utf-32", "utf-32"),
        ("utf-32-le", "utf-32"),
        ("utf-32-be", "utf-32"),
        ("iso8859-1", "ISO-8859-1"),
        ("cp1252", "windows-1252"),
    ],
)
def test_encodings(codec, declared):
    body = one_event(event(inside="<persons><person>Zoë Ærø</person></persons>")).decode()
    source = f'<?xml version="1.0" encoding="{declared}"?>{body}'.encode(codec)
    assert [person.name for person in read(source).persons] == ["Zoë Ærø"]


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_byte_order_marks(mark, codec):
    source = mark + one_event(event(attributes="id='ø'")).decode().encode(codec)
    assert reader_for("schedule", source).name == "pentabarf/frab XML"
    assert [row.key for row in read(source).rows] == ["ø"]


@pytest.mark.parametrize("inner", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("mark", [codecs.BOM_UTF8, b"\n"])
def test_wide_characters_under_a_mark_of_narrow_ones_are_refused(mark, inner):
    with pytest.raises(UnreadableSchedule) as refused:
        read(mark + "<schedule>\n<day/></schedule>".encode(inner))
    line = 1 if mark == codecs.BOM_UTF8 else 2
    assert refused.value.errors == {
        "file": [f"line {line}: there are NUL characters; the file is in another encoding than it seems"]
    }


EVERY_CODEC = sorted({*encodings.aliases.aliases.values(), "idna", "punycode", "undefined", "charmap"})


@pytest.mark.parametrize("codec", EVERY_CODEC)
def test_whatever_the_encoding_a_file_is_read_or_refused(codec):
    body = one_event(event()).decode()
    text = f'<?xml version="1.0" encoding="{codec}"?>{body}'
    for source in (text.encode(), *_encoded(text, codec)):
        assert _is_read_or_refused(source)


def _encoded(text, codec):
    try:
        yield text.encode(codec)
    except (LookupError, UnicodeError):
        return


def _is_read_or_refused(source):
    try:
        return [row.key for row in read(source).rows] == ["1"]
    except UnreadableSchedule as refused:
        return refused.reason != ""


@pytest.mark.parametrize(("codec", "name"), [("shift_jis", "佐藤"), ("koi8-r", "Анна"), ("gb18030", "王伟")])
def test_encodings_that_the_parser_alone_does_not_know(codec, name):
    body = one_event(event(inside=f"<persons><person>{name}</person></persons>")).decode()
    source = f"<?xml version='1.0' encoding='{codec}'?>{body}".encode(codec)
    assert [person.name for person in read(source).persons] == [name]


def test_a_namespace_makes_no_difference():
    source = one_event(event()).replace(b"<schedule>", b'<schedule xmlns="urn:x">')
    assert [row.key for row in read(source).rows] == ["1"]


def test_elements_and_titles_deep_inside_markup():
    source = one_event(
        "<event id='1'><start>10:00</start><duration>1:00</duration><title>a<b>c</b>d</title></event>"
    )
    assert [row.title for row in read(source).rows] == ["ad"]


def test_naughty_strings_survive_as_titles():
    if not STRINGS.exists():
        pytest.skip("../shared/data/strings is absent")
    wanted = [text for text in json.loads(STRINGS.read_text("utf-8")) if not NOT_XML.search(text)]
    wanted = [text.strip(" \t\r\n").replace("\r\n", "\n").replace("\r", "\n") for text in wanted]
    wanted = [text for text in wanted if text]
    events = [
        f"<event><start>10:00</start><duration>1:00</duration><title>{escape(text)}</title></event>"
        for text in wanted
    ]
    assert len(wanted) > 450
    assert [row.title for row in read(one_event("".join(events))).rows] == wanted


def test_ten_megabytes_of_tags_are_read():
    file = read(b"<schedule>" + b"<a>" * 300_000 + b"</a>" * 300_000 + b"<event/>" * 20_000 + b"</schedule>")
    assert len(file.refused) == 20_000


def test_more_elements_than_any_conference_has_are_refused():
    most = b"<schedule>" + b"<room/>" * MOST_ELEMENTS
    assert read(most + b"</schedule>").rooms == ()
    with pytest.raises(UnreadableSchedule, match="line 2: there are more than 200000 elements"):
        read(most + b"\n<room/></schedule>")
