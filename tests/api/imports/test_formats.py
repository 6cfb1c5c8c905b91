import pytest

from api.imports import pentabarf_reader, pentabarf_writer
from api.imports.formats import FORMATS, reader_for
from api.imports.import_errors import UnreadableSchedule


@pytest.mark.parametrize(
    ("filename", "head"),
    [
        ("schedule.xml", b"<?xml version='1.0'?><schedule>"),
        ("SCHEDULE.XML", b""),
        ("export", b"\xef\xbb\xbf\n <schedule>"),
        ("export.csv", b"<schedule>"),
        ("export", "<schedule>".encode("utf-16")),
        ("export", "<schedule>".encode("utf-16-be")),
    ],
)
def test_pentabarf_is_known_by_how_it_begins_or_by_its_name(filename, head):
    known = reader_for(filename, head)
    assert known.name == "pentabarf/frab XML"
    assert known.read is pentabarf_reader.read
    assert known.rewrite is pentabarf_writer.rewrite


@pytest.mark.parametrize(("filename", "head"), [("a.doc", b"\xd0\xcf\x11\xe0"), ("", b""), ("xml", b"a,b")])
def test_anything_else_is_refused_and_told_what_is_known(filename, head):
    with pytest.raises(UnreadableSchedule) as refused:
        reader_for(filename, head)
    assert refused.value.errors == {
        "file": ["this is not a schedule in a format known here (pentabarf/frab XML)"]
    }


def test_names_and_suffixes_are_unique():
    assert len({known.name for known in FORMATS}) == len(FORMATS)
    assert len({suffix for known in FORMATS for suffix in known.suffixes}) == sum(
        len(known.suffixes) for known in FORMATS
    )
