"""Bringing a list in as a reader does: form, preview, progress, undoing; and what is refused."""

from __future__ import annotations

import io
import json
import zipfile
from collections import deque
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import (
    Job,
    ListEntry,
    ListImport,
    ListImportPart,
    ListImportRow,
    Paper,
    Shelf,
    ShelfEntry,
    User,
)
from app.models.papers.list_entry import PRIORITIES, STATUSES
from app.models.papers.list_import import PREVIEW_LIFE
from app.queries.lists.own_entries import load_label_names
from app.services.importing import process
from app.services.importing.lists import child as opener
from app.services.importing.lists import previews, receiving, work
from app.services.operation import tidying
from app.services.shelves.entries import change_note
from tests.helpers.client import Browser, Page
from tests.helpers.factories import (
    make_paper,
    make_shelf,
    make_summary,
    make_user,
    put_on_list,
    read_entry,
)
from tests.helpers.stand_ins.outside import Reply, StandIn

FILES = Path(__file__).parents[2] / "sources/lists/files"
JABREF = (FILES / "jabref.bib").read_bytes()
KEY = "aB3" * 8
ITEMS = "api.zotero.org/users/12345/items?itemType=-attachment&format=json&limit=100&start={}"
COLLECTIONS = "api.zotero.org/users/12345/collections"
NOTE = """---
title: "{title}"
authors: [Ann Lee]
year: 2020
citationKey: {key}
DOI: "{doi}"
status: Read
tags: [method]
---

See [[{link}]] and *this*.
"""


@pytest.fixture
def ann(guest: Browser, no_child: None) -> Browser:
    return guest.sign_up("ann")


def send(browser: Browser, data: bytes = b"", name: str = "list.bib", **fields: str) -> Page:
    form: dict[str, object] = {**browser.get("/list/import").form("/list/import"), **fields}
    form["file"] = (io.BytesIO(data), name if data else "")
    return browser.post("/list/import", form, content_type="multipart/form-data")


def run_jobs(session: Session) -> None:
    """Do what was queued."""
    jobs = session.scalars(select(Job).where(Job.kind == receiving.JOB)).all()
    session.commit()
    for job in jobs:
        deque(work.work_on_import(session, **job.argument), maxlen=0)


def count(session: Session, table: type[object]) -> int:
    found = session.scalar(select(func.count()).select_from(table)) or 0
    session.commit()
    return found


def test_from_file_to_list_and_back(guest: Browser, session: Session) -> None:
    ann = guest.sign_up("ann")  # whose file is read by a child, as elsewhere than in tests
    assert "/list/import" in ann.get("/list").links()
    path = send(ann, JABREF).location
    page = ann.get(path)
    assert "Import preview" in page.text
    assert "line 30" in page.text
    assert "no title" in page.text
    assert count(session, ListEntry) == count(session, Paper) == 0
    fields = page.form(path)
    answer = ann.post(path, {**fields, "status-0": "reading", "label": "0"})
    assert (answer.status, answer.location) == (303, path)
    waiting = ann.get(path)
    assert waiting.response.headers["Refresh"]
    assert "0 of 3 rows" in waiting.text
    run_jobs(session)
    done = ann.get(path)
    assert "Refresh" not in done.response.headers
    assert "added to your list" in done.text
    assert "jabref" not in ann.get("/list?label=Vision").text
    assert "Deep Residual Learning" in ann.get("/list?label=Thesis&status=reading").text
    assert ann.post(path, fields).status == 422
    ann.submit(path, f"{path}/undo")
    assert "left" in ann.get(path).text
    run_jobs(session)
    assert "Your list is as it was before" in ann.get(path).text
    assert count(session, ListEntry) == count(session, Paper) == 0


