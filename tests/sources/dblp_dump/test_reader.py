"""dblp's file as the parser sees it: what is read, and what is refused."""

from __future__ import annotations

import gzip
import resource
from pathlib import Path

import pytest

from app.sources.dblp_dump.reader import DumpPerson, DumpReader, DumpRecord
from app.sources.dblp_dump.stream import MAX_RECORD
from app.sources.dblp_dump.terms import BadDump, Wanted
from tests.helpers.samples.dblp import HEAD, LSTM, conference, dump, person, preprint
from tests.helpers.steps import steps


def read(path: Path, wanted: Wanted = Wanted(), skip: int = 0) -> list[DumpRecord | DumpPerson]:  # noqa: B008
    reader = DumpReader(path, wanted)
    try:
        return list(reader.read(skip))
    finally:
        reader.close()


def titled(folder: Path, title: str) -> str:
    (found,) = read(dump(folder, conference(title=title)))
    assert isinstance(found, DumpRecord)
    return found.title


def test_a_work_with_entities_of_the_dtd(tmp_path: Path) -> None:
    assert read(dump(tmp_path, LSTM)) == [
        DumpRecord(
            key="journals/neco/HochreiterS97",
            title="Long Short-Term Memory",
            authors=("Sepp Hochreiter", "Jürgen Schmidhuber"),
            year=1997,
            venue="Neural Comput.",
            links=("https://doi.org/10.1162/neco.1997.9.8.1735",),
            details={"type": "article", "pages": "1735-1780", "volume": "9", "number": "8"},
        )
    ]


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("What is it?", "What is it?"),
        ("And so on...", "And so on..."),
        ("AT&amp;T &lt;3.", "AT&T <3"),
        ("A <i>k</i>-means <tt>sort</tt>.", "A k-means sort"),
        ("H<sub>2</sub>O and <i>L<sup>p</sup></i>.", "H₂O and Lᵖ"),
        ("2<sup>&infin;</sup>.", "2∞"),
        ("C<sub>MAX</sub>.", "C$_{MAX}$"),
        ("$5 for C<sub>MAX</sub>.", "$5 for CMAX"),
        ("Two\n  lines.", "Two lines"),
    ],
)
def test_titles(tmp_path: Path, written: str, title: str) -> None:
    assert titled(tmp_path, written) == title


def test_editors_and_kinds(tmp_path: Path) -> None:
    book = (
        '<proceedings key="conf/nips/2015"><editor>Corinna Cortes</editor>'
        "<editor>Neil D. Lawrence</editor><title>Advances in Neural Information Processing"
        " Systems 28.</title><year>2015</year></proceedings>"
    )
    (found,) = read(dump(tmp_path, book))
    assert isinstance(found, DumpRecord)
    assert found.details == {
        "type": "proceedings",
        "editor": "Corinna Cortes and Neil D. Lawrence",
    }


def test_persons(tmp_path: Path) -> None:
    orcid = "<url>https://orcid.org/0000-0002-1825-0097</url>"
    found = read(
        dump(
            tmp_path,
            person("c/JCarberry", "Josiah Carberry 0001", "J. S. Carberry", more=orcid),
            person("x/Wrong", "Check Digit", more=orcid.replace("0097", "0098")),
            person("../x/Climbs", "Up There"),
            person("x/Moved", "Moved Away", more="<crossref>homepages/c/JCarberry</crossref>"),
            '<www key="homepages/x/Many" publtype="disambiguation"><author>Wei Wang</author></www>',
            '<www key="www/org/w3/TR"><author>Tim Bray</author><title>XML.</title></www>',
        )
    )
    assert found == [
        DumpPerson(
            "c/JCarberry", ("Josiah Carberry 0001", "J. S. Carberry"), "0000-0002-1825-0097"
        ),
        DumpPerson("x/Wrong", ("Check Digit",), ""),
    ]


