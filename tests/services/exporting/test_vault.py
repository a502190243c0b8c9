"""A library as files: export, import into an empty site, export again: identical bytes."""

from __future__ import annotations

import io
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database
from app.models import Author, Paper, Picture, PictureUse, Revision, Summary, User
from app.queries import people
from app.services import votes
from app.services.accounts import administration
from app.services.accounts.user_names import UNKNOWN
from app.services.exporting import vault
from app.services.importing.terms import ImportOptions
from app.services.papers.merging import merge_papers
from app.services.pictures import uploads
from app.services.summaries.deletion import delete_summary
from tests.helpers.client import PASSWORD, Browser
from tests.helpers.engines import copy_database
from tests.helpers.factories import make_paper, make_summary, make_user, publish
from tests.helpers.samples.crafted_pictures import saved
from tests.helpers.samples.pictures import drawing, photo
from tests.helpers.samples.shortscience import HEAD, ITEM, TAIL
from tests.helpers.samples.vaults import contents, feed, import_vault, note, send, statuses


def take_out(session: Session, folder: Path, *names: str) -> dict[str, bytes]:
    """Export into a folder; what it holds then."""
    users = [user for user in people.list_writers(session) if not names or user.name in names]
    for _ in vault.export_vault(session, users, vault.make_folder_writer(folder)):
        pass
    session.rollback()
    return contents(folder)


# -- round trips

NASTY = """\
---
not: front matter
---

A line with two spaces  \nand \ttabs, a quote "'`, a bar | and `---`:

```yaml
key: value
```

<<<<<<< not a conflict

$$\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}$$

* \u00a0non-breaking\u2028line separator\u0085next line \U0001f600 עברית
\\cite{conf/x/A1} [[A1]] ![not there](picture.png) `![x](pictures/abc.png)`

End: yes"""


def fill(session: Session) -> None:
    """A library with everything that could get lost on the way."""
    moment = datetime(2020, 2, 29, 23, 59, 59, 123456, tzinfo=UTC)
    ann = make_user(session, "ann", "Ann: “Example”, #1 'n' co")
    bob = make_user(session, "bob.2", "null")
    first = make_paper(
        session,
        "conf/x/A1",
        "On: {braces}, $x_1$ and - dashes # no comment",
        authors=("Wei Wang 0001", "Kurt Gödel", "yes", "Lee and Poe; {Ltd}"),
        details={"authors": "others"},
        year=2015,
        venue="Conf: X",
        doi="10.1000/a(b)c",
        arxiv_id="1506.01497",
        url="https://example.org/?a=b&c=d#e",
        abstract="Two lines.\n\nAnd $x < y$: “so” it is.\n  - indented",
        keywords="a, b: c",
        published_on=moment.date(),
    )
    second = make_paper(session, "10.1016/0022-2836(76)90311-6", "A1", authors=())
    twin = make_paper(session, "CONF/X/a1.", "Also file conf-x-a1")
    pictured = uploads.store_picture(session, ann, saved(drawing()))
    photographed = uploads.store_picture(session, ann, saved(photo(1), "JPEG"))
    bobs = uploads.store_picture(session, bob, saved(drawing()))
    session.commit()
    shown = (
        f"{uploads.format_picture_markdown(pictured, 'a [b]')}\n\n`/pictures/{photographed.name}`"
    )
    make_summary(session, first, ann, source=NASTY, created_at=moment, tags=["c", "a.b", "ü"])
    make_summary(
        session,
        second,
        ann,
        source=f"{shown}\n\n{uploads.format_picture_markdown(photographed, '')}",
        visibility="private",
        takeaway="It is: $a$ 'b' \"c\" #d",
    )
    make_summary(session, twin, ann, source="yes", anonymous=True, visibility="unlisted")
    make_summary(
        session,
        first,
        bob,
        source=f"1\n{uploads.format_picture_markdown(bobs, 'x')}",
        anonymous=True,
    )
    edited = make_summary(session, second, bob, source="Before.")
    publish(session, bob, second, source="After.", edited_at=datetime(2021, 3, 1, tzinfo=UTC))
    session.commit()
    assert edited.edited_at is not None


