import pytest

from api.imports import ical_reader, ical_writer, pentabarf_reader, pentabarf_writer
from api.imports.formats import FORMATS, reader_for
from api.imports.import_errors import UnreadableSchedule
from api.imports.reading_options import DEFAULT_OPTIONS
from api.imports.schedule_file import Move
from tests.api.imports.schedule_xml import day, event, room, schedule


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
    source = schedule(day("2019-02-02", room("A", event("10:00", "01:00"))))
    file = known.read(source, DEFAULT_OPTIONS)
    assert file == pentabarf_reader.read(source)
    move = Move(file.rows[0].key, file.rows[0].start, "B")
    assert known.rewrite(source, [move], DEFAULT_OPTIONS) == pentabarf_writer.rewrite(source, [move])


@pytest.mark.parametrize(
    ("filename", "head"),
    [
        ("season.ics", b""),
        ("SEASON.ICS", b"\r\nbegin:vcalendar\r\n"),
        ("export", b"\xef\xbb\xbfBEGIN:VCALENDAR"),
    ],
)
def test_icalendar_is_known_by_how_it_begins_or_by_its_name(filename, head):
    known = reader_for(filename, head)
    assert (known.read, known.rewrite) == (ical_reader.read, ical_writer.rewrite)


@pytest.mark.parametrize(("filename", "head"), [("a.doc", b"\xd0\xcf\x11\xe0"), ("", b""), ("xml", b"a,b")])
def test_anything_else_is_refused_and_told_what_is_known(filename, head):
    with pytest.raises(UnreadableSchedule) as refused:
        reader_for(filename, head)
    known = "pentabarf/frab XML, iCalendar, Excel workbook, CSV"
    assert refused.value.errors == {"file": [f"this is not a schedule in a format known here ({known})"]}


def test_names_and_suffixes_are_unique():
    assert len({known.name for known in FORMATS}) == len(FORMATS)
    assert len({suffix for known in FORMATS for suffix in known.suffixes}) == sum(
        len(known.suffixes) for known in FORMATS
    )
