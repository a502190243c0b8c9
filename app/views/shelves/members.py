"""Who shares a shelf: its owner invites, and who is invited accepts, declines or leaves."""

from __future__ import annotations

from flask import Blueprint, abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.queries.shelves import overview
from app.queries.shelves.access import SeenShelf
from app.services.refusals import Refusal
from app.services.shelves import members
from app.views.http.access import db, needs_sign_in, signed_in
from app.views.http.forms import ShelfMemberForm
from app.views.http.paths import see_other
from app.views.http.security import WRITE_LIMIT
from app.views.shelves.loading import (
    load_own_shelf,
    load_shelf_or_404,
    place_of,
    shelf_address,
)

blueprint = Blueprint("shelf_members", __name__)


@blueprint.get("/shelf/<name>/<slug>/members")
@needs_sign_in
def index(name: str, slug: str) -> str:
    """The members, for the owner and themselves."""
    seen = load_shelf_or_404(name, slug)
    if not seen.role:
        abort(403)
    return _page(seen, ShelfMemberForm(formdata=None, data={"role": "editor"}))


@blueprint.post("/shelf/<name>/<slug>/members")
@WRITE_LIMIT
@needs_sign_in
def invite(name: str, slug: str) -> Response | tuple[str, int]:
    seen = load_own_shelf(name, slug)
    form = ShelfMemberForm()
    typed = form.name.data or ""
    try:
        invited = members.invite_member(db(), seen.shelf, typed, form.role.data or "")
    except Refusal as refused:
        db().rollback()
        form.refuse(refused)
        return _page(load_own_shelf(name, slug), form), 422
    db().commit()
    flash(f"Saved: {invited.name}. Who is invited finds the invitation under Shelves.", "good")
    return _see_members(seen)


@blueprint.post("/shelf/<name>/<slug>/members/remove")
@WRITE_LIMIT
@needs_sign_in
def remove(name: str, slug: str) -> Response:
    seen = load_own_shelf(name, slug)
    gone = request.form.get("member", "")
    try:
        members.remove_member(db(), seen.shelf, gone)
    except Refusal as refused:  # the shelf is gone itself
        db().rollback()
        flash(refused.message, "warning")
        return see_other(url_for("shelves.index"))
    db().commit()
    flash("Member removed. What they added stays until you remove it.", "good")
    return _see_members(seen)


@blueprint.post("/shelf/<name>/<slug>/accept")
@WRITE_LIMIT
@needs_sign_in
def accept(name: str, slug: str) -> Response:
    try:
        members.accept_invitation(db(), signed_in(), name, slug)
    except Refusal as refused:
        db().rollback()
        flash(refused.message, "warning")
        return see_other(url_for("shelves.index"))
    db().commit()
    flash("You’re a member of this shelf.", "good")
    return see_other(url_for("shelves.show", name=name, slug=slug))


@blueprint.post("/shelf/<name>/<slug>/leave")
@WRITE_LIMIT
@needs_sign_in
def leave(name: str, slug: str) -> Response:
    """Leave a shelf, or decline an invitation to it."""
    try:
        members.decline_invitation(db(), signed_in(), name, slug)
    except Refusal as refused:
        db().rollback()
        flash(refused.message, "warning")
    else:
        db().commit()
        flash("You’re no longer on this shelf.", "good")
    return see_other(url_for("shelves.index"))


def _see_members(seen: SeenShelf) -> Response:
    return see_other(url_for("shelf_members.index", **place_of(seen)))


def _page(seen: SeenShelf, form: ShelfMemberForm) -> str:
    return render_template(
        "shelves/members.html",
        seen=seen,
        form=form,
        members=overview.list_members(db(), seen.shelf),
        address=shelf_address(seen.shelf, seen.owner),
    )
