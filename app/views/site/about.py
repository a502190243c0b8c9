"""About, and help with every feature of the dialect rendered live."""

from __future__ import annotations

from flask import Blueprint

from app.queries.catalogue import overview
from app.views.http.access import config, db
from app.views.http.shared_pages import shared
from app.views.parts.member_pages import for_all_members, render_page
from app.views.site.help_examples import examples

blueprint = Blueprint("pages", __name__)


@blueprint.get("/about")
@shared()
@for_all_members()
def about() -> str:
    return render_page(
        "pages/about.html", totals=overview.load_totals(db()), licence=config().licence
    )


@blueprint.get("/help")
@shared()
@for_all_members()
def help() -> str:
    return render_page("pages/help.html", examples=examples(db()))
