"""Pages of our libraries, and what one view of them costs the processor, without a server."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from flask import Flask
from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session
from werkzeug.test import create_environ

from app import create_app
from app.config import Config
from app.db import Database
from app.models import Author, Paper, PaperAuthor, Tag, User, Venue, VenueYear, Writer
from app.services.accounts.sessions import start_session
from app.views.http.access import TOKEN
from tests.benchmarks import library
from tests.benchmarks.measure import measure_seconds, no_server

SOME = 12  # addresses of a kind


class Reader:
    """Somebody who reads an app: without a server, and without a client that takes time itself.

    Args:
        app: what is read.
        cookie: who reads.
        server_seconds: see `measure_seconds`.
    """

    def __init__(
        self, app: Flask, cookie: str = "", server_seconds: Callable[[], float] = no_server
    ) -> None:
        self._app = app
        self._server_seconds = server_seconds
        self._headers = {"Cookie": cookie} if cookie else {}

    def view(self, address: str) -> float:
        """Processor seconds of one view, which must go well."""
        status, body = "", b""

        def start(given: str, _headers: object, _error: object = None) -> Any:
            nonlocal status
            status = given

        def ask() -> None:
            nonlocal body
            answer = self._app(environ, start)
            body = b"".join(answer)
            if hasattr(answer, "close"):
                answer.close()

        environ = create_environ(address, "http://localhost", headers=self._headers)
        took = measure_seconds(ask, self._server_seconds)
        # A paper that nobody has summarised is not found, but shown.
        if status[:3] != "200" and not (status[:3] == "404" and "/paper/" in address and body):
            raise AssertionError(f"{address}: {status}")
        return took

    def cost(self, addresses: Iterable[str]) -> float:
        """Processor seconds of one view, on average over some pages."""
        taken = [self.view(address) for address in addresses]
        return sum(taken) / len(taken)


def open_library(url: str) -> tuple[Database, Flask]:
    """A library and the app that shows it."""
    config = Config(
        data_dir=Path(mkdtemp()),
        database_url=url,
        secret_key="a key for benchmarks only, long enough",
        site_url="http://localhost",
        rate_limits=False,
    )
    database = Database(url, site_url=config.site_url)
    return database, create_app(config, database)


def signed_in(
    database: Database, app: Flask, server_seconds: Callable[[], float] = no_server
) -> Reader:
    """Somebody who reads as one of the library's people."""
    with database.session() as session:
        user = session.scalars(select(User).where(User.name == library.READER)).one()
        token = start_session(session, user)
        session.commit()
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie[TOKEN] = token
    client.get("/about")  # which adds what a browser has from its second page on
    name = app.config["SESSION_COOKIE_NAME"]
    found = client.get_cookie(name)
    assert found is not None
    return Reader(app, f"{name}={found.value}", server_seconds)


def addresses(session: Session) -> dict[str, list[str]]:
    """Pages of each kind that show as much in every library: full ones, the largest there are."""
    tags = session.scalars(select(Tag.name).order_by(Tag.summaries_count.desc()).limit(40)).all()
    return {
        "front page": ["/", "/?tab=recent", "/?tab=rated"],
        "front page of a section": ["/?s=cs", "/?s=phys", "/?tab=recent&s=bio"],
        "front page, further down": ["/?page=20", "/?tab=recent&page=40", "/?tab=rated&page=60"],
        "paper": papers(session, summaries=2),
        "paper without a summary": papers(session, summaries=0),
        "venue": venues(session, 3),
        "year of a venue": _years(session),
        "user": users(session, 4),
        "tag": [f"/tag/{name}" for name in (*tags[:3], *tags[-3:])],
        "author": _authors(session),
        "list of venues": ["/venues", "/venues?page=1", "/venues?q=journal"],
        "list of people": ["/users"],
        "list of tags": ["/tags"],
        "about": ["/about"],
    }


def papers(session: Session, *, summaries: int, count: int = SOME, after: int = 0) -> list[str]:
    """Papers of as many summaries, of three authors each."""
    query = (
        select(Paper.key)
        .where(Paper.summaries_count == summaries, Paper.abstract == "")
        .where(_authors_of_paper() == 3)
        .order_by(Paper.id)
        .limit(count)
        .offset(after)
    )
    return [f"/paper/{key}" for key in session.scalars(query)]


def venues(session: Session, count: int, *, after: int = 0) -> list[str]:
    """The largest venues."""
    query = select(Venue.key).order_by(Venue.papers_count.desc()).limit(count).offset(after)
    return [f"/venue/{key}" for key in session.scalars(query)]


def users(session: Session, count: int, *, after: int = 0) -> list[str]:
    """Who has written most."""
    query = (
        select(User.name)
        .join(Writer, Writer.user_id == User.id)
        .where(User.name != library.READER)
        .order_by(Writer.summaries.desc(), User.id)
        .limit(count)
        .offset(after)
    )
    return [f"/user/{name}" for name in session.scalars(query)]


def _years(session: Session) -> list[str]:
    """Years of venues, of a size that they have in a small library too."""
    query = (
        select(Venue.key, VenueYear.year)
        .join(VenueYear, VenueYear.venue_id == Venue.id)
        .where(VenueYear.papers.between(6, 8), VenueYear.summarised.between(4, 6))
        .order_by(VenueYear.venue_id, VenueYear.year)
        .limit(SOME // 2)
    )
    return [f"/venue/{key}?year={year}" for key, year in session.execute(query)]


def _authors_of_paper() -> ScalarSelect[int]:
    mine = select(func.count()).where(PaperAuthor.paper_id == Paper.id)
    return mine.scalar_subquery()


def _authors(session: Session) -> list[str]:
    """Authors of so many papers that their first page is full."""
    prolific = (
        select(PaperAuthor.author_id)
        .where(PaperAuthor.author_id < 500)
        .group_by(PaperAuthor.author_id)
        .having(func.count().between(21, 80))
        .limit(SOME // 2)
    )
    query = select(Author.key).where(Author.id.in_(prolific))
    return [f"/author/{key}" for key in session.scalars(query)]
