"""The accounts elsewhere with which one signs in."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.queries.accounts import list_identities
from app.services.accounts.sign_in import identities
from app.settings.sign_in import BY_PROXY
from app.views.accounts.sign_in.providers import find_provider_or_404, link_proven, send_to
from app.views.accounts.sign_in.proving_again import change_if_proved, is_proved
from app.views.accounts.sign_in.usable_ways import find_usable_ways, name_issuers
from app.views.accounts.sign_in.user_header import make_proven
from app.views.http.access import db, needs_sign_in, signed_in
from app.views.http.forms import ProofForm
from app.views.http.paths import see_other
from app.views.http.security import SIGN_IN_LIMIT

blueprint = Blueprint("identities", __name__)


@blueprint.get("/settings/sign-in")
@needs_sign_in
def index() -> str:
    return _page(ProofForm(formdata=None))


@blueprint.post("/settings/sign-in/link")
@SIGN_IN_LIMIT
@needs_sign_in
def link() -> Response | tuple[str, int]:
    chosen = request.form.get("provider", "")
    named = make_proven() if chosen == BY_PROXY else None
    provider = find_provider_or_404(chosen) if named is None else None
    form = ProofForm()
    if not is_proved(form):
        return _page(form), 422
    if named is not None:
        return link_proven(named, signed_in().id)
    assert provider is not None
    return send_to(provider, url_for("identities.index"), links=signed_in().id)


@blueprint.post("/settings/sign-in/<int:number>/unlink")
@SIGN_IN_LIMIT
@needs_sign_in
def unlink(number: int) -> Response | tuple[str, int]:
    form = ProofForm()
    ways = find_usable_ways()
    if not change_if_proved(
        form, lambda: identities.unlink_identity(db(), signed_in(), number, ways)
    ):
        return _page(form), 422
    flash("Unlinked.", "good")
    return see_other(url_for("identities.index"))


def _page(form: ProofForm) -> str:
    return render_template(
        "account/identities.html",
        form=form,
        identities=list_identities(db(), signed_in()),
        names=name_issuers(),
    )
