from __future__ import annotations

import pytest

from app.sources.bibtex import plain, read_bibtex

GOOD = r"""
@string{nips = "Advances in Neural Information Processing Systems"}
@inproceedings{DBLP:conf/nips/RenHGS15,
  author    = {Shaoqing Ren and Kaiming He and
               Sun, Jian and {LIGO Collaboration} and van der Maaten, Jr, L. and others},
  title     = {Faster {R-CNN:} Towards $\mathcal{O}(1)$ \& more},
  booktitle = nips # " 28",
  year      = {2015},
  doi       = {https://doi.org/10.1109/TPAMI.2016.2577031},
  eprint    = {1506.01497v3},
  archiveprefix = {arXiv},
  url       = {https://example.org/a\_b\%20c}
}
"""


def test_a_good_entry() -> None:
    records, bad = read_bibtex(GOOD)
    assert bad == []
    (record,) = records
    assert record.key == "conf/nips/RenHGS15"
    assert record.title == r"Faster R-CNN: Towards $\mathcal{O}(1)$ & more"
    assert record.authors == (
        "Shaoqing Ren",
        "Kaiming He",
        "Jian Sun",
        "LIGO Collaboration",
        "L. van der Maaten Jr",
    )
    assert record.venue == "Advances in Neural Information Processing Systems 28"
    assert (record.year, record.arxiv_id) == (2015, "1506.01497")
    assert record.doi == "10.1109/TPAMI.2016.2577031"
    assert record.url == "https://example.org/a_b%20c"


def test_bad_entries_do_not_take_the_good_with_them() -> None:
    text = (
        "@article{a, title={One}}\n"
        "@article{b, title={Two}\n  year={2000}}\n"
        "@article{c, year=2001}\n"
        "@article{a, title={Again}}\n"
        "@article{d, title={Four}}\n"
        "@article{e, title={open\n"
    )
    records, bad = read_bibtex(text)
    assert [record.key for record in records] == ["a", "d"]
    assert [entry.line for entry in bad] == [2, 4, 5, 7]
    assert "comma" in bad[0].message
    assert "no title" in bad[1].message
    assert "second time" in bad[2].message


@pytest.mark.parametrize("text", ["", "no entry here", "@article", "@{}", "\x00", "@" * 1000])
def test_what_is_no_bibtex_is_said_so(text: str) -> None:
    records, bad = read_bibtex(text)
    assert records == []
    assert bad


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"G{\"o}del", "Gödel"),
        (r"Erd\H{o}s", "Erdős"),
        (r"\'Etienne", "Étienne"),
        (r"{\ss}", "ß"),
        (r"{NASA} 100\%", "NASA 100%"),
        ("a~b --- c", "a b — c"),
        (r"$x_{1}$ {\bf bold}", "$x_{1}$ bold"),
    ],
)
def test_accents_and_braces(tex: str, text: str) -> None:
    assert plain(tex) == text


@pytest.mark.parametrize(
    ("title", "says"),
    [
        ("{" * 250 + "x" + "}" * 250, "braces within"),
        ("\\begin{a}" * 250, "braces within"),
        ("word " * 10_000, "more than 20,000 characters"),
    ],
)
def test_hostile_values_are_refused_by_line(title: str, says: str) -> None:
    records, bad = read_bibtex(f"@article{{a, title={{One}}}}\n@article{{b, title={{{title}}}}}")
    assert [record.key for record in records] == ["a"]
    assert [entry.line for entry in bad] == [2]
    assert says in bad[0].message


def test_too_much_is_refused_at_once() -> None:
    assert "200,000 bytes" in read_bibtex("x" * 200_001)[1][0].message
