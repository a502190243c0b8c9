"""The sample library: loads the package's own files into an empty database.

Papers go in first and summaries after them, so that each text is rendered once with all of its
links known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from app.db import begin_writing, insert_missing, now
from app.models import Paper, Summary, User, Venue
from app.services.accounts import account
from app.services.papers.adding import add_paper
from app.services.summaries.content import Edit
from app.services.summaries.publishing import create_summary
from app.services.votes import cast_vote
from app.sources.formats import front_matter
from app.sources.record import PaperRecord


def load(
    session: Session,
    folder: Path,
    progress: Callable[[list[Path]], Iterable[Path]] = iter,
) -> None:
    """Load venues, writers, papers, summaries and votes; the caller commits.

    Args:
        folder: has `venues.yaml`, `writers.yaml` and `papers/*.md`.
        progress: passes the files of summaries on, and may show how far it is.
    """
    begin_writing(session)
    insert_missing(session, Venue, [_venue(row) for row in _rows(folder / "venues.yaml")], ["key"])
    writers = _rows(folder / "writers.yaml")
    users = {row["name"]: _add_writer(session, row) for row in writers}
    files = {
        path: front_matter.split(path.read_text("utf-8"))
        for path in sorted((folder / "papers").glob("*.md"))
    }
    papers: dict[str, Paper] = {}
    for fields, _ in files.values():
        key = front_matter.text(fields, "key")
        if key not in papers:
            papers[key] = add_paper(session, _record(fields), "sample")
    written: dict[str, Summary] = {}
    for path in progress(list(files)):
        fields, body = files[path]
        name = front_matter.text(fields, "user")
        if name:
            key = front_matter.text(fields, "key")
            written[f"{key} {name}"] = _add_summary(session, users[name], papers[key], fields, body)
    for row in writers:
        for value, liked in ((1, row.get("likes", [])), (-1, row.get("dislikes", []))):
            for each in liked:
                summary = written[each]
                # The day after, so that the sample has SciScores: these leave out new votes.
                moment = summary.created_at + timedelta(days=1)
                cast_vote(session, users[row["name"]], summary.id, value, moment)


def _rows(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(path.read_text("utf-8"))
    return found


def _venue(row: dict[str, Any]) -> dict[str, Any]:
    names = ("key", "name", "title", "kind")
    return {**{name: row[name] for name in names}, "section_slug": row["section"]}


def _add_writer(session: Session, row: dict[str, Any]) -> User:
    user = User(name=row["name"], display_name=row["display_name"], joined_at=now())
    session.add(user)
    session.flush()
    account.change_profile(session, user, row["display_name"], row["bio"])
    return user


def _record(fields: dict[str, Any]) -> PaperRecord:
    year = front_matter.text(fields, "year")
    return PaperRecord(
        title=front_matter.text(fields, "title"),
        authors=tuple(front_matter.texts(fields, "authors")),
        key=front_matter.text(fields, "key"),
        year=int(year) if year else None,
        venue=front_matter.text(fields, "venue"),
        doi=front_matter.text(fields, "doi"),
        arxiv_id=front_matter.text(fields, "arxiv"),
        url=front_matter.text(fields, "url"),
        keywords=front_matter.text(fields, "keywords"),
        published_on=front_matter.day(fields, "published"),
        section=front_matter.text(fields, "section"),
    )


def _add_summary(
    session: Session, user: User, paper: Paper, fields: dict[str, Any], body: str
) -> Summary:
    content = Edit(
        source=body,
        takeaway=front_matter.text(fields, "takeaway"),
        tags=front_matter.text(fields, "tags"),
        visibility=front_matter.text(fields, "visibility") or "public",
        anonymous=front_matter.text(fields, "anonymous").lower() == "true",
    )
    return create_summary(
        session,
        user,
        paper,
        content,
        created_at=front_matter.moment(fields, "created"),
        edited_at=front_matter.moment(fields, "edited"),
    ).summary
