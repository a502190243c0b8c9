"""BibTeX as people and programs write it: good entries, damaged ones, and hostile texts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.sources.bibtex.reading import (
    BadEntry,
    FoundEntry,
    decode,
    read_bibtex,
    read_entries,
)
from app.sources.bibtex.writing import entry
from app.sources.name_lists import names
from app.sources.record import PaperRecord
from app.text.tex import paragraphs, plain
from tests.helpers.steps import steps

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


def one(text: str) -> PaperRecord:
    (found,) = read_entries(text)
    assert isinstance(found, FoundEntry), found
    return found.record


def fields(inside: str, kind: str = "article") -> PaperRecord:
    return one(f"@{kind}{{k, title={{T}}, {inside}}}")


def titles(text: str) -> list[str]:
    return [each.record.title for each in read_entries(text) if isinstance(each, FoundEntry)]


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
    assert record.details == {"type": "inproceedings", "authors": "others"}


def test_details() -> None:
    record = fields(
        "volume=3, number={4}, pages={91 -- 99}, month=sept, publisher={P \\& Q},"
        " location={Bonn}, editor={Roe, R. and {A and B}}, series={S}, edition={2nd}, isbn={1},"
        " issn={2}, school={S}, institution={I}, journaltitle={J}, journalsubtitle={K}"
    )
    assert record.venue == "J: K"
    assert record.details == {
        "type": "article",
        "volume": "3",
        "number": "4",
        "pages": "91-99",
        "month": "sep",
        "publisher": "P & Q",
        "address": "Bonn",
        "editor": "R. Roe and {A and B}",
        "series": "S",
        "edition": "2nd",
        "isbn": "1",
        "issn": "2",
        "school": "S",
        "institution": "I",
    }


@pytest.mark.parametrize(
    ("inside", "facts"),
    [
        ("year=2016", {"year": 2016}),
        ("year={in press}", {"year": None}),
        (r"year={\noopsort{1973a}1981}", {"year": 1981}),
        ("year={c1998}", {"year": 1998}),
        ("date={2016-05}", {"year": 2016, "published_on": None}),
        ("date={2016-05-04/2016-05-07}", {"year": 2016, "published_on": date(2016, 5, 4)}),
        ("year=2016, month=feb, day=30", {"year": 2016, "published_on": None}),
        ("doi={DOI: 10.1000/a_b}", {"doi": "10.1000/a_b"}),
        (r"doi={10.1000/a{\_}b\_c}", {"doi": "10.1000/a_b_c"}),
        (
            "doi={10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2}",
            {"doi": "10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2"},
        ),
        ("doi={none}", {"doi": ""}),
        ("eprint={1506.01497v2}, eprinttype={arXiv}", {"arxiv_id": "1506.01497"}),
        (
            "eprint={9901001}, archivePrefix={arXiv}, primaryClass={hep-th}",
            {"arxiv_id": "hep-th/9901001"},
        ),
        ("eprint={1506.01497}, eprinttype={jstor}", {"arxiv_id": ""}),
        ("arxivId={1506.01497}", {"arxiv_id": "1506.01497"}),
        ("url={http://arxiv.org/pdf/1506.01497v1.pdf}", {"arxiv_id": "1506.01497"}),
        (
            "journal={arXiv preprint arXiv:1506.01497}",
            {"arxiv_id": "1506.01497", "venue": "CoRR", "venue_key": "journals/corr"},
        ),
        (
            "journal={CoRR}, volume={abs/1506.01497}",
            {"arxiv_id": "1506.01497", "venue": "CoRR", "details": {"type": "article"}},
        ),
        ("note={arXiv:1506.01497 [cs.CV]}", {"arxiv_id": "1506.01497"}),
        ("note={A comment on arXiv:1506.01497}", {"arxiv_id": ""}),
        (r"howpublished={\url{https://a.org/x\_y}}", {"url": "https://a.org/x_y", "venue": ""}),
        (r"url={https://a.org/\~{}me/50%25}", {"url": "https://a.org/~me/50%25"}),
        ("url={www.a.org/x}", {"url": "http://www.a.org/x"}),
        ("subtitle={S}", {"title": "T: S"}),
        ("ids={a, b}, keywords={x, {Y}}", {"other_keys": ("a", "b"), "keywords": "x, Y"}),
        ("month={May/June}", {"details": {"type": "article", "month": "May/June"}}),
        ("pages={12-1--12-10}", {"details": {"type": "article", "pages": "12-1–12-10"}}),
        ("booktitle={B}, year={}, year=2001", {"venue": "B", "year": 2001}),
    ],
)
def test_fields(inside: str, facts: dict[str, Any]) -> None:
    record = fields(inside)
    assert {name: getattr(record, name) for name in facts} == facts


@pytest.mark.parametrize(
    ("kind", "inside", "venue"),
    [
        ("phdthesis", "school={ETH}", "ETH"),
        ("thesis", "institution={ETH}", "ETH"),
        ("techreport", "institution={MIT}", "MIT"),
        ("book", "publisher={Wiley}", "Wiley"),
        ("inproceedings", "publisher={ACM}", ""),
        ("inproceedings", "publisher={ACM}, eventtitle={The Meeting}", "The Meeting"),
        ("misc", "howpublished={Blog}", "Blog"),
        ("inproceedings", "journal={J}, booktitle={B}", "J"),
    ],
)
def test_where_it_appeared(kind: str, inside: str, venue: str) -> None:
    assert fields(inside, kind).venue == venue


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("van Beethoven, Ludwig and Donald~E. Knuth", ["Ludwig van Beethoven", "Donald E. Knuth"]),
        (r"{\'E}mile Zola AND {Barnes and Noble}", ["Émile Zola", "Barnes and Noble"]),
        ("King, Jr., Martin\n and Martin King, Jr.", ["Martin King Jr."] * 2),
        ("A. Lee, B. Chen and C. Poe", ["A. Lee", "B. Chen", "C. Poe"]),
        ("Lee, A., Chen, B., Poe, C. D.", ["A. Lee", "B. Chen", "C. D. Poe"]),
        ("Ann Lee; Bo Chen", ["Ann Lee", "Bo Chen"]),
        ("family=Gogh, given=Vincent, prefix=van and Jo Roe", ["Vincent van Gogh", "Jo Roe"]),
        ("Doe, Jane and et al.", ["Jane Doe"]),
        ("Anderson and", ["Anderson"]),
        ("", []),
        ("A. Smith, B. Jones, C. Lee", ["A. Smith", "B. Jones", "C. Lee"]),
        ("Ann Lee, Bo Poe, and Cy Roe", ["Ann Lee", "Bo Poe", "Cy Roe"]),
        ("Deng, J., Dong, W., & Fei-Fei, L.", ["J. Deng", "W. Dong", "L. Fei-Fei"]),
        ("Lee, Ann & Poe, Bo \\& Cy Roe", ["Ann Lee", "Bo Poe", "Cy Roe"]),
        (
            "Procter & Gamble and Marks \\& Spencer Inc.",
            ["Procter & Gamble", "Marks & Spencer Inc."],
        ),
        ("Hinton GE, Salakhutdinov RR", ["GE Hinton", "RR Salakhutdinov"]),
        ("Smith A., Jones B.-C.", ["A. Smith", "B.-C. Jones"]),
        (
            "M&uuml;ller, H. and Garc&#237;a, L. and O&amp;#39;Neil, B.",
            ["H. Müller", "L. García", "B. O'Neil"],
        ),
        ("Lee, A. et al.", ["A. Lee"]),
        ("Lee, A., et al.", ["A. Lee"]),
        ("Gogh, Vincent Willem", ["Vincent Willem Gogh"]),
    ],
)
def test_names(written: str, read: list[str]) -> None:
    assert list(names(written)) == read


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"G{\"o}del \"{o} {\"{o}} \"o", "Gödel ö ö ö"),
        (
            r"Erd\H{o}s, Ne{\v s}et{\v{r}}il, \c{c}a \c ca, \k{a}, \=a, \.z",
            "Erdős, Nešetřil, ça ça, ą, ā, ż",
        ),
        (r"\'Etienne \'{\i} {\'\i} \' e \^\i", "Étienne í í é î"),
        (r"{\ss} \o x {\aa} {\L}ukasz \AE{}on", "ß øx å Łukasz Æon"),
        (r"\'{\^e}", "ế"),
        (r"{NASA} 100\% 100% {{x}}", "NASA 100% 100% x"),
        ("a~b -- c --- d", "a b – c — d"),
        (r"``q'' {\textquoteright} ?`No", "“q” ’ ¿No"),
        (r"$x_{1}$ {\bf bold} \emph{e} \textsc{s}", "$x_{1}$ bold e s"),
        (r"{$ \alpha $} \ensuremath{\beta} \(\gamma\) \alpha", r"$\alpha$ $\beta$ \(\gamma\) α"),
        (r"costs \$5 or $6", "costs $5 or $6"),
        (r"\~{}me \textbackslash{}x \{y\}", r"~me \x {y}"),
        (r"A \&amp; B {\&}lt; C", "A & B < C"),
        (r"\href{http://a.b}{text} \thanks{Me} \Fermi{} \kern.1em x", "text x"),
        (r"\Fermi observations", "Fermi observations"),
        ("a\\\\b \\- c\\,d\ne\n\nf", "a b c d e f"),
        ("o\u0308", "ö"),
        (r"Papi\ifmmode \acute{c}\else \'{c}\fi{} {\ifmmode\ddot{u}\else\"{u}\fi}", "Papić ü"),
        (r"a \ifmmode x\fi{} b \ifmmode y\else z\fi{} c", "a b z c"),
        (r"$10\ifmmode\times\else\texttimes\fi{}{10}^{5}$", r"$10\times{}{10}^{5}$"),
        (
            r"10\textsuperscript{5} 10\textsuperscript{$-$9} 10\textsuperscript{--3}",
            "10⁵ 10⁻⁹ 10⁻³",
        ),
        (r"10\textsuperscript{1/3} 5\textsuperscript{th}", "10$^{1/3}$ 5th"),
        (r"H\textsubscript{2}O La\textsubscript{2-x}", "H₂O La$_{2-x}$"),
        (
            "caf&eacute; &amp;eacute; &#233; &amp;#233; \\&eacute; &amp;amp; R&D; &amp;x; y",
            "café é é é é & R&D; &x; y",
        ),
        ("It\x92s FransÃ©n â€“ \x93x\x94", "It’s Fransén – “x”"),
    ],
)
def test_tex(tex: str, text: str) -> None:
    assert plain(tex) == text


def test_paragraphs() -> None:
    assert paragraphs("a\nb\n \n c \\par d") == "a b\n\nc\n\nd"


def test_what_stands_around_entries() -> None:
    text = (
        "\ufeffStray text, me@home (at work), 50 % of it\r\n"
        '@preamble{"\\newcommand{\\x}[1]{}"}\r\n'
        "@comment{ @article{no, title={No}} }\r\n@Comment jabref\r"
        "%@article{no, title={No}}\n"
        '@ARTICLE ( a(1), TITLE = "A {"}q{"}", year = 2001 )\n'
        "@misc{b\n, title = {B}\n, url = {x}\n}junk\n"
        "}@misc{c d, title = {C},, year = 2002,}@misc{e, title = {E}}\0"
    )
    found = list(read_entries(text))
    assert [
        (each.line, each.record.key, each.record.title)
        for each in found
        if isinstance(each, FoundEntry)
    ] == [
        (6, "a(1)", 'A "q"'),
        (7, "b", "B"),
        (11, "c d", "C"),
        (11, "e", "E"),
    ]
    assert not any(each.notes for each in found if isinstance(each, FoundEntry))


def test_strings() -> None:
    text = (
        '@article{a, title = later # { and } # now # "!", journal = unknown, month = jan}\n'
        "@string(now = {Now}) @string{both = now # now}\n"
        '@string{LATER = "Later"}\n@article{b, title = both}'
    )
    first, second = read_entries(text)
    assert isinstance(first, FoundEntry)
    assert isinstance(second, FoundEntry)
    assert (first.record.title, first.record.venue) == ("Later and Now!", "")
    assert first.record.details["month"] == "jan"
    assert second.record.title == "NowNow"


def test_crossrefs() -> None:
    text = (
        "@inproceedings{a, title={A}, crossref={B}}\n"
        "@xdata{x, publisher={ACM}, doi={10.1000/x}}\n"
        "@proceedings{b, title={Proc.}, subtitle={Of B}, year=2003, xdata={x}, crossref=s,"
        " doi={10.1000/b}, editor={E. Roe}, isbn={1}}\n"
        "@proceedings{s, title={Series}, series={S}, crossref={b}}\n"
        "@inbook{c, crossref={book}, pages={1-2}}\n"
        "@book{book, author={A. Uthor}, title={Book}, year=1999}\n"
        "@article{d, title={D}, crossref={gone}}"
    )
    a, b, _, c, _, d = (each for each in read_entries(text) if isinstance(each, FoundEntry))
    assert (a.record.venue, a.record.year, a.record.doi) == ("Proc. Of B", 2003, "10.1000/x")
    assert a.record.details == {
        "type": "inproceedings",
        "publisher": "ACM",
        "editor": "E. Roe",
        "isbn": "1",
        "series": "S",
    }
    assert b.record.title == "Proc. Of B"
    assert (c.record.title, c.record.authors, c.record.year) == ("Book", ("A. Uthor",), 1999)
    assert d.record.title == "D"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("@proceedings{a, booktitle={B}}", "B"),
        ("@online{a, note={A word}}", "A word"),
        ("@software{a, title={S}, subtitle={T}}", "S: T"),
        ("@misc{, title={No key}}", "No key"),
        ("@misc{title={No key}, year=2000}", "No key"),
    ],
)
def test_entries_of_all_kinds(text: str, title: str) -> None:
    assert titles(text) == [title]


@pytest.mark.parametrize(
    ("damaged", "year", "says"),
    [
        ("@misc{a title={A}, year=2001}", 2001, ""),
        ("@misc{a\n title={A}, year=2001}", 2001, "missing comma after the key (repaired)"),
        ("@misc{a, title={A}\n year=2001}", 2001, "line 4: missing comma before year"),
        ('@misc{a, title="A" year=2001 month=jan}', 2001, "missing comma before month"),
        ("@misc{a, title {A}, year=2001}", 2001, "missing = after title"),
        ("@misc{a, title={A}, year=2001", 2001, "missing closing brace (repaired)"),
        ("@misc{a,\n title={A,\n year={2001}\n}", 2001, "line 4: a brace is not closed"),
        ("@misc{a,\n title={{{A},\n year={2001}\n}", 2001, "a brace is not closed"),
        ('@misc{a,\n title="A,\n year="2001",\n}', 2001, "quotation mark is not closed"),
        ("@misc{a, title={A}},\n year={2001}}", 2001, "extra closing brace"),
        ("@misc{a, title=A},\n year={2001}}", 2001, "extra closing brace"),
        ("@misc{a, title={A}, {x}, foo, year=2001}", 2001, "text in braces between fields"),
        ("@misc{a, title={A}, stray, year=2001}", 2001, "“stray” isn’t a field (skipped)"),
        ("@misc a,\n title={A}, year=2001}", 2001, "damaged first line"),
        ("misc{a,\n title={A}, year=2001}", 2001, "damaged first line"),
        (" title={A},\n year={2001}\n}", 2001, "missing first line"),
    ],
)
def test_what_is_mended(damaged: str, year: int, says: str) -> None:
    """The damaged entry is read, and its neighbours are as they were."""
    text = f"@misc{{one, title={{One}}}}\n\n{damaged}\n\n@misc{{two, title={{Two}}}}\n"
    found = [each for each in read_entries(text) if isinstance(each, FoundEntry)]
    assert [each.record.title for each in found] == ["One", "A", "Two"]
    assert found[1].record.year == year
    assert found[1].line == 3
    assert says in "; ".join(found[1].notes)
    assert not found[0].notes + found[2].notes


def test_an_unescaped_quotation_mark() -> None:
    assert titles('@misc{a, title="The "best" of all", year=1}') == ['The "best" of all']


def test_entries_on_one_line() -> None:
    text = "@misc{a, title={A}} @misc{b, title={B @misc{c, title={C}} @misc{d, title={D}}"
    assert titles(text) == ["A", "B", "C", "D"]


def test_a_comment_that_is_not_closed() -> None:
    assert titles("@comment{ oh\n@misc{a, title={A}}\n") == ["A"]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("Foo, Ann and others", "others"),
        ("Ann Foo and Bo Poe AND Others", "others"),
        ("Foo, Ann and {others}", "others"),
        ("Ann Foo; Bo Poe; et al.", "others"),
        ("Ann Foo", None),
        ("others", None),
        ("Ann Others", None),
    ],
)
def test_whether_all_authors_are_named(value: str, told: str | None) -> None:
    (record,), _ = read_bibtex(f"@misc{{a, title={{A}}, author={{{value}}}}}")
    assert record.details.get("authors") == told


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ("year={in press}", "“in press” is no year, and was left out"),
        ("year=20155", "“20155” is no year, and was left out"),
        ("year={in press}, date={2015-05}", ""),
        ("year={2015}, year={2016}", "duplicate field year (used the first)"),
        ("year={2015}, year=2015", ""),
        ("journal = nosuch", "undefined string nosuch (skipped)"),
        ('publisher = no # " and Sons"', "undefined string no (skipped)"),
        ("series = 12, volume = 3, number = X, pages = 3-4", ""),
        ("journal = JACM, month = jan", ""),
        ("journal = known", ""),
        ("crossref = {conf/x/2001}", "the entry conf/x/2001, of which it is a part, is not here"),
        ("crossref = {there}", ""),
    ],
)
def test_what_is_left_out_is_told(fields: str, says: str) -> None:
    text = f"@misc{{a, title={{A}}, {fields}}}\n@proceedings{{there, title={{T}}}}\n"
    first, *_ = read_entries(f"{text}@string{{known = {{Known}}}}")
    assert isinstance(first, FoundEntry)
    assert first.notes == ((says,) if says else ())


def test_a_string_that_is_not_defined_is_no_venue() -> None:
    records, _ = read_bibtex(
        "@article{a, title={A}, journal=nosuch}@article{b, title={B}, journal=cacm}"
    )
    assert [record.venue for record in records] == ["", "Communications of the ACM"]


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Growth of <i>E. coli</i> in H<sub>2</sub>O", "Growth of E. coli in H₂O"),
        ("{\\textless}i{\\textgreater}E. coli{\\textless}/i{\\textgreater}", "E. coli"),
        ("The H$<$sub$>$2$<$/sub$>$ molecule", "The H₂ molecule"),
        ("<jats:italic>X</jats:italic> &amp; <scp>Y</scp>", "X & Y"),
        ("List<String> for $a<b>c$ and I <3 you", "List<String> for $a<b>c$ and I <3 you"),
    ],
)
def test_markup_in_titles(written: str, title: str) -> None:
    (record,), _ = read_bibtex(f"@misc{{a, title={{{written}}}, abstract={{<p>{written}</p>}}}}")
    assert record.title == title
    assert "<i>" not in record.abstract


def test_bad_entries_do_not_take_the_good_with_them() -> None:
    text = (
        "@article{a, title={One}}\n"
        "@article{b, title={Two}\n  year={2000}}\n"
        "@article{c, year=2001}\n"
        "@article{a, title={One}, year=2003}\n"
        "@article{a, title={Another}}\n"
        "@article{d, title={Four}}\n"
        "@IEEEtranBSTCTL{x, ctluse={no}}\n"
        "@article{e, author={open\n"
    )
    records, bad = read_bibtex(text)
    assert [record.key for record in records] == ["a", "b", "a", "d"]
    assert records[2].title == "Another"
    assert [(entry.line, entry.message) for entry in bad] == [
        (4, "@article{c: no title."),
        (5, "the key 'a' occurs a second time; the first one counts."),
        (8, "@ieeetranbstctl{x: it holds settings of a style, and is no paper."),
        (9, "@article{e: no title; a brace is not closed."),
    ]


@pytest.mark.parametrize("text", ["", "no entry here", "@article", "@{}", "\x00", "@" * 1000])
def test_what_is_no_bibtex_is_said_so(text: str) -> None:
    records, bad = read_bibtex(text)
    assert records == []
    assert bad


@pytest.mark.parametrize(
    ("data", "text", "said"),
    [
        ("é".encode(), "é", ""),
        ("é".encode("utf-8-sig"), "é", ""),
        ("é".encode("utf-16"), "é", ""),
        (
            b"a\n\xe9 \x96 \x81\n\xc3\xa9",
            "a\né – \x81\né".replace("–", "\x96"),
            "Line 2 is not UTF-8",
        ),
        (b"\xe9 \x96", "é –", "Windows-1252"),
        (b"% Encoding: ISO8859_2\n\xb9", "% Encoding: ISO8859_2\nš", "iso8859-2"),
        (b"% Encoding: nonsense\n\xe9", "% Encoding: nonsense\né", "Windows-1252"),
    ],
)
def test_bytes(data: bytes, text: str, said: str) -> None:
    found, note = decode(data)
    assert found == text
    assert said in note
    assert bool(said) == bool(note)


def test_too_much_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "64,000 bytes" in read_bibtex("x" * 64_001)[1][0].message
    monkeypatch.setattr("app.sources.bibtex.reading.MAX_ENTRIES", 2)
    assert [entry.line for entry in read_bibtex("@a{}\n" * 4)[1]] == [1, 2, 3]
    assert "Only the first 2 entries" in read_bibtex("@a{}" * 4)[1][-1].message
    people = " and ".join(f"Surname{number}, Given M." for number in range(3000))
    (found,) = read_entries(f"@misc{{a, title={{A}}, author={{{people}}}}}")
    assert isinstance(found, FoundEntry)
    assert len(found.record.authors) == 3000
    (entry,) = read_entries(f"@misc{{a, title={{{'x ' * 10_001}}}}}")
    assert isinstance(entry, BadEntry)
    assert "more than 20,000 characters" in entry.message


@pytest.mark.parametrize(
    ("head", "again"),
    [
        ("", "@a{b,c={"),
        ("", "\n@a{b,c={"),
        ("", '@a{b,c="'),
        ("", "@comment{"),
        ("@a{b,", "\n"),
        ("@a{", " a"),
        ("@a{b,title={", "{"),
        ("@a{b,title={", "\\("),
        ("@a{b,title={", "\\href{"),
        ("@a{b,title={", "$a{"),
        ("@a{b,title={x},author={", "a and "),
        ('@a{b,title="', '" '),
        ("", "@a{k,\ntitle={a,\nyear={2000}\n}\n"),
        (
            "@string{a0={xxxxxxxxxx}}"
            + "".join(f"@string{{a{i}=a{i - 1}#a{i - 1}}}" for i in range(1, 99)),
            "@a{b,title=a98#a98}\n",
        ),
        ("@book{p,title={" + "x " * 900 + "}}", "@incollection{b,title={t},crossref=p}"),
    ],
)
def test_hostile_texts_take_time_by_their_length(head: str, again: str) -> None:
    """They are never refused with an error."""
    text = (head + again * 5_000)[:5_000]
    assert steps(read_bibtex, text) < 400 * len(text)


def test_a_tag_ends_before_the_next_one_begins() -> None:
    title = r"a \textless b \textless i class='x'\textgreater c\textless/i\textgreater"
    (record,), _ = read_bibtex(f"@misc{{k, title={{{title}}}}}")
    assert record.title == "a <b c"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        (r"X- and <tex>$\gamma$</tex>-ray work", r"X- and $\gamma$-ray work"),
        (
            '<formula formulatype="inline"><tex Notation="TeX">$x_1$</tex></formula> and <tex-math'
            ' notation="LaTeX">$\\beta$ </tex-math>',
            r"$x_1$ and $\beta$",
        ),
        (
            r"In \ensuremath{<}mml:math {xmlns:mml=''http://w3.org''}\ensuremath{>}\ensuremath{<}mml:msub"
            r"\ensuremath{>}\ensuremath{<}mml:mi\ensuremath{>}RuO\ensuremath{<}/mml:mi\ensuremath{>}"
            r"\ensuremath{<}mml:mn\ensuremath{>}2\ensuremath{<}/mml:mn\ensuremath{>}\ensuremath{<}"
            r"/mml:msub\ensuremath{>}\ensuremath{<}/mml:math\ensuremath{>}",
            r"In $\mathrm{RuO}_{2}$",
        ),
        (r"$<$sup$>$2$<$/sup$>$ \textless{}i\textgreater{}E\textless{}/i\textgreater{}", "² E"),
        ("&lt;sup&gt;2&lt;/sup&gt;", "²"),
        (r"a $<$ i $>$ b $<$c$>$", r"a $<$ i $>$ b $<$c$>$"),
    ],
)
def test_formulas_of_publishers(written: str, title: str) -> None:
    assert one(f"@article{{k, title={{{written}}}}}").title == title


@pytest.mark.parametrize(
    ("inside", "people", "others"),
    [
        ("author={Aad, Georges and others}, collaboration={ATLAS}",
         ["Georges Aad", "ATLAS Collaboration"], True),
        ("author={{ATLAS Collaboration} and Aad, G.}, collaboration={ATLAS}",
         ["ATLAS Collaboration", "G. Aad"], False),
        ("collaboration={the ALICE Collaboration}", ["ALICE Collaboration"], False),
        ("author={Abbott, B. P.}, collaboration={LIGO Scientific, Virgo and on behalf of the CMS}",
         ["B. P. Abbott", "LIGO Scientific Collaboration", "Virgo Collaboration",
          "CMS Collaboration"], False),
        ("collaboration={Event Horizon Telescope Consortium}",
         ["Event Horizon Telescope Consortium"], False),
        ("collaboration={for the Centre for the Cosmos}", ["Centre for the Cosmos"], False),
    ],
)  # fmt: skip
def test_collaborations(inside: str, people: list[str], others: bool) -> None:
    record = fields(inside)
    assert list(record.authors) == people
    assert (record.details.get("authors") == "others") == others
    again = one(entry(record))
    assert (again.authors, again.details) == (record.authors, record.details)


@pytest.mark.parametrize(
    ("journal", "venue"),
    [
        (r"{\mnras}", "Monthly Notices of the Royal Astronomical Society"),
        (r"{{\apj}}", "Astrophysical Journal"),
        (r"{\aap{}}", "Astronomy and Astrophysics"),
        (r'"\prd"', "Physical Review D"),
        ("mnras", "Monthly Notices of the Royal Astronomical Society"),
        (r"{\apjx}", "apjx"),
    ],
)
def test_journals_of_astronomers(journal: str, venue: str) -> None:
    assert fields(f"journal={journal}").venue == venue
    assert fields(f"booktitle={journal}", "inproceedings").venue == venue


def test_an_address_without_scheme() -> None:
    assert fields("url={//www.a.org/x}").url == "https://www.a.org/x"
    assert fields("url={www.a.org/x}").url == "http://www.a.org/x"
    assert fields("doi={10/ggd754}").url == "https://doi.org/10/ggd754"


def test_identifiers_of_archives() -> None:
    pubmed, pmc = (
        "https://pubmed.ncbi.nlm.nih.gov/123",
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC4567",
    )
    assert fields("pmid={123}, pmcid={PMC4567}").other_urls == (pubmed, pmc)
    assert fields("eprinttype={pubmed}, eprint={123}").other_urls == (pubmed,)
    assert fields("note={PMID: 123}").other_urls == (pubmed,)
    assert fields("note={Submitted}, pmid={none}").other_urls == ()
    ads = r"adsurl={http://adsabs.harvard.edu/abs/1999A\%26A...343..496D}"
    record = fields(ads)
    assert record.other_urls == ("https://ui.adsabs.harvard.edu/abs/1999A&A...343..496D",)
    assert fields("eprinttype={hal}, eprint={hal-01234567}").other_urls == (
        "https://hal.science/hal-01234567",
    )
    for each in (record, fields("pmid={123}, pmcid={4567}")):
        assert one(entry(each)).other_urls == each.other_urls
