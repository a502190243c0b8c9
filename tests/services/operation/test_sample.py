"""The sample library: it is complete, and every link in it leads somewhere and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import Database
from app.models import Link, Paper, Summary, User
from app.paths import SAMPLE
from app.rendering import render
from app.services.operation import sample
from app.sources.formats import front_matter
from tests.helpers.client import Browser
from tests.helpers.engines import copy_database

FILES = sorted((SAMPLE / "papers").glob("*.md"))
# Named in texts, and not in the library: it shows what an unknown paper looks like.
UNKNOWN = {"conf/eccv/HeZRS16"}


@pytest.fixture(scope="module")
def library(sqlite_template: Database) -> Iterator[Database]:
    database = Database("sqlite://", site_url="http://localhost", password_cost=0)
    copy_database(sqlite_template, database)
    with database.session() as session:
        sample.load(session, SAMPLE)
        session.commit()
    yield database
    database.close()


@pytest.fixture
def loaded(library: Database) -> Iterator[Session]:
    with library.session() as session:
        yield session


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.slow
def test_it_is_a_library(loaded: Session) -> None:
    assert count(loaded, Paper) >= 30
    assert count(loaded, Summary) >= 26
    assert count(loaded, User) >= 5
    assert count(loaded, Link) >= 100
    anonymous = select(func.count()).select_from(Summary).where(Summary.anonymous)
    assert loaded.scalar(anonymous) == 1
    several = (
        select(Summary.paper_id).group_by(Summary.paper_id).having(func.count() > 1).subquery()
    )
    assert (loaded.scalar(select(func.count()).select_from(several)) or 0) >= 5
    assert loaded.scalar(select(func.max(Summary.score))) >= 3


@pytest.mark.parametrize(
    "key",
    [
        "conf/nips/RenHGS15",
        "conf/cvpr/RedmonDGF16",
        "conf/iclr/RendaFC20",
        "conf/iclr/ZhangBHRV17",
        "conf/cvpr/SandlerHZZC18",
    ],
)
def test_the_five_have_summaries(loaded: Session, key: str) -> None:
    query = select(func.count()).join(Paper).where(Paper.key == key).select_from(Summary)
    assert loaded.scalar(query) >= 1


def test_every_link_leads_to_a_paper(loaded: Session) -> None:
    # Texts may also point to papers elsewhere, by arXiv id, DOI or OpenReview page.
    unresolved = loaded.scalars(
        select(Link.target_value).where(Link.target_id.is_(None), Link.target_kind == "key")
    )
    assert set(unresolved) == UNKNOWN


def test_nobody_writes_twice_about_a_paper() -> None:
    seen = set()
    for path in FILES:
        fields, _ = front_matter.split(path.read_text("utf-8"))
        name = front_matter.text(fields, "user")
        if name:
            assert (front_matter.text(fields, "key"), name) not in seen, path
            seen.add((front_matter.text(fields, "key"), name))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_text_renders_without_a_problem(path: Path) -> None:
    fields, body = front_matter.split(path.read_text("utf-8"))
    assert len(front_matter.text(fields, "takeaway")) <= 160
    if not body:
        assert "user" not in fields
        return
    rendered = render(body)
    assert rendered.problems == ()
    assert "$$" not in rendered.html
    assert "math-error" not in rendered.html
    assert any(link.kind == "see also" for link in rendered.links)


@pytest.mark.slow
@pytest.mark.sqlite_only("test_twins_everywhere asks PostgreSQL for all pages")
def test_every_page_of_it_opens_and_leads_back(
    guest: Browser, database: Database, library: Database, loaded: Session
) -> None:
    copy_database(library, database)
    written = set(loaded.scalars(select(Paper.key).join(Summary, Summary.paper_id == Paper.id)))
    linked: dict[str, set[str]] = {}
    for key in loaded.scalars(select(Paper.key)):
        page = guest.get(f"/paper/{key}")
        assert page.status == (200 if key in written else 404), key
        # The paper's page shows the first few, the page of mentions all.
        linked[key] = {*page.links(), *guest.get(f"/mentions/{key}").links()}
    pairs = loaded.execute(
        select(Paper.key, Link.summary_id, Summary.paper_id)
        .join(Link, Link.target_id == Paper.id)
        .join(Summary, Summary.id == Link.summary_id)
        .where(Summary.paper_id != Paper.id)
    ).all()
    keys = dict(loaded.execute(select(Paper.id, Paper.key)).all())
    assert pairs
    for target, _, origin in pairs:
        assert f"/paper/{keys[origin]}" in "\n".join(linked[target])
