"""Capitals that need braces, keys that are cited, and fields in the writer's own spacing."""

from __future__ import annotations

import pytest

from app.sources.bibtex.cited_keys import find_aux_keys, find_tex_keys
from app.sources.bibtex.mending import add_fields, add_note
from app.sources.bibtex.positions import SourceText, apply_edits
from app.sources.bibtex.reading import scan_entries
from app.sources.bibtex.scanner import BibtexEntry
from app.sources.bibtex.title_braces import find_missing_braces


def read_one(text: str) -> BibtexEntry:
    ((entry, _),) = scan_entries(text)
    return entry


@pytest.mark.parametrize(
    ("title", "protected"),
    [
        ("BERT: Pre-training of Deep Things", "{BERT}: Pre-training of Deep Things"),
        ("A Deep Look at ImageNet", "A Deep Look at {ImageNet}"),
        ("Learning {BERT} and {\\'E}cole", "Learning {BERT} and {\\'E}cole"),
        ("{All of IT in Braces}", "{All of IT in Braces}"),
        ("Markov Chains and Markov Fields", "Markov Chains and {Markov} Fields"),
        ("From C to C++ in $L^p$ Spaces", "From {C} to {C++} in {$L^p$} Spaces"),
        ("On: A Study", "On: A Study"),
        ("WRITTEN IN CAPITALS", "WRITTEN IN CAPITALS"),
        ("Using \\LaTeX and \\TeX", "Using \\LaTeX and \\TeX"),
        ("mRNA in E. coli", "{mRNA} in {E}. coli"),
        ("Plain Words Only", "Plain Words Only"),
    ],
)
def test_capitals_are_protected_where_needed(title: str, protected: str) -> None:
    text = f"@misc{{k, title = {{{title}}}}}"
    source = SourceText(text.encode())
    edits = find_missing_braces(text, read_one(text).spans["title"])
    made = [each for edit in edits if (each := source.make_byte_edit(edit))]
    assert apply_edits(text.encode(), made).decode() == f"@misc{{k, title = {{{protected}}}}}"


@pytest.mark.parametrize(
    ("entry", "mended"),
    [
        ("@misc{k, year=2000}", "@misc{k, year=2000, doi={10.1/x}}"),
        ("@misc{k,\n\tyear = {2000},\n}", "@misc{k,\n\tyear = {2000},\n\tdoi = {10.1/x},\n}"),
        (
            "@misc(k,\n  YEAR    = {2000} % why\n)",
            "@misc(k,\n  YEAR    = {2000},\n  DOI     = {10.1/x} % why\n)",
        ),
        ("@misc{k\n, year = 2000\n}", "@misc{k\n, year = 2000, doi = {10.1/x}\n}"),
        ("@misc{k, doi = {}, year=2000}", "@misc{k, doi = {10.1/x}, year=2000}"),
        ("@misc{k, title = a # {b}}", "@misc{k, title = a # {b}, doi = {10.1/x}}"),
    ],
)
def test_fields_are_added_as_the_writer_has_them(entry: str, mended: str) -> None:
    (edit,) = add_fields(entry, read_one(entry), {"doi": "10.1/x"})
    assert entry[: edit.start] + edit.text + entry[edit.end :] == mended


@pytest.mark.parametrize(
    ("note", "mended"),
    [
        ("{Mine}", "{Mine. Gone}"),
        ('"Mine"', '"Mine. Gone"'),
        ("{}", "{Gone}"),
        ("mine", "mine # {. Gone}"),
    ],
)
def test_a_note_goes_behind_what_is_noted(note: str, mended: str) -> None:
    entry = f"@misc{{k, title={{T}}, note={note}, year=2000}}"
    found = read_one(entry)
    edit = add_note(entry, found, "Gone")[0]
    shown = entry[: edit.start] + edit.text + entry[edit.end :]
    assert shown == entry.replace(f"note={note}", f"note={mended}")


def test_cited_keys() -> None:
    tex = (
        "\\cite{a,b}\n\\citep*[see][]{c} % \\cite{no}\n50\\% \\Textcites(x)(y)[1]{d}[2]{e}\n"
        "\\nocite{*}\\citestyle{no}\\newcommand{\\mycite}[1]{\\cite{#1}} \\cite{ a }\\cite{long\n}"
    )
    assert find_tex_keys(tex) == {
        **{"a": 1, "b": 1, "c": 2, "d": 3, "e": 3},
        **{"*": 4, "long": 4},
    }
    aux = "\\citation{a}\n\\citation{b,c}\n\\abx@aux@cite{0}{d}\n\\bibcite{no}{1}\n"
    assert find_aux_keys(aux) == {"a": 1, "b": 2, "c": 2, "d": 3}
