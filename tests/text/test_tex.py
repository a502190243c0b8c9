"""TeX becomes the same plain text from whatever source it comes."""

from __future__ import annotations

import json
import random
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.lookup import pasted_input
from app.sources.bibtex.reading import read_bibtex
from app.sources.formats.csl import read_csl
from app.sources.formats.ris import read_ris
from app.sources.lookup import arxiv, crossref, dblp, openreview
from app.text.signs import mend_signs
from app.text.tex import escape_tex, paragraphs, plain
from app.text.tex_mending import MAX_DEPTH, MAX_MARKS
from tests.helpers.steps import no_hang, steps

FORMS = {
    r"\L{}ukasiewicz logic": "Łukasiewicz logic",
    r"Stra\ss e und Stra{\ss}e": "Straße und Straße",
    r"{BERT} and {{GPT}-2}": "BERT and GPT-2",
    r"{B}idirectional": "Bidirectional",
    r"``quoted'' words": "“quoted” words",
    r"G{\"o}del, G\"odel, {\"{o}}": "Gödel, Gödel, ö",
    r"na\"{\i}ve {\'\i}": "naïve í",
    r"Erd\H{o}s, Ne{\v s}et{\v{r}}il, \c{c}a \c ca": "Erdős, Nešetřil, ça ça",
    r"Nguy\~\^en and Nguy{\~{\^e}}n": "Nguyễn and Nguyễn",
    r"{\aa} \AE on {\O}re {\l}": "å Æon Øre ł",
    r"\emph{On} \textbf{bold} {\it words} \texttt{x}": "On bold words x",
    r"10\textsuperscript{-9} M, the 1\textsuperscript{st}": "10⁻⁹ M, the 1st",
    r"CO\textsubscript{2} now": "CO₂ now",
    r"5\% of A \& B, a\_b \#1": "5% of A & B, a_b #1",
    r"5% of all": "5% of all",
    r"pages 1--9 --- a~tie": "pages 1–9 — a tie",
    r"$\mathcal{O}(n)$ and $x_{1}$ stay": r"$\mathcal{O}(n)$ and $x_{1}$ stay",
    r"\(a \to b\) stays": r"\(a \to b\) stays",
    r"\alpha-divergence": "α-divergence",
    r"an \unknown{macro} and \Fermi data": "an macro and Fermi data",
    r"\href{https://example.org}{text} there": "text there",
    r"open {brace and $ dollar": "open brace and $ dollar",
    r"closed} brace": "closed brace",
    r"Papi\ifmmode \acute{c}\else \'{c}\fi{} here": "Papić here",
    r"Wires of {{Al}}\vphantom\{\} kind": "Wires of Al{} kind",
    r"see https://example.org/~me now": "see https://example.org/~me now",
}


def of_bibtex(tex: str) -> dict[str, str]:
    whole = tex.count("{") == tex.count("}")
    title = f"{{{tex}}}" if whole else f'"{tex}"'
    (record,), _ = read_bibtex(f"@misc{{k,\n title = {title},\n year = 2000}}")
    found = {"title": record.title}
    if whole:
        text = (
            f"@article{{k, title={{T}}, journal={{{tex}}}, abstract={{{tex}}}, keywords={{{tex}}}}}"
        )
        (record,), _ = read_bibtex(text)
        found |= {"venue": record.venue, "abstract": record.abstract, "keywords": record.keywords}
    return found


def of_arxiv(tex: str) -> dict[str, str]:
    inside = f"<id>http://arxiv.org/abs/2403.12345</id><title>{escape(tex)}</title>"
    inside += f"<summary>{escape(tex)}</summary><author><name>{escape(tex)}</name></author>"
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry>{inside}</entry></feed>'
    record = arxiv.find("2403.12345", lambda *_: feed.encode())
    assert record is not None
    return {"title": record.title, "abstract": record.abstract, "author": record.authors[0]}


def of_openreview(tex: str) -> dict[str, str]:
    content = {name: {"value": tex} for name in ("title", "abstract")}
    note = {"id": "rJXMpikCZ", "content": content | {"authors": {"value": [tex]}}}
    body = json.dumps({"notes": [note]}).encode()
    record = openreview.find("rJXMpikCZ", lambda *_: body)
    assert record is not None
    return {"title": record.title, "abstract": record.abstract, "author": record.authors[0]}


def of_crossref(tex: str) -> dict[str, str]:
    text = escape(tex, quote=False)
    work = {"DOI": "10.1000/x", "title": [text], "abstract": f"<jats:p>{text}</jats:p>"}
    work |= {"author": [{"name": text}], "type": "journal-article", "container-title": [text]}
    body = json.dumps({"message": work}).encode()
    record = crossref.find("10.1000/x", lambda *_: body)
    assert record is not None
    found = {"title": record.title, "abstract": record.abstract, "author": record.authors[0]}
    return found | {"venue": record.venue}


def of_dblp(tex: str) -> dict[str, str]:
    inside = f"<title>{escape(tex)}.</title><author>{escape(tex)}</author>"
    body = f'<dblp><article key="journals/x/Y">{inside}</article></dblp>'.encode()
    record = dblp.find("journals/x/Y", lambda *_: body)
    assert record is not None
    return {"title": record.title, "author": record.authors[0]}