def test_the_bytes_are_the_same(session: Session, elsewhere: Database, tmp_path: Path) -> None:
    fill(session)
    before = take_out(session, tmp_path / "before")
    assert len([name for name in before if name.endswith(".md")]) == 5
    assert len([name for name in before if "/pictures/" in name]) == 3
    with elsewhere.session() as there:
        outcomes = import_vault(there, tmp_path / "before")
        assert statuses(outcomes) == {"added": 5}, outcomes
        assert take_out(there, tmp_path / "after") == before
        again = import_vault(there, tmp_path / "before")
        assert statuses(again) == {"unchanged": 5}, again
        assert take_out(there, tmp_path / "again") == before
        # Pictures are theirs, and kept as those that the texts show.
        uses = there.scalars(select(PictureUse.picture_id)).all()
        assert len(uses) == len(there.scalars(select(Picture)).all()) == 3
        assert len(there.scalars(select(Revision)).all()) == 5
        names = there.scalars(select(Author.name).where(Author.key.contains("0001"))).all()
        assert names == ["Wei Wang"]
    # And here, where everything is already, nothing changes.
    assert statuses(import_vault(session, tmp_path / "before")) == {"unchanged": 5}


def test_several_texts_on_a_merged_paper(
    session: Session, elsewhere: Database, tmp_path: Path
) -> None:
    ann = make_user(session, "ann")
    papers = [make_paper(session, f"a/b/P{number}", "One work") for number in range(3)]
    for number, paper in enumerate(papers):
        moment = datetime(2020, 1, 1 + number, tzinfo=UTC)
        make_summary(session, paper, ann, f"Text {number}.", created_at=moment)
    for paper in papers[1:]:
        merge_papers(session, papers[0], paper, ann)
    session.commit()
    before = take_out(session, tmp_path / "before")
    assert [b"place" in content for content in before.values()] == [True, True, False]
    with elsewhere.session() as there:
        assert statuses(import_vault(there, tmp_path / "before")) == {"added": 3}
        assert take_out(there, tmp_path / "after") == before
        assert statuses(import_vault(there, tmp_path / "before")) == {"unchanged": 3}
        # Each is known again when one before it is gone.
        delete_summary(there, there.scalars(select(Summary).where(Summary.place == 1)).one())
        there.commit()
        assert statuses(import_vault(there, tmp_path / "before")) == {"unchanged": 2, "added": 1}
        places = select(Summary.source).order_by(Summary.place)
        assert there.scalars(places).all() == ["Text 0.", "Text 2.", "Text 1."]


def test_two_files_of_one_place(session: Session, tmp_path: Path) -> None:
    fields = {"key": "a/b/C", "title": "T", "user": "ann"}
    note(tmp_path, "1.md", "One.", **fields)
    second = note(tmp_path, "2.md", "Two.", **fields, place=2)
    note(tmp_path, "3.md", "Three.", **fields, place=2)
    note(tmp_path, "4.md", "Four.", **fields, place=1)
    outcomes = import_vault(session, tmp_path)
    assert [each.status for each in outcomes] == ["added", "added", "refused", "refused"]
    assert outcomes[2].message == f"{second} is about the same paper."
    assert session.scalars(select(Summary.source).order_by(Summary.place)).all() == ["One.", "Two."]


def test_the_same_as_a_zip(session: Session, elsewhere: Database, tmp_path: Path) -> None:
    fill(session)
    path = tmp_path / "all.zip"
    users = people.list_writers(session)
    for target in (path, tmp_path / "second.zip"):
        with zipfile.ZipFile(target, "w") as archive:
            for _ in vault.export_vault(session, users, vault.make_zip_writer(archive)):
                pass
        session.rollback()
    assert path.read_bytes() == (tmp_path / "second.zip").read_bytes()
    before = take_out(session, tmp_path / "before")
    with elsewhere.session() as there:
        assert statuses(import_vault(there, path)) == {"added": 5}
        assert take_out(there, tmp_path / "after") == before


texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=200
).filter(str.strip)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(source=texts, takeaway=texts, title=texts, author=texts, abstract=texts)
def test_any_text_comes_back(
    sqlite_template: Database,
    elsewhere: Database,
    tmp_path_factory: pytest.TempPathFactory,
    source: str,
    takeaway: str,
    title: str,
    author: str,
    abstract: str,
) -> None:
    from app.services.refusals import Refusal

    results = []
    folder = tmp_path_factory.mktemp("files")
    for number in (1, 2):
        copy_database(sqlite_template, elsewhere)
        elsewhere.info["data_dir"] = folder
        with elsewhere.session() as session:
            if number == 1:
                try:
                    paper = make_paper(
                        session, "conf/x/A1", title, authors=(author,), abstract=abstract
                    )
                    make_summary(
                        session, paper, make_user(session, "ann"), source, takeaway=takeaway
                    )
                except Refusal:
                    return
            else:
                outcomes = import_vault(session, folder / "1")
                assert statuses(outcomes) == {"added": 1}, outcomes
            results.append(take_out(session, folder / str(number)))
    assert results[0] == results[1]


