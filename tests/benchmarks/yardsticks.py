"""What others are measured against: the best that an ordinary Flask app does."""

from __future__ import annotations

from flask import Flask, render_template
from jinja2 import DictLoader
from sqlalchemy import create_engine, select

from app.engines import sqlite_module
from app.models import Paper, Summary, User, Venue
from app.queries.visibility import public

ROWS = 10
SIZE = 30_000  # bytes of the page

# What surrounds the rows: as much markup as a page of this size has.
_LINE = '<li><a class="item" href="/some/address/{}">An entry of the menu, number {}</a></li>\n'
_MENU = "".join(_LINE.format(number, number) for number in range(140))
_PAGE = (
    "<!doctype html><html lang=en><head><title>{{ title }}</title></head><body><nav><ul>\n"
    + _MENU
    + """</ul></nav><main><ol>
{% for row in rows %}
<li><article class="row">
  <h2><a href="/paper/{{ row.key }}">{{ row.title }}</a></h2>
  <p class="meta">{{ row.venue }} {{ row.year }}, by {{ row.writer }}: {{ row.score }}</p>
  <p>{{ row.excerpt }}</p>
  {% for number in range(12) %}
  <a class="chip" href="/tag/{{ number }}" title="Number {{ number }}">Word {{ number }}</a>
  {% endfor %}
</article></li>
{% endfor %}
</ol></main>
<footer>"""
    + "A footer that fills the page. " * 230
    + "</footer></body></html>\n"
)


def hello() -> Flask:
    """The yardstick of S1: the smallest Flask app."""
    app = Flask("hello", static_folder=None)

    @app.get("/")
    def page() -> str:
        return "Hello, World!"

    return app


def plain_page(database_url: str) -> Flask:
    """The yardstick of S2 and S3: Flask, 30 kB of Jinja and one Core query of 10 joined rows.

    It has one address, `/`, and reads from one of our libraries. The template comes from the
    app's loader, which keeps it compiled and never looks whether it changed; the engine keeps the
    statement compiled; the rows are plain tuples.
    """
    app = Flask("yardstick", static_folder=None)
    app.config["TEMPLATES_AUTO_RELOAD"] = False
    app.jinja_loader = DictLoader({"page.html": _PAGE})
    # The build that our own database has: no process may open a file with two.
    module = {"module": sqlite_module} if database_url.startswith("sqlite") else {}
    engine = create_engine(database_url, **module)
    query = (
        select(
            Paper.key,
            Paper.title,
            Paper.year,
            Venue.name.label("venue"),
            User.display_name.label("writer"),
            Summary.score,
            Summary.excerpt,
        )
        .join(Summary, Summary.paper_id == Paper.id)
        .join(User, User.id == Summary.user_id)
        .outerjoin(Venue, Venue.id == Paper.venue_id)
        .where(public())
        .order_by(Summary.popularity.desc(), Summary.id.desc())
        .limit(ROWS)
    )

    @app.get("/")
    def page() -> str:
        with engine.connect() as connection:
            rows = connection.execute(query).all()
        return render_template("page.html", title="Rows", rows=rows)

    return app
