from __future__ import annotations

import pytest

from app.sources.formats.markdown_pictures import link_exported_pictures, link_kept_pictures
from tests.helpers.steps import no_hang, steps

NAME = "A" * 22 + ".png"
ADDRESS = f"/pictures/{NAME}"
DIGEST = "0123456789abcdef" * 2
HERE = {"fig.png", "img/fig 1.png", "a_(b).jpg", "Ünï.webp", f"pictures/{DIGEST}.png"}


HOSTILE = [
    *("![", "`", "[a](", "![[", "![a](b ", "```\n", "[x]: ", "(<", "\\[", "` `` ", "[a](b' "),
    *("<img src=", "<img "),
]


def keep(path: str) -> str | None:
    return ADDRESS if path in HERE else None


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("![a](fig.png)", f"![a]({ADDRESS})"),
        ("text ![a](fig.png) and ![b](fig.png).", f"text ![a]({ADDRESS}) and ![b]({ADDRESS})."),
        ('![a](fig.png "title")', f'![a]({ADDRESS} "title")'),
        ("![a](img/fig%201.png)", f"![a]({ADDRESS})"),
        ("![a](img/fig 1.png)", f"![a]({ADDRESS})"),
        ("![a](<img/fig 1.png>)", f"![a]({ADDRESS})"),
        ("![a](%C3%9Cn%C3%AF.webp)", f"![a]({ADDRESS})"),
        ("[a link](fig.png)", f"[a link]({ADDRESS})"),
        ("![a][f]\n\n[f]: fig.png", f"![a][f]\n\n[f]: {ADDRESS}"),
        ("![[fig.png]]", f"![fig]({ADDRESS})"),
        ("![[img/fig 1.png|300]]", f'<img src="{ADDRESS}" alt="fig 1" width="300">'),
        ("![[fig.png|20x10]]", f'<img src="{ADDRESS}" alt="fig" width="20" height="10">'),
        ("![[fig.png|A figure]]", f"![A figure]({ADDRESS})"),
        ('<img alt="x" src="fig.png" width=3>', f'<img alt="x" src="{ADDRESS}" width=3>'),
        ("<img src=img/fig%201.png>", f'<img src="{ADDRESS}">'),
        ("<IMG src='missing.png'>", "<IMG src='missing.png'>"),
        ("`<img src=fig.png>`", "`<img src=fig.png>`"),
        ("![a](missing.png)", "![a](missing.png)"),
        ("![a](https://x.org/fig.png)", "![a](https://x.org/fig.png)"),
        ("![a](/fig.png)", "![a](/fig.png)"),
        ("`![a](fig.png)` ![b](fig.png)", f"`![a](fig.png)` ![b]({ADDRESS})"),
        ("```\n![a](fig.png)\n```\n![b](fig.png)", f"```\n![a](fig.png)\n```\n![b]({ADDRESS})"),
        ("~~~\n![a](fig.png)", "~~~\n![a](fig.png)"),
        (f"`pictures/{DIGEST}.png`", f"`{ADDRESS}`"),
        (f"x/pictures/{DIGEST}.png", f"x/pictures/{DIGEST}.png"),
        ("$[x](y)$ [[wiki]] ![](", "$[x](y)$ [[wiki]] ![]("),
    ],
)
def test_taken_in(written: str, taken: str) -> None:
    assert link_kept_pictures(written, keep) == taken


def test_given_out_and_taken_in_again() -> None:
    text = f"![a]({ADDRESS}) `{ADDRESS}` https://x.org{ADDRESS} {ADDRESS}x"
    out = link_exported_pictures(
        text, lambda name: f"pictures/{DIGEST}.png" if name == NAME else None
    )
    file = f"pictures/{DIGEST}.png"
    assert out == f"![a]({file}) `{file}` https://x.org{ADDRESS} {ADDRESS}x"
    assert link_kept_pictures(out, keep) == text


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_texts_take_time_by_their_length(piece: str) -> None:
    text = piece * (65_000 // len(piece))
    with no_hang():
        assert steps(link_kept_pictures, text, keep) < 10 * len(text)