def of_managers(tex: str) -> dict[str, str]:
    (ris,), _ = read_ris(f"TY  - JOUR\nTI  - {tex}\nAB  - {tex}\nER  - \n")
    (csl,), _ = read_csl(json.dumps({"title": tex, "abstract": tex, "container-title": tex}))
    found = {"ris title": ris.title, "ris abstract": ris.abstract, "csl title": csl.title}
    return found | {"csl abstract": csl.abstract, "csl venue": csl.venue}


def of_pasted(tex: str) -> dict[str, str]:
    return {"title": pasted_input.read_pasted(tex).title}


SOURCES = (of_bibtex, of_arxiv, of_openreview, of_crossref, of_dblp, of_managers, of_pasted)


@pytest.mark.parametrize("tex", FORMS)
@pytest.mark.parametrize("source", SOURCES)
def test_each_form_from_each_source(source, tex: str) -> None:  # type: ignore[no-untyped-def]
    found = source(tex)
    assert found == dict.fromkeys(found, FORMS[tex])


@pytest.mark.parametrize("text", FORMS.values())
def test_what_was_read_is_written_and_read_again(text: str) -> None:
    assert plain(escape_tex(text)) == text


@pytest.mark.parametrize(
    "text",
    [r"is $$ L = \frac{1}{N_\text{cls}} \sum_i L(p_i, p_i^*) $$ where", r"\[ x^2 \] of $$a_1$$"],
)
def test_a_display_stays_a_formula(text: str) -> None:
    assert escape_tex(text) == text
    assert plain(text) == text


def test_an_entity_in_a_name_ends_no_name() -> None:
    (record,), _ = read_bibtex(
        "@misc{k, title={T}, author={M&uuml;ller, Hans and Garc&iacute;a, L}}"
    )
    assert record.authors == ("Hans Müller", "L García")


PIECES = (
    *(r"{\"o}", r"\'e", r"\'{\i}", r"{\ss}", r"\ss ", r"\L{}", r"\textbf{x}", r"\emph{", "}", "{"),
    *("$x_{1}$", "$", r"\(a\)", r"\[", "--", "---", "~", "``", "''", "?`", r"\&", "%", r"\%", "_"),
    *("&amp;", "&", r"\textsuperscript{2}", r"\foo{", r"\Fermi ", r"\\", "\n\n", "\n", " ", "word"),
    *("a", r"\v{s}", r"\c c", r"\t{oo}", r"\ensuremath{\beta}", r"\thanks{Me}", r"\kern.1em", "\\"),
    *(
        "é",
        "-",
        "'",
        "`",
        r"\{",
        r"\}",
        r"\alpha",
        r"\begin{x}",
        r"\end{x}",
        r"\href{u}{t}",
        "\x00",
    ),
    *(r"\ifmmode", r"\else", r"\verb|x|", r"\newcommand{\x}{y}", r"\input{a}", "\ue000", r"\~\^"),
)


def sound(tex: str) -> None:
    for text in (plain(tex), paragraphs(tex)):
        assert len(text) <= 3 * len(tex) + 10
        assert not any("\ue000" <= char <= "\uf8ff" for char in text)
        if not set(text) & set("\\{}$&`~"):  # nothing in it would be read as TeX
            again = plain(text) if "\n" not in text else paragraphs(text)
            # Braces may have stood between two signs that are one when they stand together.
            assert again == mend_signs(text) or "--" in text or "''" in text


def test_damaged_tex_never_fails() -> None:
    dice = random.Random(13)
    for _ in range(1500):
        sound("".join(dice.choice(PIECES) for _ in range(dice.randint(1, 12))))


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_no_text_fails(text: str) -> None:
    sound(text)


@pytest.mark.parametrize(
    "piece", ["{", "}", r"\'", r"\'e", "$x", "$a{", r"\(", r"\href{", r"\foo", "&a;", "{a}", r"\\"]
)
def test_what_is_too_much_stays_as_it_is(piece: str) -> None:
    """However much it is, no more than so many marks are looked at."""
    tex = piece * (2 * MAX_MARKS + 2)
    assert plain(tex) == " ".join(tex.split())
    few = piece * 50
    assert len(plain(few)) <= len(few)


def test_deep_braces_are_dropped() -> None:
    deep = MAX_DEPTH * 10
    assert plain("{" * deep + "a" + "}" * deep + r"\'e") == "aé"
    assert plain(r"\textbf{" * deep + "a" + "}" * deep) == "a"
    assert plain(r"\'" * deep + "e").startswith("é")
    both = (r"\'" * MAX_DEPTH + "{") * MAX_DEPTH
    assert plain(f"{both}e{'}' * MAX_DEPTH}").startswith("é")
    assert "e" in plain(f"{both}e")


def test_signs_of_our_own_cannot_be_told() -> None:
    assert plain("{a} &#xE000;&#57345;\ue000\ue001 b") == "a b"


def test_a_choice_by_mode_may_run_over_lines() -> None:
    assert plain("$10\\ifmmode\n\\times\\else\n\\texttimes\n\\fi 5$") == r"$10\times 5$"


def test_spaces_behind_a_mode_take_time_by_their_length() -> None:
    with no_hang():
        assert steps(plain, "$\\ifmmode" + " " * 100_000 + "x$") < 5_000


@pytest.mark.parametrize("opening", [r"\(", r"\["])
def test_openings_without_an_end_take_time_by_their_number(opening: str) -> None:
    with no_hang():
        assert "textbackslash" in escape_tex(opening * 150_000)