# -- notes of all kinds


def test_notes_from_elsewhere(session: Session, tmp_path: Path) -> None:
    note(
        tmp_path,
        "notes/rcnn.md",
        "It shares.\n\n![map](img/a%20map.png) and ![[b.png|300]], `![c](img/c.png)`.\n",
        arxiv="1506.01497",
        title="Faster R-CNN",
        authors="Shaoqing Ren, Kaiming He",
        tags="'#detection #vision'",
        aliases="[a]",
        rating="5",
    )
    (tmp_path / "notes/img").mkdir()
    (tmp_path / "notes/img/a map.png").write_bytes(saved(drawing()))
    (tmp_path / "b.png").write_bytes(saved(drawing(size=(20, 20))))
    note(tmp_path, ".obsidian/hidden.md", key="conf/x/Hidden", title="Hidden")
    (tmp_path / "readme.txt").write_text("no note")
    make_user(session, "mira")
    outcomes = import_vault(session, tmp_path, ImportOptions(writer="mira", visibility="private"))
    assert statuses(outcomes) == {"added": 1}
    assert outcomes[0].notes == ("the field 'rating' is not known and was left out",)
    summary = session.scalars(select(Summary)).one()
    assert summary.visibility == "private"
    assert len(uploads.find_picture_names(summary.source)) == 2
    assert "`![c](img/c.png)`" in summary.source
    names = session.scalars(select(Picture.name)).all()
    assert set(uploads.find_picture_names(summary.source)) == set(names)
    paper = session.scalars(select(Paper)).one()
    assert (paper.title, paper.arxiv_id) == ("Faster R-CNN", "1506.01497")


def test_each_refused_file_is_named_and_the_others_go_on(session: Session, tmp_path: Path) -> None:
    note(tmp_path, "1.md", key="conf/x/A1", title="One", user="ann")
    note(tmp_path, "2.md", key="conf/x/None", user="ann")
    note(tmp_path, "3.md", title="No key", user="ann")
    note(tmp_path, "4.md", key="conf/x/A4", title="Four", year=2015, visibility="all", user="ann")
    note(tmp_path, "5.md", key="conf/x/A5", title="Five")
    note(tmp_path, "6.md", "x" * 70_000, key="conf/x/A6", title="Six", user="ann")
    note(tmp_path, "7.md", key="conf/x/A7", title="Seven", user="a b")
    note(tmp_path, "8.md", "> " * 60 + "x", key="conf/x/A8", title="Eight", user="ann")
    note(tmp_path, "9.md", key="conf/x/A9", title="Nine", user="ann", created="2999-01-01")
    (tmp_path / "b.md").write_text("no front matter")
    (tmp_path / "c.md").write_bytes(b"---\nkey: x\n---\n\xff")
    note(tmp_path, "d.md", key="conf/x/Ad", title="Last", user="ann")
    outcomes = import_vault(session, tmp_path)
    assert statuses(outcomes) == {"added": 2, "refused": 10}
    told = {Path(each.name).name: (each.line, each.message) for each in outcomes if each.message}
    for name, line, says in (
        ("2.md", 2, "is new, so its title is required"),
        ("3.md", 2, "Give a key, DOI, arXiv ID, or the title"),
        ("4.md", 5, "visibility is public"),
        ("5.md", 2, "--user NAME"),
        ("6.md", 6, "up to 65,536 bytes"),
        ("7.md", 4, "user: a b isn’t a valid username"),
        ("8.md", 6, "nested too deeply"),
        ("9.md", 5, "lies in the future"),
        ("b.md", 1, "first line must be ---"),
        ("c.md", 4, "not UTF-8"),
    ):
        assert told[name][0] == line, (name, told[name])
        assert says in told[name][1]
    # What was refused leaves nothing behind.
    assert set(session.scalars(select(Paper.key))) == {"conf/x/A1", "conf/x/Ad"}
    assert session.scalars(select(User.name)).all() == ["ann"]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("doi", "banana", "doi: Not valid. A DOI looks like"),
        ("arxiv", "not an id", "arxiv: Not valid. An arXiv ID looks like"),
        ("key", "key with space", "key: Use letters"),
        ("url", "javascript:alert(1)", "url: A URL starts with"),
        ("user", "Mira Lindqvist", "user: mira lindqvist isn’t a valid username"),
        ("display_name", "x" * 90, "display_name: Use at most"),
        ("takeaway", "x" * 300, "takeaway: Up to 200 characters"),
        ("year", "1066", "year: 1066 isn’t a valid year"),
        ("title", "'  '", "title is required"),
        ("authors", "\n  - {name: A}", "authors must be one value or a list"),
        ("visibility", "secret", "visibility is public"),
        ("place", "0", "place is a number from 1"),
        ("place", "second", "place is a number from 1"),
        ("published", "May", "published must be a day"),
        ("section", "astrology", "section: Unknown section"),
    ],
)
def test_a_refusal_names_field_and_line(
    session: Session, tmp_path: Path, name: str, value: str, says: str
) -> None:
    fields = {"keywords": "a", "key": "conf/x/A1", "title": "T", "user": "ann", "venue": "V"}
    path = note(tmp_path, "1.md", **{**fields, name: value})
    line = (
        3
        if name == "title"
        else path.read_text().split("\n").index(f"{name}: {value}".split("\n")[0]) + 1
    )
    (outcome,) = import_vault(session, path)
    assert (outcome.status, outcome.line) == ("refused", line), outcome.message
    assert says in outcome.message


