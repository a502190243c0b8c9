"""Sign in, sign up or link an account with a provider such as ORCID."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from app.models import User
from app.services.accounts.account import MAX_DISPLAY_NAME
from app.services.accounts.sign_in import identities
from app.services.accounts.sign_in.identities import ProvenIdentity
from app.services.providers import proving
from app.services.providers.exchange import ProviderFailed, ProviderUnavailable
from app.services.providers.flow import Answer, flow_from_json, flow_to_json, make_flow
from app.services.refusals import Refusal
from app.settings.sign_in import ProviderSettings
from app.views.accounts.sign_in import entering, kept, user_header
from app.views.accounts.sign_in.usable_ways import find_usable_ways
from app.views.http import access
from app.views.http.access import db, viewer
from app.views.http.forms import ProvenSignUpForm
from app.views.http.paths import local_url, see_other
from app.views.http.security import SIGN_IN_LIMIT, SIGN_UP_LIMIT, WAY_BACK_LIMIT

blueprint = Blueprint("providers", __name__)
# In the session: a sign-in that was begun, and somebody who has proved who they are.
BEGUN = "begun"
PROVEN = "proven"
LIFE = 900  # seconds for which either counts
MAX_NEXT = 1000  # characters; the session is a cookie


@blueprint.post("/login/with/<name>")
@SIGN_IN_LIMIT
def begin(name: str) -> Response:
    provider = find_provider_or_404(name)
    return send_to(provider, request.form.get("next", ""), request.form.get("invitation", ""))


@blueprint.get("/login/with/<name>/callback")
@WAY_BACK_LIMIT
def come_back(name: str) -> Response:
    provider = find_provider_or_404(name)
    begun = kept.take(BEGUN, LIFE)
    if begun is None or begun["provider"] != name:
        return _fail(proving.STALE, 422)
    answer = Answer(
        code=request.args.get("code", ""),
        state=request.args.get("state", ""),
        error=request.args.get("error", ""),
        issuer=request.args.get("iss", ""),
    )
    flow = flow_from_json(begun["flow"], _redirect_uri(provider))
    try:
        proven = proving.prove(provider, flow, answer)
    except ProviderUnavailable as error:
        return _fail(str(error), 503)
    except ProviderFailed as error:
        return _fail(str(error), 422)
    if begun["links"]:
        return link_proven(proven, begun["links"])
    return sign_in_as(proven, begun["next"], begun["invitation"])


@blueprint.get("/signup/with")
def choose_name() -> str | Response:
    found = kept.find(PROVEN, LIFE)
    if found is None:
        return see_other(url_for("account.login"))
    proven = ProvenIdentity(**found["proven"])
    _check_sign_up(proven, found["invitation"])
    proposed = {
        "name": identities.propose_user_name(db(), proven),
        "display_name": proven.display_name[:MAX_DISPLAY_NAME],
    }
    return _name_page(ProvenSignUpForm(formdata=None, data=proposed), proven)


@blueprint.post("/signup/with")
@SIGN_UP_LIMIT
def create() -> Response | tuple[str, int]:
    found = kept.find(PROVEN, LIFE)
    if found is None:
        return _fail(proving.STALE, 422)
    proven = ProvenIdentity(**found["proven"])
    if not user_header.is_still_proven(proven):
        return _fail(proving.STALE, 422)
    _check_sign_up(proven, found["invitation"])
    form = ProvenSignUpForm()
    is_valid = form.validate_on_submit()
    user = None
    if is_valid:
        try:
            user = identities.sign_up_with(
                db(), proven, form.name.data or "", form.display_name.data or ""
            )
        except Refusal as refused:
            db().rollback()
            form.refuse(refused)
    if user is None:
        return _name_page(form, proven), 422
    entering.take_invitation(found["invitation"])
    response = _enter(user, proven, found["next"], is_new=True)
    flash(f"Welcome, {user.display_name}!", "good")
    return response


def sign_in_as(proven: ProvenIdentity, then: str, invitation: str = "") -> Response:
    """Sign in who has proved who they are, or let them choose a username."""
    user = identities.find_user_by_identity(db(), proven.issuer, proven.subject)
    if user is not None:
        return _enter(user, proven, then)
    kept.keep(PROVEN, proven=asdict(proven), next=then, invitation=invitation)
    return see_other(url_for("providers.choose_name"))


def send_to(
    provider: ProviderSettings, then: str, invitation: str = "", links: int = 0
) -> Response:
    """Send the browser to a provider.

    Args:
        then: where to go when it is back.
        links: the number of the account to which the one there is linked; 0 to sign in.
    """
    again = viewer() is not None and not links
    flow = make_flow(_redirect_uri(provider), again=again)
    try:
        address = proving.make_address(provider, flow)
    except ProviderFailed as error:
        return _fail(str(error), 503)
    kept.keep(
        BEGUN,
        provider=provider.name,
        flow=flow_to_json(flow),
        next=local_url(then, "") if len(then) <= MAX_NEXT else "",
        invitation=invitation[:100],
        links=links,
    )
    page = render_template("account/leaving.html", address=address, provider=provider)
    response = make_response(page)
    # Not a redirect: Chromium applies `form-action` to where the answer to a form redirects, and
    # that would have to name the provider on every page with the button.
    response.headers["Refresh"] = f"0; url={address}"
    return response


def find_provider_or_404(name: str) -> ProviderSettings:
    """The provider of this name."""
    found = access.config().sign_in.find_provider(name)
    if found is None:
        abort(404)
    return found


def link_proven(proven: ProvenIdentity, user_id: int) -> Response:
    """Link who has proved who they are to the account that asked for it."""
    user = viewer()
    if user is None or user.id != user_id:
        return _fail(proving.STALE, 422)
    try:
        is_new = identities.link_identity(db(), user, proven, find_usable_ways())
    except Refusal as refused:
        db().rollback()
        return _fail(refused.message, 422)
    db().commit()
    flash(f"{proven.label} linked." if is_new else f"{proven.label} was linked already.", "good")
    return see_other(url_for("identities.index"))


def _enter(user: User, proven: ProvenIdentity, then: str, *, is_new: bool = False) -> Response:
    way = find_usable_ways().issuers.get(proven.issuer, "")
    said = proven.auth_time
    proved_at = datetime.fromtimestamp(said, UTC) if said else None
    response = entering.enter(user, then, way, is_new=is_new, proved_at=proved_at)
    user_header.tie_session(proven)
    return response


def _check_sign_up(proven: ProvenIdentity, invitation: str) -> None:
    config = access.config()
    if not config.signup and not config.by_invitation:
        abort(
            403,
            f"{proven.label} isn’t linked to an account here. {entering.CLOSED} If you have one,"
            " sign in as usual and link it in your settings.",
        )
    entering.check_sign_up(invitation)


def _name_page(form: ProvenSignUpForm, proven: ProvenIdentity) -> str:
    return render_template("account/choose_name.html", form=form, proven=proven)


def _fail(message: str, status: int) -> Response:
    message = message[:1].upper() + message[1:]  # which may begin with what a provider is called
    back = url_for("account.login" if viewer() is None else "identities.index")
    page = render_template("account/sign_in_failed.html", message=message, back=back)
    return make_response(page, status)


def _redirect_uri(provider: ProviderSettings) -> str:
    # By the settings, and never by what a request says of its host.
    return access.config().site_url + url_for("providers.come_back", name=provider.name)
