"""The libraries that are photographed: the sample, an empty one, and one of extremes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.config import Config
from app.db import Database, begin_writing, now
from app.models import BibliographyQuestion, Paper, Revision, Shelf, Summary, User
from app.paths import SAMPLE
from app.queries.summaries import find_first_own_summary
from app.server import open_database
from app.services.accounts import account, administration
from app.services.bibliography.checks import keep_check
from app.services.bibliography.reading import SourceFile
from app.services.operation import sample, schema
from app.services.papers.editing import PaperEdit, edit_paper
from app.services.papers.merging import merge_papers
from app.services.pictures.uploads import store_picture
from app.services.shelves.ballot import open_ballot
from app.services.shelves.entries import add_paper_to_shelf
from app.services.shelves.members import invite_member
from app.services.shelves.participation import hand_in
from app.services.shelves.readings import ReadingPlan, set_reading_together, start_reading
from app.services.similar import similarity
from app.services.summaries.content import Content
from app.services.summaries.deletion import delete_summary
from tests.contact_sheet import extremes
from tests.helpers.factories import (
    join_shelf,
    make_paper,
    make_shelf,
    make_summary,
    publish,
    put_on_list,
    save_draft,
)
from tests.helpers.imports.lists import preview_list
from tests.helpers.samples.bibliographies import BIB, TEX
from tests.helpers.samples.crafted_pictures import saved
from tests.helpers.samples.pictures import drawing

PASSWORD = "correct horse battery"
MEMBER, ADMINISTRATOR = "mira", "boss"
ROLES = {"guest": "", "member": MEMBER, "administrator": ADMINISTRATOR}

# A list of another tool, of which something is to be chosen.
LIST = """
@article{own:1, title={A new paper of $n$ words}, author={Ann Lee}, year=2024, readstatus={read},
  groups={Thesis, Chapter 2}, keywords={words, counting}}
