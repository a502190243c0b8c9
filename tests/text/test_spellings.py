from __future__ import annotations

import pytest

from app.text.spellings import rank_spelling


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("Erik Fransén", "Erik Fransen"),
        ("Risto Näätänen", "Risto Naätanen"),
        ("Erik Fransen", "ERIK FRANSEN"),
        ("Erik Fransen", "erik fransen"),
        ("ERIK FRANSEN", "erik fransen"),
        ("Nature", "nature"),
        ("Physical Review Letters", "PHYSICAL REVIEW LETTERS"),
        ("NeurIPS", "NEURIPS"),
        ("CVPR", "cvpr"),
        # Marks that make no letter, and letters of another look, are no accents.
        ("Ian Goodfellow", "Ian Goo\u0308\u0308dfellow"),
        ("Ian Goodfellow", "𝐈𝐚𝐧 Goodfellow"),
        ("Ian Goodfellow", "Ｉan Goodfellow"),
    ],
)
def test_one_spelling_is_better(better: str, worse: str) -> None:
    assert rank_spelling(better) > rank_spelling(worse)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Paul Erdős", "Paul Erdös"),
        ("Phys. Rev. Lett.", "Phys Rev Lett"),
        ("CVPR", "Cvpr"),
        ("Erik Frans\u00e9n", "Erik Franse\u0301n"),
    ],
)
def test_two_spellings_are_as_good(one: str, other: str) -> None:
    assert rank_spelling(one) == rank_spelling(other)