def test_the_line_of_a_text_that_cannot_be_taken(session: Session, tmp_path: Path) -> None:
    path = note(tmp_path, "1.md", "\n\nOne.\n\n" + "> " * 60, key="a/b/C", title="T", user="ann")
    (outcome,) = import_vault(session, path)
    assert (outcome.status, outcome.line) == ("refused", 10)
    assert not outcome.message.startswith("Line")


def test_a_second_file_about_the_same_paper(session: Session, tmp_path: Path) -> None:
    first = note(tmp_path, "01 plain.md", "One.", key="a/b/C", title="T", user="ann")
    note(tmp_path, "02 dup.md", "Two.", doi="10.1000/x", key="a/b/c", user="Ann")
    note(tmp_path, "03 other.md", "Three.", key="a/b/C", user="bob")
    (tmp_path / "04 link.md").symlink_to(first)
    told = [("added", ""), ("refused", f"{first} is about the same paper."), ("added", "")]
    for dry_run in (True, False):
        outcomes = import_vault(session, tmp_path, ImportOptions(dry_run=dry_run))
        assert [(each.status, each.message) for each in outcomes[:3]] == told
        assert (outcomes[1].line, outcomes[3].status) == (3, "unchanged")
    again = import_vault(session, tmp_path)
    assert [each.status for each in again] == ["unchanged", "refused", "unchanged", "unchanged"]
    assert session.scalars(select(Revision.source)).all() == ["One.", "Three."]
    # What was refused itself stands in nobody's way.
    note(tmp_path, "01 plain.md", "> " * 60, key="a/b/C", user="ann")
    assert import_vault(session, tmp_path)[1].status == "changed"