@article{own:2, title={A shared paper}, author={Ann Lee}, year=2024}
@article{own:3, year=2024}
"""


@dataclass(frozen=True)
class Places:
    """What fills the names in the addresses of pages; 0 and empty where a library has none."""

    paper: str = ""
    bare: str = ""
    other: str = ""
    venue: str = ""
    author: str = ""
    tag: str = ""
    summary: int = 0
    revision: int = 0
    old: int = 0
    code: str = ""
    bibliography: str = ""
    asked: str = ""
    shelf: str = ""
    compared: str = ""
    token: str = ""
    words: str = "deep"


def make_library(name: str, data_dir: Path) -> Places:
    """Fill a data directory; returns where its pages are."""
    config = Config(data_dir, f"sqlite:///{data_dir / 'shortlist.sqlite3'}", password_cost=1)
    database = open_database(config)
    try:
        schema.upgrade(database)
        return _fill(database, LIBRARIES[name])
    finally:
        database.close()


def _fill(database: Database, fill: Callable[[Session], Places]) -> Places:
    with database.session() as session:
        boss = account.add_user(session, ADMINISTRATOR, "Bo Sorensen", PASSWORD)
        administration.set_role(session, boss, "administrator")
        session.commit()
        places = fill(session)
        session.commit()
        similarity.finish(session)
        session.commit()
        return places


def _fill_empty(session: Session) -> Places:
    account.add_user(session, MEMBER, "Mira Solheim", PASSWORD)
    return Places()


def _fill_sample(session: Session) -> Places:
    sample.load(session, SAMPLE)
    session.commit()
    mira = session.scalars(select(User).where(User.name == MEMBER)).one()
    account.set_password(session, mira, PASSWORD)
    session.commit()
    places = Places(
        paper="conf/nips/RenHGS15",
        bare="conf/none/Bare24",
        other="conf/iccv/Girshick15",
        venue="conf/nips",
        author="kaiming-he",
        tag="detection",
        words="detection",
    )
    return _add_traces(session, mira, places)


def _fill_extremes(session: Session) -> Places:
    mira = account.add_user(session, MEMBER, extremes.LONG_NAME, PASSWORD)
    session.commit()
    extremes.fill(session, mira)
    places = Places(
        paper=extremes.CROWDED,
        bare="conf/none/Bare24",
        other=extremes.LONG_TITLE,
        venue="conf/extreme",
        author="author-number-1",
        tag=extremes.LONG_TAGS[0],
        words="extreme",
    )
    return _add_traces(session, mira, places)


def _add_traces(session: Session, mira: User, places: Places) -> Places:
    """What a member leaves behind: versions, a draft, the trash, an image, a merge."""
    paper = session.scalars(select(Paper).where(Paper.key == places.paper)).one()
    bare = make_paper(session, places.bare, "A paper without anything")
    own = session.scalars(
        select(Summary)
        .where(Summary.paper_id == paper.id, Summary.user_id == mira.id)
        .options(selectinload(Summary.tags))
    ).first()
    before = own.source if own else "A first version."
    more = f"{before}\n\nOne more *paragraph* for the history."
    takeaway = own.takeaway if own else ""
    tags = [tag.name for tag in own.tags] if own else []
    publish(session, mira, paper, source=more, takeaway=takeaway, tags=tags)
    session.commit()
    picture = store_picture(session, mira, saved(drawing(size=(600, 300)))).name
    content = Content(f"A draft with $x^2$.\n\n![A drawing](/pictures/{picture})", "In one line.")
    save_draft(session, mira, bare, content, base_revision=0, seen_version=0)
    delete_summary(session, make_summary(session, make_paper(session), mira, "It goes."))
    shared = make_summary(
        session,
        make_paper(session, "conf/none/Shared24", "A shared paper"),
        mira,
        "For those who have the link.",
        visibility="unlisted",
    )
    _merge_and_correct(session, bare)
    for each, status in ((paper, "read"), (bare, "reading")):
        put_on_list(
            session, mira, each, status=status, remark="For the *seminar*.", labels="thesis"
        )
    shelf = _share_shelf(session, mira, paper, bare)
    session.commit()
    written = session.scalars(
        select(Summary).where(Summary.paper_id == paper.id, Summary.user_id == mira.id)
    ).one()
    versions = session.scalars(
        select(Revision.id).where(Revision.summary_id == written.id).order_by(Revision.id)
    ).all()
    return Places(
        **{
            **vars(places),
            "summary": written.id,
            "old": versions[0],
            "revision": versions[-1],
            "code": shared.share_code or "",
            "bibliography": _check_bibliography(session),
            "asked": _ask_about_bibliography(session),
            "shelf": shelf.slug,
            "compared": "&".join(f"paper={each.id}" for each in (paper, bare)),
            "token": preview_list(session, mira, LIST).token,
        }
    )


def _check_bibliography(session: Session) -> str:
    files = [SourceFile("thesis.bib", BIB.encode()), SourceFile("thesis.tex", TEX.encode())]
    token = keep_check(session, files)
    session.commit()
    return token


def _ask_about_bibliography(session: Session) -> str:
    """One about whose entries Crossref is to be asked."""
    token = _check_bibliography(session)
    begin_writing(session)
    unknown = {"state": "unknown"}
    session.add_all(
        BibliographyQuestion(
            token=token, entry=entry, asked_at=now(), answered_at=at, answer=unknown
        )
        for entry, at in ((0, now()), (1, None))
    )
    session.commit()
    return token


def _share_shelf(session: Session, mira: User, paper: Paper, bare: Paper) -> Shelf:
    boss = session.scalars(select(User).where(User.name == ADMINISTRATOR)).one()
    description = "What to read first, with *why*, and $O(n^2)$."
    shelf = make_shelf(
        session, mira, paper, title="Object detection", description=description, visibility="public"
    )
    join_shelf(session, shelf, boss)
    add_paper_to_shelf(session, boss, shelf, bare, "Read this one last: it sums up the rest.")
    invite_member(session, make_shelf(session, boss, title="Seminar"), MEMBER, "editor")
    _read_together(session, shelf, mira, boss, paper, bare)
    session.commit()
    return shelf


def _read_together(
    session: Session, shelf: Shelf, mira: User, boss: User, paper: Paper, bare: Paper
) -> None:
    """A reading whose texts are shown, and an open one."""
    set_reading_together(session, shelf, is_on=True)
    day = (now() + timedelta(days=14)).date().isoformat()
    shown = start_reading(session, shelf, paper, ReadingPlan(day, boss.name))
    for user in (mira, boss):
        summary = find_first_own_summary(session, paper, user) or make_summary(
            session, paper, user, "# Results\n\nAs good.\n\n# Doubts\n\nFew.", visibility="private"
        )
        hand_in(session, user, shelf, shown, summary, "group")
    start_reading(session, shelf, bare, ReadingPlan(day, mira.name))
    open_ballot(session, shelf)


def _merge_and_correct(session: Session, paper: Paper) -> None:
    boss = session.scalars(select(User).where(User.name == ADMINISTRATOR)).one()
    facts = {"year": "2024", "authors": "Ada Lovelace\nCharles Babbage"}
    edit_paper(session, paper, PaperEdit(facts, reason="As on its first page."), boss)
    session.commit()
    twins = [make_paper(session, f"conf/none/Twin{number}", "Twins") for number in (1, 2)]
    merge_papers(session, twins[0], twins[1], boss)
    session.commit()


LIBRARIES: dict[str, Callable[[Session], Places]] = {
    "sample": _fill_sample,
    "empty": _fill_empty,
    "extremes": _fill_extremes,
}