def test_nobody_else_sees_an_import(ann: Browser, app: Flask) -> None:
    path = send(ann, JABREF).location
    ben = Browser(app.test_client()).sign_up("ben")
    assert ben.get(path).status == 404
    token = ben.get("/list/import").form("/list/import")["csrf_token"]
    for each in (path, f"{path}/undo", f"{path}/discard"):
        assert ben.post(each, {"csrf_token": token}).status == 404
    assert Browser(app.test_client()).get(path).status == 302
    assert path not in ben.get("/list/import").text
    assert path in ann.get("/list/import").text


@pytest.mark.slow
def test_previews_are_few_and_do_not_last(ann: Browser, session: Session) -> None:
    paths = [
        send(ann, JABREF, f"{number}.bib").location
        for number in range(receiving.MAX_UNFINISHED + 1)
    ]
    assert [ann.get(path).status for path in paths] == [404, 200, 200, 200]
    ann.submit(paths[1], f"{paths[1]}/discard")
    assert ann.get(paths[1]).status == 404
    begin_writing(session)
    session.execute(update(ListImport).values(made_at=now() - PREVIEW_LIFE))
    session.commit()
    assert ann.get(paths[2]).status == 404
    deque(tidying.tidy(session), maxlen=0)
    assert count(session, ListImport) == count(session, ListImportRow) == 0


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "", "Choose a file"),
        (b"PK\x05\x06 no zip", "x.zip", "not a zip"),
        (b"\x00\x01\x02\x00", "x.pdf", "unsupported file type"),
    ],
)
def test_what_cannot_be_read_is_refused(ann: Browser, data: bytes, name: str, said: str) -> None:
    page = send(ann, data, name, zotero_user="" if data else " ")
    assert page.status == 422
    assert said in page.text


def test_a_bad_form_changes_nothing(ann: Browser, session: Session) -> None:
    path = send(ann, JABREF).location
    fields = ann.get(path).form(path)
    digits = "1" * 5000  # more than Python reads
    sent = {"paper-x": "1", "paper-99": "a", f"paper-{digits}": "new", "label": digits}
    page = ann.post(path, {**fields, **sent, "status-0": "burnt"})
    assert page.status == 422
    assert "Choose a status" in page.text
    assert count(session, Job) == 0


def test_pasted_lines_are_found_here_or_elsewhere(
    ann: Browser, app: Flask, session: Session, stand_in: StandIn, tmp_path: Path
) -> None:
    make_paper(session, "conf/x/Here", "A paper that is here", doi="10.1234/here")
    stand_in.usual()
    outside = stand_in.outside(tmp_path)
    text = (
        "https://doi.org/10.1234/HERE\nA paper that is here\n10.1109/cvpr.2016.90\n"
        "10.1234/nobody.knows\nhttps://example.org/a\njust words\n"
    )
    path = send(ann, text=text).location
    page = ann.get(path)
    for said in ("tell which paper this URL is", "isn’t an identifier", "duplicates in this list"):
        assert said in page.text
    ann.submit(path)
    session.info["outside"] = outside
    run_jobs(session)
    rows = session.execute(
        select(ListImportRow.state, ListImportRow.message).order_by(ListImportRow.position)
    ).all()
    session.commit()
    assert [state for state, _ in rows] == [
        "added", "unchanged", "added", "refused", "refused", "refused",
    ]  # fmt: skip
    assert rows[3].message == "no source knows this paper"
    found = session.scalars(select(Paper.title).order_by(Paper.id)).all()
    session.commit()
    assert found == ["A paper that is here", "Deep Residual Learning for Image Recognition"]


