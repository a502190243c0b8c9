"""The archive of a person: all that is theirs, nothing of others, and it comes in again."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database, begin_writing
from app.models import Paper, ShelfEntry, Summary, User
from app.services import votes
from app.services.pictures import uploads
from app.services.shelves.ballot import open_ballot, vote_for_papers
from app.services.shelves.entries import add_paper_to_shelf
from app.services.shelves.members import decline_invitation
from app.services.shelves.participation import answer_reading
from app.services.summaries.content import Content
from app.services.summaries.deletion import delete_summary
from tests.helpers.client import Browser
from tests.helpers.factories import (
    join_shelf,
    make_paper,
    make_reading,
    make_shelf,
    make_summary,
    make_user,
    publish,
    put_on_list,
    save_draft,
)
from tests.helpers.samples.crafted_pictures import saved
from tests.helpers.samples.pictures import drawing
from tests.helpers.samples.vaults import import_vault, statuses


def take_archive(reader: Browser) -> dict[str, bytes]:
    answer = reader.get("/settings/archive").response
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    assert "no-store" in answer.headers["Cache-Control"]
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def fill(session: Session, ann: User) -> None:
    """Something of each kind of ann's, and beside each the same of somebody else's."""
    ben = make_user(session, "ben")
    papers = [make_paper(session, f"conf/x/A{number}", f"Title {number}") for number in range(4)]
    names = [
        uploads.store_picture(session, ann, saved(drawing(size=(60 + n, 50)))).name for n in (0, 1)
    ]
    session.commit()
    mine = make_summary(session, papers[0], ann, f"First words. ![x](/pictures/{names[0]})")
    publish(session, ann, papers[0], source=f"Later. ![x](/pictures/{names[0]})")
    make_summary(session, papers[1], ann, "Kept secret.", visibility="private", anonymous=True)
    delete_summary(session, make_summary(session, papers[2], ann, "Thrown away."))
    others = [make_summary(session, papers[1], ben, "Bens."), make_summary(session, None, ben, "B")]
    begin_writing(session)
    votes.cast_vote(session, ben, mine.id, 1)
    for each in others:
        votes.cast_vote(session, ann, each.id, 1)
    session.commit()
    begin_writing(session)
    others[1].visibility = "private"  # after the vote
    session.commit()
    for user in (ann, ben):
        content = Content(f"Draft of {user.name}")
        save_draft(session, user, papers[3], content, base_revision=0, seen_version=0)
        texts = {"remark": f"Of {user.name}", "notes": "*Noted*", "labels": "b, a"}
        put_on_list(session, user, papers[0], status="read", citekey=f"{user.name}1", **texts)
    put_on_list(session, ann, papers[3], priority="high")
    make_shelf(session, ann, papers[1], papers[0], title="Anns shelf")
    theirs = make_shelf(session, ben, papers[2], title="Of another", visibility="public")
    join_shelf(session, theirs, ann)
    add_paper_to_shelf(session, ann, theirs, papers[3], "Annotated")
    reading = make_reading(session, theirs, papers[3])
    for user in (ann, ben):
        answer_reading(session, user, theirs, reading, takes_part=user is ann)
    open_ballot(session, theirs)
    entries = list(session.scalars(select(ShelfEntry.id).where(ShelfEntry.user_id == ann.id)))
    vote_for_papers(session, ann, theirs, entries)
    session.commit()
    hidden = make_shelf(session, ben, title="Left")
    join_shelf(session, hidden, ann)
    add_paper_to_shelf(session, ann, hidden, papers[3], "Before I left")
    decline_invitation(session, ann, "ben", hidden.slug)
    session.commit()


def test_an_archive_has_all_that_is_theirs(app: Flask, session: Session) -> None:
    reader = Browser(app.test_client()).sign_up("ann", "Ann")
    fill(session, session.scalars(select(User).where(User.name == "ann")).one())
    files = take_archive(reader)
    data: dict[str, Any] = {
        name: json.loads(text) for name, text in files.items() if name.endswith(".json")
    }
    assert data["profile.json"]["username"] == "ann"
    assert len(data["profile.json"]["sign_ins"]) == 1
    assert [each["source"] for each in data["drafts.json"]] == ["Draft of ann"]
    versions = [(each["paper"], each["number"]) for each in data["versions.json"]]
    assert versions == [("conf/x/A0", 1), ("conf/x/A0", 2), ("conf/x/A1", 1)]
    assert [each["source"] for each in data["deleted.json"]] == ["Thrown away."]
    assert [(each["paper"], each["value"]) for each in data["votes.json"]] == [("conf/x/A1", 1)]
    first, second = data["list.json"]
    assert (first["citekey"], first["remark"], first["notes"]) == ("ann1", "Of ann", "*Noted*")
    assert (first["status"], first["labels"], second["priority"]) == ("read", ["a", "b"], "high")
    (shelf,) = data["shelves.json"]
    assert (shelf["title"], shelf["visibility"]) == ("Anns shelf", "private")
    assert [each["paper"] for each in shelf["papers"]] == ["conf/x/A1", "conf/x/A0"]
    shelved = [(each["shelf"], each["paper"], each["note"]) for each in data["shelved.json"]]
    assert shelved == [("Of another", "conf/x/A3", "Annotated")]
    answers = [(each["shelf"], each["takes_part"]) for each in data["readings.json"]]
    assert answers == [("Of another", True)]
    assert [each["paper"] for each in data["ballots.json"]] == ["conf/x/A3"]
    pictures = [each["file"].split("/")[0] for each in data["pictures.json"]]
    assert pictures == ["ann", "pictures"]
    assert {each["file"] for each in data["pictures.json"]} <= files.keys()
    assert b"{conf/x/A0," in files["list.bib"]
    assert files.keys() >= {"README.txt", "ann/conf-x-A0.md", "ann/conf-x-A1.md"}
    note = files["ann/conf-x-A0.md"].decode()
    assert "\nstatus: read\nstatus_date: " in note
    assert "\nlabels:\n  - a\n  - b\nremark: Of ann\ncitekey: ann1\n" in note
    named = [name for name in files if name.split("/")[0] not in ("ann", "pictures")]
    assert sorted(each for each in named if each not in files["README.txt"].decode()) == [
        "README.txt"
    ]
    assert b"ben" not in b"".join(files.values()).lower()
    assert Browser(app.test_client()).get("/settings/archive").status == 302


def test_an_archive_comes_in_again(
    app: Flask, session: Session, elsewhere: Database, tmp_path: Path
) -> None:
    reader = Browser(app.test_client()).sign_up("ann", "Ann")
    fill(session, session.scalars(select(User).where(User.name == "ann")).one())
    for name, content in take_archive(reader).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    with elsewhere.session() as there:
        outcomes = import_vault(there, tmp_path)
        assert {"added", "unchanged"} >= statuses(outcomes).keys(), outcomes
        assert not [note for each in outcomes for note in each.notes], outcomes
        found = there.execute(
            select(Paper.key, Summary.visibility, Summary.anonymous)
            .join(Summary, Summary.paper_id == Paper.id)
            .order_by(Paper.key)
        )
        assert found.all() == [
            ("conf/x/A0", "public", False),
            ("conf/x/A1", "private", True),
        ]
        assert there.scalars(select(Paper.key).where(Paper.key == "conf/x/A3")).all()
