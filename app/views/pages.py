"""About, and help with every feature of the dialect rendered live."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.queries import catalogue
from app.services.help import examples
from app.views.access import db

blueprint = Blueprint("pages", __name__)


@blueprint.get("/about")
def about() -> str:
    return render_template("pages/about.html", totals=catalogue.totals(db()))


@blueprint.get("/help")
def help() -> str:
    return render_template("pages/help.html", examples=examples())
