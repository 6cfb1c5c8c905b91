"""What a reader finds on the pages of a PDF."""

from __future__ import annotations

import re

import pypdfium2


def texts_of(content: bytes) -> list[str]:
    """The text of each page, white space as single spaces."""
    document = pypdfium2.PdfDocument(content)
    try:
        return [
            re.sub(r"\s+", " ", page.get_textpage().get_text_bounded().replace("\ufffe", ""))
            for page in document
        ]
    finally:
        document.close()


def sizes_of(content: bytes) -> set[tuple[int, int]]:
    """The sizes of the pages in points."""
    document = pypdfium2.PdfDocument(content)
    try:
        return {(round(page.get_width()), round(page.get_height())) for page in document}
    finally:
        document.close()


def colours_of(content: bytes, page: int = 0) -> set[tuple[int, int, int]]:
    """The colours that are seen on a page."""
    document = pypdfium2.PdfDocument(content)
    try:
        image = document[page].render(scale=2).to_pil().convert("RGB")
        return {colour for _, colour in image.getcolors(maxcolors=1 << 24) or ()}
    finally:
        document.close()
