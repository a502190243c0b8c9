"""Making, changing and deleting a shelf, and its secret link."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.queries.shelves.access import SeenShelf
from app.services.refusals import Refusal
from app.services.shelves import shelf as services
from app.services.shelves.entries import add_paper_to_shelf
from app.services.shelves.shelf import ShelfTexts
from app.views.http.access import db, load_paper_or_404, needs_sign_in, signed_in
from app.views.http.forms import ShelfForm
from app.views.http.paths import see_other
from app.views.http.security import WRITE_LIMIT
from app.views.shelves.loading import load_own_shelf, shelf_address

blueprint = Blueprint("shelf_editing", __name__)
MAX_KEY_CHARS = 300


@blueprint.get("/shelves/new")
@needs_sign_in
def new() -> str:
    form = ShelfForm(formdata=None, data={"visibility": "private"})
    return _page(form, request.args.get("paper", "")[:MAX_KEY_CHARS])


@blueprint.post("/shelves/new")
@WRITE_LIMIT
@needs_sign_in
def create() -> Response | tuple[str, int]:
    form = ShelfForm()
    key = request.form.get("paper", "")[:MAX_KEY_CHARS]
    try:
        made = services.create_shelf(db(), signed_in(), _read(form))
        if key:
            add_paper_to_shelf(db(), signed_in(), made, load_paper_or_404(key))
    except Refusal as refused:
        db().rollback()
        form.refuse(refused)
        return _page(form, key), 422
    db().commit()
    flash("Shelf created.", "good")
    return see_other(shelf_address(made, signed_in()))


@blueprint.get("/shelf/<name>/<slug>/edit")
@needs_sign_in
def edit(name: str, slug: str) -> str:
    seen = load_own_shelf(name, slug)
    shelf = seen.shelf
    data = {each: getattr(shelf, each) for each in ("title", "slug", "description", "visibility")}
    return _page(ShelfForm(formdata=None, data=data), seen=seen)


@blueprint.post("/shelf/<name>/<slug>/edit")
@WRITE_LIMIT
@needs_sign_in
def save(name: str, slug: str) -> Response | tuple[str, int]:
    seen = load_own_shelf(name, slug)
    form = ShelfForm()
    try:
        services.change_shelf(db(), seen.shelf, _read(form))
    except Refusal as refused:
        db().rollback()
        form.refuse(refused)
        return _page(form, seen=load_own_shelf(name, slug)), 422
    db().commit()
    flash("Saved.", "good")
    return see_other(shelf_address(seen.shelf, seen.owner))


@blueprint.post("/shelf/<name>/<slug>/renew")
@WRITE_LIMIT
@needs_sign_in
def renew(name: str, slug: str) -> Response:
    seen = load_own_shelf(name, slug)
    try:
        services.renew_shelf_link(db(), seen.shelf)
    except Refusal as refused:
        db().rollback()
        flash(refused.message, "warning")
    else:
        db().commit()
        flash("Link reset. The old link no longer works.", "good")
    return see_other(url_for("shelf_editing.edit", name=seen.owner.name, slug=slug))


@blueprint.get("/shelf/<name>/<slug>/delete")
@needs_sign_in
def confirm(name: str, slug: str) -> str:
    return render_template("shelves/delete.html", seen=load_own_shelf(name, slug))


@blueprint.post("/shelf/<name>/<slug>/delete")
@WRITE_LIMIT
@needs_sign_in
def delete(name: str, slug: str) -> Response:
    seen = load_own_shelf(name, slug)
    title = seen.shelf.title
    try:
        services.delete_shelf(db(), seen.shelf)
    except Refusal:  # somebody was faster
        db().rollback()
    else:
        db().commit()
    flash(f"Shelf deleted: {title}", "good")
    return see_other(url_for("shelves.index"))


def _read(form: ShelfForm) -> ShelfTexts:
    return ShelfTexts(
        title=form.title.data or "",
        slug=form.slug.data or "",
        description=form.description.data or "",
        visibility=form.visibility.data or "private",
    )


def _page(form: ShelfForm, key: str = "", seen: SeenShelf | None = None) -> str:
    return render_template("shelves/edit.html", form=form, key=key, seen=seen)
