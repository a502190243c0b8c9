"""About, and help with every feature of the dialect rendered live."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.queries.catalogue import overview
from app.views.http.access import config, db
from app.views.http.shared_pages import shared
from app.views.site.help_examples import examples

blueprint = Blueprint("pages", __name__)


@blueprint.get("/about")
@shared()
def about() -> str:
    return render_template(
        "pages/about.html", totals=overview.load_totals(db()), licence=config().licence
    )


@blueprint.get("/help")
@shared()
def help() -> str:
    return render_template("pages/help.html", examples=examples(db()))
