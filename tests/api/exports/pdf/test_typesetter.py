"""Text of every script, where it belongs."""

from __future__ import annotations

from io import BytesIO

import pytest
from bidi import get_display
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from api.exports.pdf.directions import directed_runs
from api.exports.pdf.typesetter import ELLIPSIS, Typesetter

LONG = "Grand Gala Dinner of the European Philharmonic Society with speeches"
GERMAN = "Donaudampfschifffahrtsgesellschaftskapit\u00e4nsversammlung"
JAPANESE = "\u7d50\u5a5a\u62ab\u9732\u5bb4\u306e\u3054\u6848\u5185 \u6771\u4eac\u652f\u5e97"
ARABIC = "\u062d\u0641\u0644 \u0632\u0641\u0627\u0641 \u0623\u062d\u0645\u062f"
FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize("text", [LONG, GERMAN, JAPANESE, ARABIC, FAMILY * 9])
@pytest.mark.parametrize("width", [20.0, 60.0, 200.0])
def test_lines_are_no_wider_than_they_may_be(text: str, width: float) -> None:
    with Typesetter([text]) as typesetter:
        lines = typesetter.wrapped(text, 8, width, 4)
        assert 1 <= len(lines) <= 4
        assert all(typesetter.width(line, 8) <= width for line in lines)


def test_words_stay_whole_where_they_fit() -> None:
    with Typesetter([LONG]) as typesetter:
        assert typesetter.wrapped(LONG, 8, 120, 9) == [
            "Grand Gala Dinner of the",
            "European Philharmonic Society",
            "with speeches",
        ]
        assert typesetter.wrapped(LONG, 8, 120, 2)[1] == "European Philharmonic Societ" + ELLIPSIS
        assert typesetter.fitted("Gala", 8, 120) == "Gala"


def test_a_word_that_is_too_long_is_broken_and_nothing_is_lost() -> None:
    with Typesetter([GERMAN]) as typesetter:
        assert "".join(typesetter.wrapped(GERMAN, 8, 60, 99)) == GERMAN


def test_a_family_is_not_torn_apart() -> None:
    with Typesetter([FAMILY * 3]) as typesetter:
        one = typesetter.width(FAMILY, 10)
        assert typesetter.width(FAMILY * 3, 10) == pytest.approx(3 * one)
        shown = typesetter.fitted(FAMILY * 3, 10, one * 2.9).removesuffix(ELLIPSIS)
        assert shown in {FAMILY, FAMILY * 2}


def test_letters_of_arabic_join() -> None:
    apart = " ".join(ARABIC.replace(" ", ""))
    with Typesetter([ARABIC, apart]) as typesetter:
        joined = typesetter.width(ARABIC.replace(" ", ""), 10)
        letters = sum(typesetter.width(one, 10) for one in ARABIC.replace(" ", ""))
        assert joined < letters * 0.95


def test_part_of_a_text_is_set_in_the_fonts_of_the_whole() -> None:
    with Typesetter([JAPANESE]) as typesetter:
        assert typesetter.width("\u6771\u4eac", 10) == pytest.approx(20)


def test_what_no_font_has_is_a_replacement_character() -> None:
    with Typesetter(["\U00013000"]) as typesetter:
        assert typesetter.width("\U00013000", 10) == typesetter.width("\ufffd", 10) > 0


def test_fonts_are_let_go() -> None:
    for name in pdfmetrics.standardFonts:
        pdfmetrics.getFont(name)  # registered when first used, and there to stay
    before = set(pdfmetrics.getRegisteredFontNames())
    with Typesetter([LONG, JAPANESE]) as typesetter:
        typesetter.draw(Canvas(BytesIO()), 0, 0, LONG + JAPANESE, 8)
        assert set(pdfmetrics.getRegisteredFontNames()) > before
    assert set(pdfmetrics.getRegisteredFontNames()) == before


@given(st.text(alphabet="ab1 2.-\u05d0\u05d1\u0628\u062a\u0663", min_size=1, max_size=20))
def test_runs_stand_in_the_order_that_unicode_says(text: str) -> None:
    shown = "".join(run.text[::-1] if run.is_right_to_left else run.text for run in directed_runs(text))
    # Spaces at the end belong to the paragraph, which matters to nobody here.
    assert shown.replace(" ", "") == str(get_display(text)).replace(" ", "")
