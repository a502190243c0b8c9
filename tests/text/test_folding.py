"""Letters as they are compared: folding to find, and slugs that tell apart."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text.folding import fold, make_slug
from app.text.words import indexable, title_folded, words

WRITTEN_AND_TYPED = [
    ("Łukasz Kaiser", "lukasz kaiser"),
    ("Søren Kierkegaard", "soren kierkegaard"),
    ("Cemal Yıldız", "cemal yildiz"),
    ("İSTANBUL", "istanbul"),
    ("IĞDIR", "igdir"),
    ("Encyclopædia", "encyclopaedia"),
    ("Œuvre", "oeuvre"),
    ("Guðmundsdóttir", "gudmundsdottir"),
    ("Þórarinsson", "thorarinsson"),
    ("Straße", "strasse"),
    ("STRAẞE", "strasse"),
    ("Đorđe Petrović", "dorde petrovic"),
    ("Ħal Qormi", "hal qormi"),
    ("Sámi dávvirvuorká Ŋ", "sami davvirvuorka n"),
    ("Ǿrsted", "orsted"),
    ("ﬁnite ﬂows", "finite flows"),
    ("Ｆｕｌｌ width", "full width"),
    ("Hawaiʻi", "hawaii"),
    ("Erdős–Rényi", "erdos–renyi"),
    ("x²", "x2"),
    ("ℌilbert", "hilbert"),
]


@pytest.mark.parametrize(("written", "typed"), WRITTEN_AND_TYPED)
def test_what_is_written_is_found_as_it_is_typed(written: str, typed: str) -> None:
    assert fold(written) == typed
    assert words(written)[0] in (words(typed)[0], "x")


def test_letters_of_other_scripts_stay() -> None:
    assert fold("Βήτα ς") == "βητα σ"
    assert fold("Фёдор") == "федор"
    assert fold("学会 김민수") == "学会 김민수"


@pytest.mark.slow
def test_folding_any_sign_twice_changes_nothing() -> None:
    for number in range(sys.maxunicode + 1):
        once = fold(chr(number))
        assert fold(once) == once, hex(number)


@pytest.mark.slow
@given(st.text())
def test_folding_any_text_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert indexable(indexable(text)) == indexable(text)


@given(st.text())
def test_how_a_text_is_encoded_makes_no_difference(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


def test_slugs_keep_apart_what_folding_brings_together() -> None:
    # As they always were: addresses and the rows of authors hang on them.
    assert make_slug("Łukasz Kaiser") == "łukasz-kaiser"
    assert make_slug("Lukasz Kaiser") == "lukasz-kaiser"
    assert make_slug("José  García-López 0002") == "jose-garcia-lopez-0002"
    assert make_slug("Straße") == "strasse"
    assert make_slug("김 민수") == "김-민수"
    assert make_slug("!?") == ""


def test_a_title_is_cut_after_it_was_folded() -> None:
    assert title_folded("æ" * 200) == "ae" * 32  # the longest word
    assert len(title_folded("æ " * 200)) == 300