def test_two_notes_with_one_picture_have_no_address_in_common(
    session: Session, elsewhere: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "notes"
    facts = {"user": "ann", "created": "2020-01-01"}
    for number in (1, 2, 3):
        fields = {"key": f"conf/lg/{number}", "title": "L", "anonymous": number > 1}
        text = "![l](logo.png) and ![again](/logo.png)"
        note(folder, f"{number}.md", text, **fields, **facts)
    (folder / "logo.png").write_bytes(saved(drawing()))
    assert statuses(import_vault(session, folder)) == {"added": 3}
    names = [
        uploads.find_picture_names(text)
        for text in session.scalars(select(Summary.source).order_by(Summary.id))
    ]
    assert [len(each) for each in names] == [1, 1, 1]
    assert len({name for each in names for name in each}) == 3
    assert statuses(import_vault(session, folder)) == {"unchanged": 3}
    assert statuses(import_vault(session, folder, ImportOptions(dry_run=True))) == {"unchanged": 3}
    before = take_out(session, tmp_path / "before")
    assert len(before) == 4
    with elsewhere.session() as there:
        assert statuses(import_vault(there, tmp_path / "before")) == {"added": 3}
        assert take_out(there, tmp_path / "after") == before
    # Another secret link changes addresses, and no file.
    summary = session.scalars(select(Summary).order_by(Summary.id)).first()
    assert summary is not None
    user, paper = session.get_one(User, summary.user_id), session.get_one(Paper, summary.paper_id)
    for visibility in ("unlisted", "public"):
        publish(session, user, paper, source=summary.source, visibility=visibility)
        session.commit()
    assert uploads.find_picture_names(summary.source) != names[0]
    assert take_out(session, tmp_path / "renewed") == before
    assert statuses(import_vault(session, folder)) == {"unchanged": 3}


def test_pictures_that_cannot_be_kept_are_told(session: Session, tmp_path: Path) -> None:
    text = "![a](b.svg) ![b](/x/A.PNG) ![c](big.png) ![d](bad.png) ![e](https://x.org/a.svg)"
    path = note(tmp_path, "n.md", text, key="a/b/C", title="T", user="ann")
    (tmp_path / "b.svg").write_text("<svg/>")
    (tmp_path / "big.png").write_bytes(b"x" * 10_000_001)
    (tmp_path / "bad.png").write_bytes(b"x")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for file in tmp_path.iterdir():
            if file.suffix != ".zip":
                archive.write(file, file.name)
    told = (
        "image b.svg: Use PNG, JPEG, GIF or WebP.",
        "image /x/A.PNG not found",
        "image big.png: it has more than 10 MB.",
        "image bad.png: Use PNG, JPEG, GIF or WebP.",
    )
    for dry_run in (True, False):
        for source in (path, tmp_path, tmp_path / "all.zip"):
            (outcome,) = import_vault(session, source, ImportOptions(dry_run=dry_run))
            assert outcome.notes == told, source


def test_a_dry_run_writes_nothing(session: Session, tmp_path: Path) -> None:
    note(tmp_path, "1.md", key="conf/x/A1", title="One", user="ann")
    note(tmp_path, "2.md", "Another.", key="conf/x/A1", user="bob")
    note(tmp_path, "3.md", key="conf/x/None", user="ann")
    (tmp_path / "p.png").write_bytes(saved(drawing()))
    note(tmp_path, "4.md", "![x](p.png)", key="conf/x/A4", title="Four", user="ann")
    note(tmp_path, "5.md", "Third.", key="conf/x/A1", user="cleo")
    outcomes = import_vault(session, tmp_path, ImportOptions(dry_run=True))
    assert statuses(outcomes) == {"added": 4, "refused": 1}
    for table in (Paper, User, Summary, Picture):
        assert session.scalars(select(table)).all() == []
    assert not (session.info["data_dir"] / "pictures").exists()
    session.rollback()
    assert statuses(import_vault(session, tmp_path)) == {"added": 4, "refused": 1}


def test_links_lead_out_of_a_folder_to_nothing(session: Session, tmp_path: Path) -> None:
    inside = tmp_path / "notes"
    note(inside, "1.md", "![x](../secret.png) ![y](link.png)", key="a/b/C", title="T", user="ann")
    (tmp_path / "secret.png").write_bytes(saved(drawing()))
    (inside / "link.png").symlink_to(tmp_path / "secret.png")
    note(tmp_path, "outside.md", "Secret.", key="a/b/D", title="T", user="ann")
    (inside / "2.md").symlink_to(tmp_path / "outside.md")
    outcomes = import_vault(session, inside)
    assert statuses(outcomes) == {"added": 1, "refused": 1}
    assert "link to a file outside" in outcomes[1].message
    assert session.scalars(select(Picture)).all() == []
    assert outcomes[0].notes == (
        "image ../secret.png not found",
        "image link.png not found",
    )


def test_what_was_edited_here_later_is_kept(session: Session, tmp_path: Path) -> None:
    fields = {"key": "a/b/C", "title": "T", "user": "ann", "created": "2020-01-01"}
    path = note(tmp_path, "1.md", "First.", **fields)
    import_vault(session, path)
    ann = session.scalars(select(User)).one()
    paper = session.scalars(select(Paper)).one()
    publish(session, ann, paper, source="Later, here.")
    session.commit()
    note(tmp_path, "1.md", "Other.", **fields, edited="2021-01-01")
    outcome = import_vault(session, path)[0]
    assert (outcome.status, outcome.message) == ("kept", "the existing one was edited later")
    note(tmp_path, "1.md", "Newest.", **fields, edited=f"{datetime.now(UTC).isoformat()}")
    assert import_vault(session, path)[0].status == "changed"
    texts = select(Revision.source).order_by(Revision.number)
    assert session.scalars(texts).all() == ["First.", "Later, here.", "Newest."]


def test_a_text_without_facts_keeps_those_that_are_here(session: Session, tmp_path: Path) -> None:
    make_summary(
        session,
        make_paper(session, "a/b/C"),
        make_user(session, "ann"),
        source="Old.",
        visibility="private",
        anonymous=True,
        takeaway="One.",
        tags=["x"],
    )
    note(tmp_path, "1.md", "New.", key="a/b/C", user="ann")
    assert statuses(import_vault(session, tmp_path)) == {"changed": 1}
    summary = session.scalars(select(Summary)).one()
    assert (summary.source, summary.visibility, summary.anonymous, summary.takeaway) == (
        *("New.", "private", True),
        "One.",
    )


def test_a_user_who_was_renamed_gets_their_texts(session: Session, tmp_path: Path) -> None:
    ann = make_user(session, "ann")
    make_summary(session, make_paper(session, "a/b/C"), ann, source="Text.")
    take_out(session, tmp_path)
    administration.rename_account(session, session.get_one(User, ann.id), "bea")
    session.commit()
    assert statuses(import_vault(session, tmp_path)) == {"unchanged": 1}
    administration.rename_account(session, session.get_one(User, ann.id), "cleo", forget_old=True)
    session.commit()
    outcome = import_vault(session, tmp_path)[0]
    assert (outcome.status, outcome.message[:18]) == ("refused", "user: ann belonged")


def test_users_from_files_cannot_sign_in(app: Flask, session: Session, tmp_path: Path) -> None:
    note(tmp_path, "1.md", key="a/b/C", title="T", user="ann", display_name="Ann Example")
    import_vault(session, tmp_path)
    assert session.scalars(select(User.password_hash)).all() == [None]
    session.commit()
    guest = Browser(app.test_client())
    for password in ("", "None", PASSWORD):
        assert guest.submit("/login", name="ann", password=password).status == 422
    assert guest.submit("/signup", name="ann", password=PASSWORD).status == 422


# -- ShortScience's exports


def anonymous(text: str) -> str:
    return (
        ITEM.replace("#martinthoma", "#anon")
        .replace("Martin Thoma", "Anonymous")
        .replace("## Idea", text)
    )


def test_the_feed(app: Flask, session: Session, tmp_path: Path) -> None:
    path = feed(tmp_path / "rss.xml", ITEM, anonymous("One."), anonymous("Two."))
    assert statuses(import_vault(session, path)) == {"added": 3}
    assert statuses(import_vault(session, path)) == {"unchanged": 3}
    names = set(session.scalars(select(User.name)))
    assert names == {"martinthoma", UNKNOWN, f"{UNKNOWN}-2"}
    summary = session.scalars(select(Summary).join(User).where(User.name == "martinthoma")).one()
    assert (summary.score, summary.created_at.year, summary.visibility) == (7, 2016, "public")
    voter = make_user(session)
    votes.cast_vote(session, voter, summary.id, 1)
    session.commit()
    assert summary.score == 8
    page = Browser(app.test_client()).get("/paper/conf/nips/RenHGS15")
    assert page.text.count("Anonymous") >= 2
    assert UNKNOWN not in page.text
    # Where nobody can see who wrote, nobody can be asked either.
    assert Browser(app.test_client()).get(f"/user/{UNKNOWN}").text.count("One.") == 0


def test_what_was_changed_here_stays_so(session: Session, tmp_path: Path) -> None:
    """A feed says that a text was public there, not that it has to be so here for good."""
    path = feed(tmp_path / "rss.xml", ITEM)
    import_vault(session, path)
    summary = session.scalars(select(Summary)).one()
    user, paper = session.get_one(User, summary.user_id), session.get_one(Paper, summary.paper_id)
    publish(session, user, paper, source=summary.source, visibility="private", anonymous=True)
    session.commit()
    assert statuses(import_vault(session, path)) == {"unchanged": 1}
    (summary,) = session.scalars(select(Summary))
    assert (summary.visibility, summary.anonymous) == ("private", True)


def test_two_names_are_never_one_account(session: Session, tmp_path: Path) -> None:
    names = ["ünal", "nal", "unal", "x", "X.", "李明", "joecomments", "joe", "shortscience-anon"]
    items = [
        ITEM.replace("#martinthoma", f"#{name}").replace("RenHGS15", f"A{number}")
        for number, name in enumerate(names)
    ]
    items = [each.replace("1506.01497", f"1506.1149{n}") for n, each in enumerate(items)]
    path = feed(tmp_path / "rss.xml", *items)
    outcomes = import_vault(session, path)
    assert statuses(outcomes) == {"added": len(names)}, outcomes
    accounts = [each.writer for each in outcomes]
    assert len(set(accounts)) == len(names)
    assert (accounts[1:3], accounts[7]) == (["nal", "unal"], "joe")
    assert outcomes[0].notes == (f"ünal isn’t a valid username; the account is {accounts[0]}",)
    assert accounts[0].startswith("unal-")
    assert not outcomes[1].notes
    assert statuses(import_vault(session, path)) == {"unchanged": len(names)}
    assert not any(session.scalars(select(Summary.anonymous)))


def test_nobody_can_take_the_accounts_of_unknown_writers(guest: Browser) -> None:
    for name in (UNKNOWN, f"{UNKNOWN}-2"):
        assert guest.submit("/signup", name=name, password=PASSWORD).status == 422


def test_a_feed_that_breaks_off_gives_what_it_has(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "rss.xml"
    path.write_text(HEAD + ITEM + ITEM[:200])
    outcomes = import_vault(session, path)
    assert [each.status for each in outcomes] == ["added", "refused"]
    assert outcomes[1].line >= 17


def test_the_table(session: Session, tmp_path: Path) -> None:
    make_paper(session, "conf/x/A1")
    path = tmp_path / "mine.csv"
    path.write_text('conf/x/A1,"One\ntwo"\nconf/x/None,Text\n')
    outcomes = import_vault(session, path, ImportOptions(writer="ann"))
    assert [(each.status, each.line) for each in outcomes] == [("added", 1), ("refused", 3)]
    assert "title is required" in outcomes[1].message
    assert session.scalars(select(Summary.source)).all() == ["One\ntwo"]


# -- one's own, from the browser


@pytest.fixture
def ann(guest: Browser, no_child: None) -> Browser:
    return guest.sign_up("ann", "Ann Example")


def test_out_and_in_again(ann: Browser, session: Session) -> None:
    make_paper(session, "conf/x/A1", "One")
    make_summary(session, make_paper(session, "conf/x/A2"), source="Somebody else's.")
    ann.submit("/write/conf/x/A1", source="Mine.", visibility="private", anonymous="on")
    answer = ann.get("/settings/export")
    assert answer.response.mimetype == "application/zip"
    assert "shortlist-ann-" in answer.response.headers["Content-Disposition"]
    data = answer.response.get_data()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["ann/conf-x-A1.md"]
        assert b"visibility: private" in archive.read("ann/conf-x-A1.md")
    status, text = send(ann, "mine.zip", data)
    assert status == 200
    assert "1 unchanged" in text
    number = session.scalars(select(Summary.id).where(Summary.source == "Mine.")).one()
    session.commit()
    ann.submit(f"/summary/{number}/delete")
    status, text = send(ann, "mine.zip", data)
    assert "1 added" in text
    back = session.scalars(select(Summary).where(Summary.source == "Mine.")).one()
    assert (back.visibility, back.anonymous) == ("private", True)


def test_others_texts_are_not_taken_by_mistake(ann: Browser, session: Session) -> None:
    make_user(session, "bob")
    data = b"---\nkey: a/b/C\ntitle: T\nuser: bob\n---\nText.\n"
    status, text = send(ann, "a.md", data)
    assert (status, "1 skipped" in text, "This text is by bob" in text) == (200, True, True)
    assert session.scalars(select(Summary)).all() == []
    session.commit()
    status, text = send(ann, "a.md", data, all_mine="on")
    assert "1 added" in text
    summary = session.scalars(select(Summary)).one()
    writer = session.get_one(User, summary.user_id)
    assert (writer.name, summary.visibility) == ("ann", "private")


@pytest.mark.slow
def test_ones_own_from_the_feed(ann: Browser, session: Session) -> None:
    other = ITEM.replace("RenHGS15", "Other16").replace("1506.01497", "1606.01497")
    mine = other.replace("#martinthoma", "#ann").replace("Martin Thoma", "Ann E.")
    unnamed = anonymous("Hidden.").replace("RenHGS15", "Anon17").replace("1506.01497", "1706.01497")
    data = (HEAD + ITEM + mine + unnamed + TAIL).encode()
    status, text = send(ann, "rss.xml", data)
    assert (status, "1 added, 2 skipped" in text) == (200, True)
    assert "This text is by martinthoma, and you are ann." in text
    assert "This text has no name" in text
    (summary,) = session.scalars(select(Summary))
    assert (summary.visibility, summary.anonymous) == ("private", False)
    session.commit()
    # So the papers of one's CSV are known.
    status, text = send(ann, "mine.csv", b"conf/nips/Other16,With \\cite{a/b/C}.\n")
    assert "1 updated" in text
    session.commit()
    for called in ("Martin  Thoma", "@MartinThoma"):
        status, text = send(ann, "rss.xml", data, called=called.replace("  ", " "))
        assert "1 skipped" in text
    assert session.scalars(select(User.name)).all() == ["ann"]
    session.commit()
    status, text = send(ann, "rss.xml", data, all_mine="on")
    assert "1 added" in text
    found = dict(session.execute(select(Paper.key, Summary.anonymous).join(Summary)).all())
    assert found == {
        "conf/nips/RenHGS15": False,
        "conf/nips/Other16": False,
        "conf/nips/Anon17": True,
    }


def test_a_note_alone_brings_no_pictures(ann: Browser) -> None:
    _, text = send(ann, "n.md", b"---\nkey: a/b/C\ntitle: T\n---\n![x](p.png)\n")
    assert "1 added" in text
    assert "image p.png: it did not come along; a zip can hold" in text


def test_more_than_is_read_at_a_time(
    ann: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_paper(session, "a/b/C")
    make_paper(session, "a/b/D")
    monkeypatch.setattr("app.views.accounts.files.MAX_FILES", 1)
    assert "split it" not in send(ann, "a.csv", b"a/b/C,One\n")[1]
    assert "split it" in send(ann, "a.csv", b"a/b/C,One\na/b/D,Two\n")[1]


def test_the_form_says_what_becomes_public(ann: Browser) -> None:
    assert "New papers are always public" in ann.get("/settings/import").text


@pytest.mark.slow
def test_what_cannot_be_read_as_a_whole(ann: Browser, session: Session) -> None:
    for name, data, says in (
        ("", b"", "Choose a file or paste BibTeX."),
        ("a.txt", b"Text", "unsupported file type"),
        ("a.zip", b"PK\x03\x04 no", "not a zip"),
        ("a.csv", b"\xff\xfe", "not UTF-8"),
    ):
        status, text = send(ann, name, data)
        assert status == 422, name
        assert says in text
    status, text = send(ann, "<b>.md", b"---\nkey: x\n---\nText")
    assert "<b>.md" not in text
    assert "&lt;b&gt;.md" in text


def test_guests_have_nothing_to_take_or_bring(guest: Browser) -> None:
    assert guest.get("/settings/export").location.startswith("/login")
    assert guest.get("/settings/import").location.startswith("/login")


def test_an_export_over_an_old_one_replaces_whole_files(session: Session, tmp_path: Path) -> None:
    fill(session)
    before = take_out(session, tmp_path / "out")
    shutil.copytree(tmp_path / "out", tmp_path / "copy")
    assert take_out(session, tmp_path / "copy") == before
    assert take_out(session, tmp_path / "one", "bob.2").keys() == {
        name for name in before if name.startswith("bob.2/")
    }


def test_notes_link_to_each_other_and_have_aliases(
    session: Session, tmp_path: Path, elsewhere: Database
) -> None:
    mira = make_user(session, "mira")
    one = make_paper(session, "conf/x/One1", "The first: one", year=2001)
    two = make_paper(session, "conf/x/Two2", "The second", year=2002)
    make_paper(session, "conf/x/Three3", "Nobody wrote about it", year=2003)
    text = "[t](/paper/conf/x/Two2) `[t](/paper/conf/x/Two2)` [u](/paper/conf/x/Three3) \\cite{a/b}"
    make_summary(session, one, mira, text)
    make_summary(session, two, mira, "Back to [o][1]\n\n[1]: /paper/conf/x/One1")
    files = take_out(session, tmp_path / "1")
    first = files["mira/conf-x-One1.md"].decode()
    assert "\naliases:\n  - 'The first: one'\n" in first
    assert first.endswith(
        "\n[t](conf-x-Two2.md) `[t](/paper/conf/x/Two2)` [u](/paper/conf/x/Three3) \\cite{a/b}\n"
    )
    assert files["mira/conf-x-Two2.md"].decode().endswith("[1]: conf-x-One1.md\n")
    with elsewhere.session() as site:
        import_vault(site, tmp_path / "1")
        assert take_out(site, tmp_path / "2") == files


def test_an_administrator_imports_no_licence_that_nobody_states(
    session: Session, tmp_path: Path
) -> None:
    paper = {"title": "A", "user": "ann"}
    note(tmp_path, "a.md", key="x/a/A1", licence="cc-by-sa-4.0", **paper)
    note(tmp_path, "b.md", key="x/a/B1", **paper)
    note(tmp_path, "c.md", key="x/a/C1", visibility="private", licence="CC0-1.0", **paper)
    import_vault(session, tmp_path)
    query = select(Paper.key, Summary.licence).join(Summary).order_by(Paper.key)
    stated = {"x/a/A1": "CC-BY-SA-4.0", "x/a/B1": "", "x/a/C1": ""}
    assert dict(session.execute(query).all()) == stated
    note(tmp_path, "b.md", "Changed.", key="x/a/B1", **paper)
    import_vault(session, tmp_path, ImportOptions(licence="CC0-1.0"))
    assert dict(session.execute(query).all()) == stated | {"x/a/B1": "CC0-1.0"}
