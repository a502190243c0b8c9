"""Braces in titles stand around the capitals that a style must keep, and nowhere else."""

from __future__ import annotations

import random

import pytest

from app.sources.bibtex.capitals import protect_capitals
from app.text.tex import escape_tex, plain
from app.text.tex_mending import is_balanced


@pytest.mark.parametrize(
    ("title", "tex"),
    [
        (
            "Faster R-CNN: Towards Real-Time Detection",
            "Faster {R-CNN}: Towards Real-Time Detection",
        ),
        ("Attention Is All You Need", "Attention Is All You Need"),
        ("ATTENTION IS ALL YOU NEED", "ATTENTION IS ALL YOU NEED"),
        ("BERT", "{BERT}"),
        ("Deep nets for Gauss: A study by Bayes", "Deep nets for {Gauss}: A study by {Bayes}"),
        ("“GPT-4” in MuJoCo (Gym), 3D", "“{GPT-4}” in {MuJoCo} (Gym), {3D}"),
        ("$L_p$ Spaces & Plan B", "$L_p$ Spaces \\& Plan {B}"),
        ("A $a < B$ test of eBPF", "A $a < B$ test of {eBPF}"),
        ("{AB} x", "{\\textbraceleft{}AB\\textbraceright{}} x"),
        ("", ""),
    ],
)
def test_only_what_matters_stands_in_braces(title: str, tex: str) -> None:
    assert plain(protect_capitals(title)) == plain(escape_tex(title))
    assert protect_capitals(title) == tex


def test_every_title_reads_back() -> None:
    chance = random.Random(7)
    signs = r"\{}$&%#_~^-`'?! ().:/abAB1é" + "–“”ß"
    for _ in range(300):
        title = " ".join("".join(chance.choices(signs, k=12)).split())
        tex = protect_capitals(title)
        assert is_balanced(tex), title
        assert plain(tex) == plain(escape_tex(title)), title