def test_a_vault_keeps_its_links(ann: Browser, session: Session) -> None:
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        first = {"title": "The first note", "key": "one2020", "doi": "10.1234/one"}
        second = {"title": "The second note", "key": "two2020", "doi": "10.1234/two"}
        archive.writestr("papers/One.md", NOTE.format(**first, link="Two"))
        archive.writestr("papers/Two.md", NOTE.format(**second, link="Diary"))
        archive.writestr("Diary.md", "Nothing about a paper.\n")
        archive.writestr("Broken.md", "---\ntitle: [x\n---\n")
    path = send(ann, zipped.getvalue(), "vault.zip").location
    assert "Broken.md, line 2" in ann.get(path).text
    page = ann.get(path)
    ann.post(path, {**page.form(path), "label": "0"})
    run_jobs(session)
    entries = session.scalars(select(ListEntry).order_by(ListEntry.id)).all()
    session.commit()
    assert [(each.citekey, each.status) for each in entries] == [
        ("one2020", "read"),
        ("two2020", "read"),
    ]
    assert "[Two](/paper/10.1234/two)" in entries[0].notes
    assert 'href="/paper/10.1234/two"' in entries[0].notes_html
    assert "[[Diary]]" in entries[1].notes
    assert "second note" in ann.get("/list?label=method").text


