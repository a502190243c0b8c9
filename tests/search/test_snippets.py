from __future__ import annotations

import pytest

from app.search.excerpt_window import LENGTH
from app.search.query import parse_query
from app.search.snippets import Marker, Piece


def excerpt(query: str, text: str) -> str:
    pieces = Marker(parse_query(query), {}).excerpt(text)
    return "".join(f"[{piece.text}]" if piece.is_hit else piece.text for piece in pieces)


FILLING = "Some words that nobody looks for. " * 12


@pytest.mark.parametrize(
    ("query", "text", "shown"),
    [
        ("network", "Deep Networks and a network.", "Deep [Networks] and a [network]."),
        ("networks", "Été: le résumé d'un NETWORK.", "Été: le résumé d'un [NETWORK]."),
        ("resume", "Été: le résumé.", "Été: le [résumé]."),
        ("matrix", "Two matrices", "Two [matrices]"),
        ("beta", "A β-VAE, \\beta too", "A [β]-VAE, \\[beta] too"),
        ("r-cnn", "Fast R-CNN, and an r apart from CNN", "Fast [R-CNN], and an r apart from CNN"),
        ("rcnn", "Fast R-CNN, and rcnn", "Fast [R-CNN], and [rcnn]"),
        ("faster rcnn", "Fast R-CNN à part", "Fast [R-CNN] à part"),
        ("R-CNN", "All RCNNs and R-CNNs", "All [RCNNs] and [R-CNNs]"),
        ("resnet50", "A ResNet-50, resnet50, ResNet 50", "A [ResNet-50], [resnet50], [ResNet 50]"),
        ("gpt-3", "Of GPT3", "Of [GPT3]"),
        ("pretraining", "By pre‐training", "By [pre‐training]"),
        ("rcnn", "an x-r-cnn", ""),
        ("real time", "$7 \\times 7$ in real time", "$7 \\times 7$ in [real] [time]"),
        ("why is attention all", "why is attention all", "why is [attention] all"),
        ("why not", "why not", "[why] [not]"),
        ("学习", "深度学习 is", "深度[学习] is"),
        ("x^2", "since $x^2$", "since [$x^2$]"),
        ('"a b"', "a c b", ""),
        ("-network deep", "deep network", "[deep] network"),
        ("author:he", "he", ""),
        ("net", "a net of networks", "a [net] of networks"),
        ("one", "One\nline", "[One] line"),
    ],
)
def test_words_are_marked(query: str, text: str, shown: str) -> None:
    assert excerpt(query, text) == shown


def test_beginnings_are_marked() -> None:
    query = parse_query("convol")
    pieces = Marker(query, {query.parts[0]: ("convolution",)}).excerpt("Of convolutions.")
    assert pieces == [Piece("Of "), Piece("convolutions", is_hit=True), Piece(".")]


def test_the_best_place_is_shown() -> None:
    text = f"Graph. {FILLING} Here graph attention is. {FILLING}"
    shown = excerpt("graph attention", text)
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert "[graph] [attention]" in shown
    assert len(shown) < LENGTH + 10


@pytest.mark.parametrize("before", range(0, 200, 9))
def test_an_excerpt_begins_near_the_word(before: int) -> None:
    """So that it stands in the two lines that a phone shows."""
    text = f"{FILLING[:before]} some more to say, and $x_1 + x_2$ of it: attention. {FILLING}"
    assert excerpt("attention", text).index("[attention]") < 45


@pytest.mark.parametrize(
    ("query", "text", "shown"),
    [
        ("bet", "The bet\nEveryone takes it", "The [bet] · Everyone takes it"),
        ("bet", "One\nTwo\nA bet.\nThree", "One · Two · A [bet]. Three"),
        ("shape", "Its shape:\n$$x = 1$$\nwhere it is", "Its [shape]: $$x = 1$$ where it is"),
        ("patch", "\tx = 1\n\ty = 2\nWhy a patch?\n\tz", "… Why a [patch]? …"),
        ("zeta", "Why?\n\ta = 1\n\tzeta = 2\nSo", "… a = 1 · [zeta] = 2 …"),
        ("end", f"{FILLING}And so on. An end.", "… And so on. An [end]."),
    ],
)
def test_blocks_are_told_apart(query: str, text: str, shown: str) -> None:
    assert excerpt(query, text) == shown


def test_formulas_are_set_and_money_is_not() -> None:
    def pieces(text: str) -> list[Piece]:
        return Marker(parse_query("loss"), {}).excerpt(text)

    (_, hit, _, formula, rest) = pieces("The loss is $x^2$.")
    assert (hit.text, rest.text) == ("loss", ".")
    assert (formula.text, formula.is_hit) == ("$x^2$", False)
    assert formula.html.startswith("<math")
    assert all(not piece.html for piece in pieces("A loss of $5 and $6 each."))
    (_, _, _, broken, _) = pieces("The loss is $\\frac{1$.")
    assert (broken.text, broken.html) == ("$\\frac{1$", "")


def test_hostile_formulas_are_safe_and_few_are_set() -> None:
    hostile = "$\\text{<img src=x onerror=alert(1)>}$ $\\href{javascript:alert(1)}{x}$ <b>loss</b>"
    found = Marker(parse_query("loss"), {}).excerpt(hostile)
    assert "<img" not in "".join(piece.html for piece in found)
    assert "href=" not in "".join(piece.html for piece in found)
    many = Marker(parse_query("loss"), {}).excerpt("A loss " + "$a$ " * 50)
    assert sum(bool(piece.html) for piece in many) == 6
    long = Marker(parse_query("loss"), {}).excerpt(f"A loss ${'a + ' * 60}b$")
    assert not any(piece.html for piece in long)


@pytest.mark.parametrize("before", range(0, 90, 7))
def test_formulas_and_words_are_whole(before: int) -> None:
    formula = "$$\\sum_{i=1}^{n} \\alpha_i x_i + " + "\\beta y + " * 14 + "z$$"
    text = f"{FILLING}{'w' * 9} {formula} {'v ' * (before // 2)}attention {'v ' * 20}{formula} end."
    shown = excerpt("attention", text)
    assert "[attention]" in shown
    assert shown.count("$$") % 2 == 0
    for word in shown.strip(" …").replace("[", "").replace("]", "").split():
        assert word in text.split() or word in formula.split()


def test_a_word_within_a_long_formula_shows_no_half_of_it() -> None:
    formula = "$" + "\\frac{a}{b} + " * 100 + "\\omega$"
    assert excerpt("omega", f"See {formula}.") == ""
    short = "$\\omega = " + "a + " * 60 + "b$"
    assert excerpt("omega", f"{FILLING}{short} {FILLING}").count("$") == 2


def test_hostile_texts_take_no_time() -> None:
    marker = Marker(parse_query("a b c"), {})
    opened = ["a " + sign * 30_000 for sign in ("$$ ", "$\n", "\\(", "\\[ ")]
    for text in (*opened, "a " * 30_000, "$" * 60_000, "$a" * 30_000, "\\(" * 30_000, "á" * 30_000):
        marker.excerpt(text)
