"""A set's summaries as a book: what is in it, for whom, in which order, and whether it is valid."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree
from sqlalchemy.orm import Session

from app.models import User
from app.services.exporting import epub_chapters
from app.services.exporting.epub_chapters import write_epub
from app.services.exporting.paper_set import PaperSet
from app.services.pictures import uploads
from tests.helpers.factories import make_paper, make_summary, make_user, publish
from tests.helpers.samples.crafted_pictures import saved
from tests.helpers.samples.pictures import drawing

CHECKER = Path("/usr/share/java/epubcheck.jar")
OPF = "{http://www.idpf.org/2007/opf}"
LINK = "{http://www.w3.org/1999/xhtml}a"
MOMENT = datetime(2021, 2, 3, 4, 5, 6, tzinfo=UTC)
SOURCE = """\
## Part

A formula $\\dfrac{a}{b}$, a [paper](/paper/conf/x/A1), a note[^1], `code` & <b>.

![Ours](%s) ![Theirs](https://example.org/b|c.png)

| a | b |
|:-:|--:|
| 1 | 2 |

- [x] done

https://www.youtube.com/watch?v=aqz-KE-bpKQ

<details><summary>More</summary>

$$\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}$$

</details>

[^1]: A note."""


def make_book(
    session: Session, ids: list[int], reader: User | None = None, **more: object
) -> bytes:
    file = io.BytesIO()
    chosen = PaperSet("Tag: <deep> & “more”", ids, reader, "/tag/deep", **more)  # type: ignore[arg-type]
    write_epub(session, chosen, file)
    return file.getvalue()


def read_pages(book: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}


def fill(session: Session) -> tuple[list[int], User]:
    """Two papers, of which one has three summaries, one of them private and one anonymous."""
    ann, ben = make_user(session, "ann", "Ann"), make_user(session, "ben", "Ben <&>")
    picture = uploads.store_picture(session, ann, saved(drawing()))
    session.commit()
    first = make_paper(
        session, "conf/x/A1", "On $x_1$ & <more>", authors=("Ada King",), doi="10.1002/a<b>c"
    )
    second = make_paper(session, "conf/x/B2", "Second")
    source = SOURCE % f"/pictures/{picture.name}"
    make_summary(session, first, ann, source, takeaway="So $x$.", created_at=MOMENT)
    make_summary(session, first, ben, "Bens own.", visibility="private")
    make_summary(session, first, make_user(session), "Nameless.", anonymous=True)
    make_summary(session, second, ann, "Other [^1].\n\n[^1]: Note.", created_at=MOMENT)
    session.commit()
    return [second.id, make_paper(session).id, first.id], ben


def test_a_book_is_well_made(session: Session) -> None:
    ids, _ = fill(session)
    book = make_book(session, ids)
    assert book == make_book(session, ids)
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        infos = archive.infolist()
    assert (infos[0].filename, infos[0].compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert not infos[0].extra
    pages = read_pages(book)
    assert pages["mimetype"] == "application/epub+zip"
    package = etree.fromstring(pages["EPUB/package.opf"].encode())
    items = {each.get("id"): each for each in package.iter(f"{OPF}item")}
    files = {f"EPUB/{each.get('href')}" for each in items.values()}
    assert files | {"mimetype", "META-INF/container.xml", "EPUB/package.opf"} == pages.keys()
    spine = [items[each.get("idref")].get("href") for each in package.iter(f"{OPF}itemref")]
    assert spine == ["title.xhtml", "p1.xhtml", "p2.xhtml"]
    assert items["p2"].get("properties") == "mathml"
    for name, text in pages.items():
        if not name.endswith(".xhtml"):
            continue
        page = etree.fromstring(text.encode())
        names = page.xpath("//@id")
        assert len(names) == len(set(names)), name
        for link in page.iter(LINK):
            file, _, fragment = link.get("href", "").partition("#")
            if "/" in file:
                assert file.startswith(("http://", "https://")), file
            else:
                target = pages[f"EPUB/{file}"] if file else text
                assert f'id="{fragment}"' in target or not fragment, (name, fragment)
        for source in page.xpath("//*/@src"):
            assert f"EPUB/{source}" in pages


def test_a_book_has_what_its_reader_may_see(session: Session) -> None:
    ids, ben = fill(session)
    pages = read_pages(make_book(session, ids))
    assert "Ben" not in "".join(pages.values())
    text = pages["EPUB/p2.xhtml"]
    assert text.index("Summary by Ann") < text.index("Summary by Anonymous")
    assert 'href="http://localhost/paper/conf/x/A1"' in text
    assert 'src="p2-1-1.png"' in text
    assert '<a href="https://example.org/b%7Cc.png">Theirs</a>' in text
    own = read_pages(make_book(session, ids, ben))["EPUB/p2.xhtml"]
    assert own.index("Summary by Ben &lt;&amp;&gt;") < own.index("Summary by Ann")
    assert " · private" in own
    alone = read_pages(make_book(session, ids, writer=ben))
    assert "EPUB/p1.xhtml" not in alone
    assert "There are no summaries." in alone["EPUB/none.xhtml"]


def test_a_book_is_bounded(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    ids, _ = fill(session)
    monkeypatch.setattr(epub_chapters, "MAX_CHAPTERS", 1)
    assert "EPUB/p2.xhtml" not in read_pages(make_book(session, ids))
    monkeypatch.setattr(epub_chapters, "MAX_PICTURE_BYTES", 10)
    text = read_pages(make_book(session, ids[::-1]))["EPUB/p1.xhtml"]
    assert "<img" not in text
    assert 'href="http://localhost/pictures/' in text


def test_the_date_of_a_book_is_that_of_its_texts(session: Session) -> None:
    paper, ann = make_paper(session), make_user(session)
    make_summary(session, paper, ann, created_at=MOMENT)
    assert "2021-02-03T04:05:06Z" in read_pages(make_book(session, [paper.id]))["EPUB/package.opf"]
    publish(session, ann, paper, source="Again.", edited_at=MOMENT.replace(year=2022))
    assert "2022-02-03T04:05:06Z" in read_pages(make_book(session, [paper.id]))["EPUB/package.opf"]


@pytest.mark.slow
@pytest.mark.sqlite_only("the books of the other tests are made on PostgreSQL too")
@pytest.mark.skipif(
    not CHECKER.exists() or shutil.which("java") is None,
    reason="epubcheck is not installed (Debian: apt install epubcheck)",
)
def test_epubcheck_finds_nothing(session: Session, tmp_path: Path) -> None:
    ids, ben = fill(session)
    (tmp_path / "book.epub").write_bytes(make_book(session, ids, ben))
    command = ["java", "-XX:TieredStopAtLevel=1", "-jar", str(CHECKER), str(tmp_path / "book.epub")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "No errors or warnings detected." in done.stdout + done.stderr, done.stderr