def test_filters_and_skipping(tmp_path: Path) -> None:
    path = dump(tmp_path, LSTM, conference(), preprint(), person("c/J", "Josiah Carberry"))
    reader = DumpReader(path, Wanted(frozenset({"conf/nips"}), since=2012))
    assert [item[0] for item in reader.read()] == ["conf/nips/RenHGS15", "c/J"]
    assert (reader.passed, reader.left_out) == (4, 2)
    reader.close()
    assert [item[0] for item in read(path, Wanted(until=2000))][:-1] == [
        "journals/neco/HochreiterS97"
    ]
    # Persons are wanted again: they wait for the end.
    assert [item[0] for item in read(path, skip=3)] == ["c/J"]


def test_entities_at_the_ends_of_pieces(tmp_path: Path) -> None:
    """Wherever the file is cut into pieces, an entity is one; one that nobody knows is text."""
    count = 400
    records = [
        conference(key=f"conf/x/P{n}", title="&eacute;&nosuchentity;&amp;" * 20 + "x" * (n % 7))
        for n in range(count)
    ]
    reader = DumpReader(dump(tmp_path, *records))
    found = [each for each in reader.read() if isinstance(each, DumpRecord)]
    reader.close()
    assert [each.title for each in found] == [
        "é&nosuchentity;&" * 20 + "x" * (n % 7) for n in range(count)
    ]
    assert reader.problems == ["&nosuchentity; is unknown and stays as it is."]


def test_a_packed_file_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "dblp"
    path.write_bytes(gzip.compress(dump(tmp_path, LSTM).read_bytes()))
    assert len(read(path)) == 1


def test_a_packed_file_that_is_cut_off(tmp_path: Path) -> None:
    whole = gzip.compress(dump(tmp_path, LSTM, *[conference()] * 50).read_bytes())
    path = tmp_path / "dblp.xml.gz"
    path.write_bytes(whole[:-40])
    with pytest.raises(BadDump, match="cut off or damaged"):
        read(path)


def test_a_file_that_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "dblp.xml"
    path.write_text(HEAD + LSTM + conference()[:80])
    reader = DumpReader(path)
    items = reader.read()
    assert next(items)[0] == "journals/neco/HochreiterS97"
    with pytest.raises(BadDump, match="cut off"):
        next(items)
    reader.close()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"%PDF-1.7 and so on", "does not begin with <dblp>"),
        (b"<html><body>dblp</body></html>", "does not begin with <dblp>"),
        (b'<?xml version="1.0" encoding="UTF-16"?><dblp></dblp>', "ISO-8859-1 or UTF-8"),
        (b"<dblp>" + b"<article key='a/b/c'><title>A</article></dblp>", "not XML as dblp"),
        (b"<dblp><article key='a/b/c'><title>& a;</title></article></dblp>", "not XML as dblp"),
        (b"\x1f\x8b and no more", "cut off or damaged"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(BadDump, match=message):
        read(path)


def laughs() -> bytes:
    grown = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    subset = f'<!DOCTYPE dblp [<!ENTITY e0 "ha">{grown}]>'
    return f"{subset}<dblp><article key='a/b/c'><title>&e9;</title></article></dblp>".encode()


def outside() -> bytes:
    return (
        b"<!DOCTYPE dblp [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
        b"<dblp><article key='a/b/c'><title>&x;</title></article></dblp>"
    )


def nested() -> bytes:
    return b"<dblp><article key='a/b/c'><title>" + b"<i>" * 100_000


def endless_record() -> bytes:
    return b"<dblp><article key='a/b/c'>" + b"<author>A B</author>" * (MAX_RECORD // 10)


def unknown_elements() -> bytes:
    return b"<dblp>" + b"<thing/>" * (MAX_RECORD // 4)


def blanks() -> bytes:
    return b"<dblp>" + b" " * 30_000_000


def refuse(path: Path) -> None:
    with pytest.raises(BadDump):
        read(path)


@pytest.mark.parametrize(
    "bomb", [laughs, outside, nested, endless_record, unknown_elements, blanks]
)
def test_bombs_are_refused_soon_and_in_little_memory(tmp_path: Path, bomb: object) -> None:
    path = tmp_path / "bomb.xml.gz"
    path.write_bytes(gzip.compress(bomb(), 1))  # type: ignore[operator]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert steps(refuse, path) < 50_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB
