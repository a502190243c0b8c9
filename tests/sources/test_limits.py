"""However TeX is hidden in what is pasted, no more than so many marks of it are read."""

from __future__ import annotations

import json

import pytest

from app.services.lookup import pasted_input
from app.sources.limits import MAX_PASTED_BYTES, MAX_PASTED_MARKS, MarksLeft
from app.text import tex
from app.text.tex import count_marks
from app.text.tex_mending import Mender

ACCENTS = r"\'e" * 400  # in one value, fewer than make it too much to be read
STRINGS = "@string{s = {" + r"\'e" * 300 + "}}\n"
MANY = range(200)
RIS = "".join(f"TY  - JOUR\nTI  - {n} {ACCENTS[:600]}\nER  - \n" for n in range(90))
TEXTS = {
    "one value": "@misc{a,\n title={" + r"\'e" * 20_000 + "}}",
    "many entries": "".join(f"@misc{{k{n},\n title={{{n} {ACCENTS[:270]}}}}}\n" for n in MANY),
    "strings": STRINGS + "".join(f"@misc{{k{n}, title = s # s # s # {{{n}}}}}\n" for n in MANY),
    "inherited": (
        f"@book{{b, title={{T}}, booktitle={{{ACCENTS}}}, publisher={{{ACCENTS}}}}}\n"
        + "".join(f"@inbook{{k{n}, crossref={{b}}, title={{{n}}}}}\n" for n in MANY)
    ),
    "names": "@misc{a,\n title={T}, author={" + r"\'e \and b and " * 4000 + "}}",
    "RIS": RIS,
    "RIS with entities": RIS.replace("\\", "&#92;")[:60_000],
    "CSL": json.dumps([{"title": f"{n} {ACCENTS[:270]}"} for n in range(150)]),
    "CSL with escapes": json.dumps([{"title": ACCENTS}] * 18).replace("\\\\", "\\u005c"),
    "title": r"\'e" * 20_000,
}


@pytest.mark.parametrize("kind", list(TEXTS))
def test_little_tex_of_a_paste_is_read(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    marks = []
    real = Mender.read

    def counting(self: Mender) -> str | None:
        found = real(self)
        marks.append(self.marks)
        return found

    monkeypatch.setattr(Mender, "read", counting)
    tex._short.cache_clear()
    text = TEXTS[kind]
    assert len(text) <= MAX_PASTED_BYTES
    what = pasted_input.read_pasted(text)
    # A value may be read for two facts, such as a title and a key of it.
    assert sum(marks) <= 2 * MAX_PASTED_MARKS
    if kind != "title":
        assert any("too much TeX" in problem for problem in what.problems)


def test_what_came_before_is_kept() -> None:
    what = pasted_input.read_pasted(TEXTS["many entries"])
    assert 10 < len(what.records) < 40
    assert what.records[0].title.startswith("0 é")
    assert len(what.problems) == 1


def test_usual_entries_are_no_trouble() -> None:
    facts = "title={{Deep} {CNN}s}, author={G{\\'o}del, K}, doi={10.1/x}"
    text = "".join(f"@article{{k{n},\n {facts}}}\n" for n in range(300))
    what = pasted_input.read_pasted(text)
    assert (len(what.records), what.problems) == (300, ())


@pytest.mark.parametrize(
    "text",
    [r"\'e", "{a}", "$x$", r"\alpha b", "a\n\nb", "&amp;", r"\\", "\\", r"{\&}amp;", "x" * 9],
)
def test_no_mark_is_missed(text: str) -> None:
    mender = Mender(text, tex._names())
    mender.read()
    assert count_marks(text, 100) >= mender.marks


def test_what_was_too_much_stays_too_much() -> None:
    left = MarksLeft(3)
    assert left.takes("{a}")
    assert not left.takes("{a}")
    assert not left.takes("a")
