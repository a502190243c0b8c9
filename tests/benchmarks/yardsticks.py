"""What others are measured against: the least that an ordinary Flask page costs."""

from __future__ import annotations

from flask import Flask, g, render_template_string
from sqlalchemy import create_engine, select

from app.models import Paper, Summary, User, Venue
from app.queries.visibility import public

ROWS = 10
SIZE = 30_000  # bytes of the page

# What surrounds the rows: as much markup as a page of this size has.
_LINE = '<li><a class="item" href="/some/address/{}">An entry of the menu, number {}</a></li>\n'
_MENU = "".join(_LINE.format(number, number) for number in range(110))
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
<!-- {{ filling }} -->
</body></html>
"""
)


def plain_page(database_url: str) -> Flask:
    """The yardstick of S2 and S3: Flask, 30 kB of Jinja and one Core query of 10 joined rows.

    It has one address, `/`, and reads from one of our libraries.
    """
    app = Flask("yardstick")
    engine = create_engine(database_url)
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
        text = render_template_string(_PAGE, title="Rows", rows=rows, filling=g.get("filling", ""))
        if len(text) < SIZE:  # only the first time: from then on it is as long as it should be
            app.extensions["filling"] = "." * (SIZE - len(text))
        return text

    @app.before_request
    def fill() -> None:
        g.filling = app.extensions.get("filling", "")

    return app
