"""Makes Excel workbooks for tests."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO

from openpyxl import Workbook


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]], title: str = "") -> bytes:
    """A workbook of these sheets, row by row."""
    book = Workbook()
    book.remove(book.active)
    book.properties.title = title or None
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def parts(source: bytes) -> dict[str, bytes]:
    """What is in a workbook's package."""
    with zipfile.ZipFile(BytesIO(source)) as package:
        return {info.filename: package.read(info) for info in package.infolist()}


def with_part(source: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same package with one part changed."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for one, content in parts(source).items():
            package.writestr(one, change(content) if one == name else content)
    return written.getvalue()
