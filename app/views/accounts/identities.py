"""The accounts elsewhere with which one signs in."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.queries.accounts import list_identities
from app.services.accounts import proof
from app.services.accounts.sign_in import identities
from app.services.refusals import Refusal
from app.settings.sign_in import BY_PROXY
from app.views.accounts import attempts
from app.views.accounts.providers import find_provider_or_404, link_proven, send_to
from app.views.accounts.user_header import make_proven
from app.views.http import access
from app.views.http.access import db, needs_sign_in, see_other, signed_in
from app.views.http.forms import IdentityForm
from app.views.http.security import SIGN_IN_LIMIT

blueprint = Blueprint("identities", __name__)


@blueprint.get("/settings/sign-in")
@needs_sign_in
def index() -> str:
    return _page(IdentityForm(formdata=None))


@blueprint.post("/settings/sign-in/link")
@SIGN_IN_LIMIT
@needs_sign_in
def link() -> Response | tuple[str, int]:
    chosen = request.form.get("provider", "")
    named = make_proven() if chosen == BY_PROXY else None
    provider = find_provider_or_404(chosen) if named is None else None
    form = IdentityForm()
    if not _is_proved(form):
        return _page(form), 422
    if named is not None:
        return link_proven(named, signed_in().id)
    assert provider is not None
    return send_to(provider, url_for("identities.index"), links=signed_in().id)


@blueprint.post("/settings/sign-in/<int:number>/unlink")
@SIGN_IN_LIMIT
@needs_sign_in
def unlink(number: int) -> Response | tuple[str, int]:
    form = IdentityForm()
    if not _is_proved(form):
        return _page(form), 422
    try:
        if number < 2**31:
            identities.unlink_identity(
                db(), signed_in(), number, _list_issuers(), has_password=access.asks_password()
            )
    except Refusal as refused:
        db().rollback()
        form.refuse(refused)
        return _page(form), 422
    db().commit()
    flash("Unlinked.", "good")
    return see_other(url_for("identities.index"))


def _is_proved(form: IdentityForm) -> bool:
    if not form.validate_on_submit():
        return False
    try:
        with attempts.guard_current_password():
            proof.check_proof(db(), signed_in(), access.make_proof(form.current.data))
    except Refusal as refused:
        form.refuse(refused)
        return False
    return True


def _list_issuers() -> list[str]:
    sign_in = access.config().sign_in
    by_proxy = [BY_PROXY] if sign_in.user_header is not None else []
    return [*(each.issuer for each in sign_in.providers), *by_proxy]


def _page(form: IdentityForm) -> str:
    providers = {each.issuer: each.label for each in access.config().sign_in.providers}
    names = {BY_PROXY: "Your organisation’s sign-in", **providers}
    return render_template(
        "account/identities.html",
        form=form,
        identities=list_identities(db(), signed_in()),
        names=names,
    )