def test_zotero_is_read_page_by_page_with_a_key_that_is_not_kept(
    ann: Browser,
    app: Flask,
    session: Session,
    stand_in: StandIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exported = json.loads((FILES / "better-bibtex.json").read_text("utf-8"))
    data = {**exported["items"][1], "tags": [{"tag": "📗 Read"}], "collections": ["AAAA1111"]}
    note = {"itemType": "note", "parentItem": "EFGH2345", "note": "<p>A note.</p>"}
    fill = [{"key": f"A{n}", "data": {"itemType": "annotation"}} for n in range(98)]
    first = [{"key": "EFGH2345", "data": {**data, "key": "EFGH2345"}}, {"data": note}, *fill]
    folders = [{"key": "AAAA1111", "data": {"key": "AAAA1111", "name": "To teach"}}]
    stand_in.replies[ITEMS.format(0)] = Reply(body=json.dumps(first).encode())
    stand_in.replies[ITEMS.format(100)] = Reply(body=b"[]")
    stand_in.replies[COLLECTIONS] = Reply(body=json.dumps(folders).encode())
    monkeypatch.setitem(app.extensions, "outside", stand_in.outside(tmp_path))
    path = send(ann, zotero_user="12345", zotero_key=KEY).location
    assert stand_in.keys[-3:] == [KEY] * 3
    ann.submit(path, label="0")
    run_jobs(session)
    entry = session.scalars(select(ListEntry)).one()
    session.commit()
    assert (entry.status, entry.notes, entry.citekey) == ("read", "A note.", "vaswani:2017")
    assert "To teach" in ann.get("/list").text
    stored = [str(value) for row in session.execute(select(ListImport.data)) for value in row]
    session.commit()
    assert KEY not in "".join(stored)
    stand_in.replies[COLLECTIONS] = Reply(403, b"Invalid key")
    refused = send(ann, zotero_user="12345", zotero_key=KEY)
    assert refused.status == 422
    assert "Zotero does not want to answer us." in refused.text
    assert KEY not in refused.text
    assert 'value="12345"' in refused.text
    for user, key in (("12345/../1", KEY), ("1", "a b\r\nX: y")):
        assert send(ann, zotero_user=user, zotero_key=key).status == 422


def test_collections_are_chosen_in_the_preview(ann: Browser, app: Flask, session: Session) -> None:
    user = session.scalars(select(User).where(User.name == "ann")).one()
    make_shelf(session, user, title="Mine <b>", slug="mine")
    make_shelf(session, make_user(session, "ben"), title="Of another")
    path = send(ann, JABREF).location
    page = ann.get(path)
    assert "Mine &lt;b&gt;" in page.text
    assert "Of another" not in page.text
    fields = page.form(path)
    assert (fields["collection-0"], fields["collection-1"]) == ("label", "label")
    typed = {**fields, "status-0": "stopped", "collection-0": "new", "label": "3"}
    refused = ann.post(path, {**typed, "collection-1": "ben/of-another"})
    assert refused.status == 422
    assert "Choose a shelf to which you can add papers." in refused.text
    kept = refused.form(path)
    assert [kept[name] for name in ("status-0", "collection-0", "label")] == ["stopped", "new", "3"]
    ann.post(path, {**typed, "collection-1": "ann/mine"})
    run_jobs(session)
    done = ann.get(path)
    for said in ('href="/shelf/ann/thesis"', 'href="/shelf/ann/mine"'):
        assert said in done.text
    assert "Deep Residual Learning" in ann.get("/shelf/ann/thesis").text
    ann.submit(path, f"{path}/undo")
    run_jobs(session)
    assert "Your list and your shelves are as they were" in ann.get(path).text
    assert ann.get("/shelf/ann/thesis").status == 404


def test_a_shelf_leaves_as_a_note_and_comes_in_again(
    ann: Browser, app: Flask, session: Session
) -> None:
    """Its papers in their order, also those without a note of their own; none gets on the list."""
    owner = session.scalars(select(User).where(User.name == "ann")).one()
    session.commit()
    papers = [make_paper(session, f"x/{n}", f"The [odd] paper, number {n}") for n in range(4)]
    make_summary(session, papers[1], owner)
    put_on_list(session, owner, papers[1], status="reading")
    order = [papers[each] for each in (2, 1, 0, 3)]
    shelf = make_shelf(
        session, owner, *order, title="To discuss: α & β", description="Why *we* read.\n\n- [a](b)"
    )
    for entry in session.scalars(select(ShelfEntry)).all():
        change_note(session, owner, shelf, entry.id, f"Note [{entry.paper_id}]: (so)")
    session.commit()
    packed = ann.get("/settings/export").response.get_data()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        (name,) = (each for each in archive.namelist() if "/shelves/" in each)
        note = archive.read(name).decode()
    assert "- [The \\[odd\\] paper, number 1](../x-1.md): Note [2]: (so)\n" in note
    assert "(http://localhost/paper/x/3)" in note
    ben = Browser(app.test_client()).sign_up("ben")
    path = send(ben, packed, "vault.zip").location
    shown = ben.get(path)
    assert "only added where nobody else can see them" in shown.text
    ben.post(path, shown.form(path))
    run_jobs(session)
    with zipfile.ZipFile(io.BytesIO(ben.get("/settings/export").response.get_data())) as archive:
        (name,) = (each for each in archive.namelist() if "/shelves/" in each)
        again = archive.read(name).decode()
    assert again == note.replace("(../x-1.md)", "(http://localhost/paper/x/1)")
    reader = session.scalars(select(User).where(User.name == "ben")).one()
    listed = select(ListEntry.status).where(ListEntry.user_id == reader.id)
    assert list(session.scalars(listed)) == ["reading"]
    session.commit()
    undone = ben.get(path)
    ben.post(f"{path}/undo", undone.form(f"{path}/undo"))
    run_jobs(session)
    assert count(session, ListEntry) == 1
    assert (count(session, Shelf), count(session, ShelfEntry)) == (1, 4)
    assert count(session, Paper) == 4


def read_shelves(browser: Browser) -> list[str]:
    """The notes of all shelves that somebody exports."""
    packed = browser.get("/settings/export").response.get_data()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = sorted(each for each in archive.namelist() if "/shelves/" in each)
        return [archive.read(each).decode() for each in names]


def test_shelves_without_papers_and_of_one_title_come_in_again(
    ann: Browser, app: Flask, session: Session
) -> None:
    owner = session.scalars(select(User).where(User.name == "ann")).one()
    session.commit()
    papers = [make_paper(session, f"x/{n}", f"The paper with number {n}") for n in range(3)]
    for paper in papers:
        make_shelf(session, owner, paper, title="Thesis", description=f"On {paper.key}.")
    make_shelf(session, owner, title="Later", description="To be *filled*.")
    make_shelf(session, owner, title="Bare / Inner")
    make_shelf(session, owner, title="Later (shelf 2)")
    before = read_shelves(ann)
    assert len(before) == 6
    packed = ann.get("/settings/export").response.get_data()
    ben = Browser(app.test_client()).sign_up("ben")
    path = send(ben, packed, "vault.zip").location
    ben.post(path, ben.get(path).form(path))
    run_jobs(session)
    assert read_shelves(ben) == before
    done = ben.get(path).text
    assert done.count("0 papers added") == 3
    assert done.count("1 paper added") == 3
    again = send(ann, packed, "vault.zip").location
    ann.post(again, ann.get(again).form(again))
    run_jobs(session)
    assert read_shelves(ann) == before
    ben.post(f"{path}/undo", ben.get(path).form(f"{path}/undo"))
    run_jobs(session)
    assert read_shelves(ben) == []
    assert count(session, Shelf) == 6


def test_a_vault_with_empty_shelves_alone_comes_in(
    ann: Browser, app: Flask, session: Session
) -> None:
    owner = session.scalars(select(User).where(User.name == "ann")).one()
    session.commit()
    make_shelf(session, owner, title="Later")
    ben = Browser(app.test_client()).sign_up("ben")
    path = send(ben, ann.get("/settings/export").response.get_data(), "vault.zip").location
    preview = ben.get(path)
    assert "Import shelves" in preview.text
    ben.post(path, preview.form(path))
    run_jobs(session)
    assert read_shelves(ben) == read_shelves(ann)


def pack_again(packed: bytes) -> bytes:
    """The zip of a folder into which one was unpacked, as macOS makes it."""
    again = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(again, "w") as new:
        for name in old.namelist():
            new.writestr(f"My archive/{name}", old.read(name))
            new.writestr(f"__MACOSX/My archive/._{name.replace('/', '_')}", b"\0")
    return again.getvalue()


@pytest.mark.parametrize("is_packed_again", [False, True])
def test_the_list_of_an_archive_comes_in_again(
    ann: Browser, app: Flask, session: Session, is_packed_again: bool
) -> None:
    """Also papers without a summary, with all that is said of them, in the order of the list."""
    owner = session.scalars(select(User).where(User.name == "ann")).one()
    session.commit()
    for number, status in enumerate(STATUSES):
        paper = make_paper(session, f"x/{number}", f"Number {number} of some papers")
        own = {"remark": f"Remark <{number}>", "labels": "to-read, x", "citekey": f"own{number}"}
        put_on_list(
            session, owner, paper, status=status, priority="high", notes="*Own*\n\n- a", **own
        )
        if number == 1:
            make_summary(session, paper, owner)
    first = ann.get("/list.csv").text
    packed = ann.get("/settings/archive").response.get_data()
    ben = Browser(app.test_client()).sign_up("ben")
    path = send(ben, pack_again(packed) if is_packed_again else packed, "archive.zip").location
    ben.post(path, {**ben.get(path).form(path), "label": ["0", "1"]})
    run_jobs(session)
    assert ben.get("/list.csv").text == first
    assert ben.get("/list.csv?sort=hand").text == ann.get("/list.csv?sort=hand").text
    reader = session.scalars(select(User).where(User.name == "ben")).one()
    listed = select(ListEntry.notes).where(ListEntry.user_id == reader.id)
    assert set(session.scalars(listed)) == {"*Own*\n\n- a"}
    session.commit()


def test_labels_that_are_too_long_are_shortened_and_told(ann: Browser, session: Session) -> None:
    """In the preview and after it; also what a collection is called as a label."""
    long, folder = "A label of very many words " * 2, "A folder of very many words " * 2
    row = f'One paper of this list,"short; {long}","{folder}; B"\n'
    path = send(ann, f"title,labels,collections\n{row}".encode(), "x.csv").location
    preview = ann.get(path)
    assert "up to 40 characters: longer names are shortened" in preview.text
    assert "a label up to 40 characters of a name" in preview.text
    assert preview.text.count(", shortened<") == 1
    form = preview.form(path)
    ann.post(path, {**form, "label": ["0", "1"]})
    run_jobs(session)
    done = ann.get(path).text
    assert "Shortened labels" in done
    for name in (long, folder):
        assert f"<bdi>{name[:40].strip()}</bdi>" in done
        assert name[:40].strip() in ann.get("/list.csv").text


def test_folders_of_a_vault_are_offered_and_left_out(ann: Browser, session: Session) -> None:
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        for name in ("Vault/Papers/Vision/One.md", "Vault/Papers/Two.md", "Vault/Three.md"):
            facts = {"title": f"A note of {name}", "key": name[-8:-3], "link": "None"}
            archive.writestr(name, NOTE.format(**facts, doi=f"10.1234/{name[-8:-3]}"))
    path = send(ann, zipped.getvalue(), "vault.zip").location
    page = ann.get(path)
    for said in ("Papers / Vision", "Same as outer collection"):
        assert said in page.text
    fields = page.form(path)
    folders = {name: value for name, value in fields.items() if name.startswith("collection-")}
    assert set(folders.values()) == {"none"}
    first, second = folders
    ann.post(path, {**fields, first: "new", second: "parent"})
    run_jobs(session)
    shelf = session.scalars(select(Shelf)).one()
    found = session.scalar(select(func.count()).select_from(ShelfEntry))
    session.commit()
    assert (shelf.title, found) == ("Papers", 2)


def test_a_vault_of_this_site_brings_its_statuses_along(
    ann: Browser, app: Flask, session: Session
) -> None:
    user = session.scalars(select(User).where(User.name == "ann")).one()
    paper = make_paper(session, "conf/x/A1", "A paper of its own words")
    make_summary(session, paper, user, "What it says.", tags=["public-tag"])
    texts = {"remark": "Mine", "labels": "a, b", "priority": "high", "citekey": "own1"}
    put_on_list(session, user, paper, status="reading", **texts)
    vault = ann.get("/settings/export").response.get_data()
    ben = Browser(app.test_client()).sign_up("ben")
    path = send(ben, vault, "vault.zip").location
    fields = ben.get(path).form(path)
    ben.post(path, {**fields, "label": ["0", "1"]})  # type: ignore[dict-item]  # both of one name
    run_jobs(session)
    reader = session.scalars(select(User).where(User.name == "ben")).one()
    entry = read_entry(session, reader, paper)
    assert entry is not None
    assert (entry.status, entry.remark, entry.citekey) == ("reading", "Mine", "own1")
    assert (PRIORITIES[entry.priority], entry.notes) == ("high", "")
    assert entry.reading_at is not None
    assert load_label_names(session, [entry.id])[entry.id] == ["a", "b"]


LONG = "".join(f"@misc{{k{n}, title={{Paper number {n}}}, doi={{10.1/{n}}}}}\n" for n in range(7))


@pytest.fixture
def short_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of more than four rows are long."""
    monkeypatch.setattr(opener, "BATCH", 2)


def test_a_long_list_is_read_by_the_job(
    ann: Browser, short_at_once: None, session: Session
) -> None:
    assert "Import preview" in ann.get(send(ann, LONG[:100].encode()).location).text
    path = send(ann, LONG.encode()).location
    page = ann.get(path)
    assert page.response.headers["Refresh"]
    assert "0 rows read so far" in page.text
    assert "Being read" in ann.get("/list/import").text
    (argument,) = session.scalars(select(Job.argument)).all()
    session.commit()
    steps = work.work_on_import(session, **argument)
    assert [next(steps), next(steps)] == [2, 2]
    assert "4 rows read so far" in ann.get(path).text
    steps.close()  # the server stops, and another process begins again
    run_jobs(session)
    page = ann.get(path)
    assert "Refresh" not in page.response.headers
    assert "Import 7 papers" in page.text
    assert count(session, ListImportPart) == 0
    ann.submit(path)
    run_jobs(session)
    assert count(session, ListEntry) == 7


def test_what_the_job_cannot_read_is_told(
    ann: Browser, monkeypatch: pytest.MonkeyPatch, session: Session
) -> None:
    monkeypatch.setattr(receiving, "MAX_BYTES_AT_ONCE", 3)
    for data, name, said in (
        (b"PK\x05\x06 no zip", "x.zip", "not a zip"),
        (b" \n \n", "x.txt", "There is no paper in this list."),
        (b'{"a":\n!', "x.json", "Line 2: this is not JSON"),
    ):
        path = send(ann, data, name).location
        run_jobs(session)
        page = ann.get(path)
        assert said in page.text
        assert "Refresh" not in page.response.headers
    assert count(session, ListImportPart) == 0
    assert "Can’t be read" in ann.get("/list/import").text
    monkeypatch.setattr(previews, "MAX_ROWS", 6)
    path = send(ann, LONG.encode()).location
    run_jobs(session)
    assert "Up to 6 papers" in ann.get(path).text
    assert count(session, ListImportRow) == 1  # that of the JSON


def test_what_was_sent_is_in_no_backup(ann: Browser, short_at_once: None, session: Session) -> None:
    path = send(ann, LONG.encode()).location
    begin_writing(session)
    session.execute(delete(ListImportPart))  # as a restore leaves it
    session.commit()
    run_jobs(session)
    assert receiving.GONE in ann.get(path).text


def test_a_second_click_makes_no_second_import(
    ann: Browser, short_at_once: None, session: Session
) -> None:
    for data in (LONG, LONG[:100]):
        assert send(ann, data.encode()).location == send(ann, data.encode()).location
    assert count(session, ListImport) == 2
    assert count(session, Job) == 1
    assert send(ann, LONG.encode(), "b.bib").location != send(ann, LONG.encode()).location


def test_a_list_that_is_read_can_be_discarded(
    ann: Browser, short_at_once: None, app: Flask, session: Session
) -> None:
    path = send(ann, LONG.encode()).location
    assert Browser(app.test_client()).sign_up("ben").get(path).status == 404
    session.commit()
    number = session.scalars(select(ListImport.id)).one()
    session.commit()
    steps = work.work_on_import(session, number)
    next(steps)
    ann.submit(path, f"{path}/discard")
    assert list(steps) == []
    assert ann.get(path).status == 404
    assert count(session, ListImportPart) == count(session, ListImportRow) == 0


def test_an_import_waits_while_others_read(
    ann: Browser, short_at_once: None, session: Session
) -> None:
    path = send(ann, LONG.encode()).location
    with ExitStack() as turns:
        for _ in range(process.MAX_IMPORTS):
            process.take_turn(turns)
        run_jobs(session)
        assert "0 rows read so far" in ann.get(path).text
        assert session.scalars(select(Job.due_at)).one() > now()
        session.commit()
    run_jobs(session)
    assert "Import 7 papers" in ann.get(path).text


def test_papers_on_a_shelf_alone_come_in_from_another_site(
    ann: Browser, app: Flask, session: Session
) -> None:
    owner = session.scalars(select(User).where(User.name == "ann")).one()
    session.commit()
    facts = {"authors": ("Ann Lee", "Bo Poe"), "year": 2020, "doi": "10.1234/first"}
    make_shelf(session, owner, make_paper(session, "x/First", "A first title", **facts))
    packed = io.BytesIO(ann.get("/settings/archive").response.get_data())
    theirs = io.BytesIO()
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(theirs, "w") as new:
        for name in old.namelist():
            data = old.read(name).replace(b"http://localhost", b"https://other.example")
            new.writestr(name, data.replace(b"first", b"second").replace(b"x/First", b"x/Second"))
    path = send(ann, theirs.getvalue(), "archive.zip").location
    page = ann.get(path)
    assert "Import 1 paper" in page.text
    ann.post(path, page.form(path))
    run_jobs(session)
    found = session.scalars(select(Paper).where(Paper.title == "A second title")).one()
    assert (found.doi, found.year) == ("10.1234/second", 2020)
    assert count(session, ListEntry) == 0
    assert "A second title" in ann.get("/shelf/ann/a-shelf").text
    ann.submit(path, f"{path}/undo")
    run_jobs(session)
    assert "A second title" not in ann.get("/shelf/ann/a-shelf").text
    assert count(session, Paper) == 1
