"""Sign in with a passkey, and add or remove some.

A module of `static/js` asks the browser, and fills in the form; without it the buttons are hidden.
"""

from __future__ import annotations

from flask import Blueprint, abort, flash, jsonify, render_template, request, url_for
from werkzeug.wrappers import Response

from app.queries.accounts import list_passkeys
from app.services.accounts import deletion
from app.services.accounts.sign_in import passkeys
from app.services.accounts.sign_in.passkeys import CHALLENGE_SECONDS, STALE, Begun, CopiedPasskey
from app.services.refusals import Refusal
from app.settings.sign_in import PasskeySettings
from app.views.accounts.sign_in import entering, kept, reasons
from app.views.accounts.sign_in.proving_again import (
    change_if_proved,
    change_or_refuse,
    is_proved,
)
from app.views.accounts.sign_in.usable_ways import find_usable_ways
from app.views.http import access, errors
from app.views.http.access import db, needs_sign_in, signed_in
from app.views.http.forms import LoginForm, PasskeyEntryForm, PasskeyForm
from app.views.http.paths import see_other
from app.views.http.security import CHALLENGE_LIMIT, SIGN_IN_LIMIT, WRITE_LIMIT
from app.views.summaries import summary

blueprint = Blueprint("passkeys", __name__)
# In the session: a challenge that was given out.
ADDING = "passkey-adding"
ENTERING = "passkey-entering"


@blueprint.get("/settings/passkeys")
@needs_sign_in
def index() -> str:
    return _page(PasskeyForm(formdata=None))


@blueprint.post("/settings/passkeys/options")
@CHALLENGE_LIMIT
@needs_sign_in
def begin_adding() -> Response | tuple[Response, int]:
    settings = _settings_or_404()
    form = PasskeyForm()
    if not is_proved(form):
        said = [*form.current.errors, *form.form_errors]
        return jsonify(error=" ".join(said)), 422
    try:
        begun, options = passkeys.begin_adding(db(), signed_in(), settings)
    except Refusal as refused:
        return jsonify(error=refused.message), 422
    # Of this user alone: somebody else may sign in to this browser meanwhile.
    kept.keep(ADDING, challenge=begun.challenge, handle=begun.handle, user=signed_in().id)
    return jsonify(options)


@blueprint.post("/settings/passkeys")
@SIGN_IN_LIMIT
@needs_sign_in
def add() -> Response | tuple[str, int]:
    settings = _settings_or_404()
    form = PasskeyForm()
    found = kept.take(ADDING, CHALLENGE_SECONDS)
    try:
        # Who has the challenge has shown who they are: it was given out for that.
        if found is None or found["user"] != signed_in().id:
            raise Refusal("form", STALE)
        begun = Begun(found["challenge"], found["handle"])
        answer = form.credential.data or ""
        name = form.name.data or entering.name_device()
        passkeys.add_passkey(db(), signed_in(), settings, begun, answer, name)
    except Refusal as refused:
        db().rollback()
        form.refuse(refused)
        return _page(form), 422
    db().commit()
    flash("Passkey added.", "good")
    return see_other(url_for("passkeys.index"))


@blueprint.post("/settings/passkeys/<int:number>/remove")
@SIGN_IN_LIMIT
@needs_sign_in
def remove(number: int) -> Response | tuple[str, int]:
    form = PasskeyForm()
    ways = find_usable_ways()
    if not change_if_proved(form, lambda: passkeys.remove_passkey(db(), signed_in(), number, ways)):
        return _page(form), 422
    flash("Passkey removed.", "good")
    return see_other(url_for("passkeys.index"))


@blueprint.post("/settings/passkeys/<int:number>/name")
@WRITE_LIMIT
@needs_sign_in
def rename(number: int) -> Response | tuple[str, int]:
    form = PasskeyForm()
    name = request.form.get("called", "")
    if not change_or_refuse(form, lambda: passkeys.rename_passkey(db(), signed_in(), number, name)):
        return _page(form), 422
    flash("Passkey renamed.", "good")
    return see_other(url_for("passkeys.index"))


@blueprint.post("/login/passkey/options")
@CHALLENGE_LIMIT
def begin() -> Response:
    begun, options = passkeys.begin_sign_in(_settings_or_404())
    kept.keep(ENTERING, challenge=begun.challenge)
    return jsonify(options)


@blueprint.post("/login/passkey")
@SIGN_IN_LIMIT
def enter() -> str | Response | tuple[str, int]:
    settings = _settings_or_404()
    form = PasskeyEntryForm()
    found = kept.take(ENTERING, CHALLENGE_SECONDS)
    kept_for = request.form.get("kept_for", "")
    try:
        if found is None:
            raise Refusal("form", STALE)
        begun = Begun(found["challenge"])
        user = passkeys.find_user_by_passkey(db(), settings, begun, form.credential.data or "")
    except CopiedPasskey as refused:
        db().commit()
        return _sign_in_page(refused, form.next.data or "", kept_for), 422
    except Refusal as refused:
        db().rollback()
        return _sign_in_page(refused, form.next.data or "", kept_for), 422
    response = entering.enter(user, form.next.data or "", "passkey")
    if kept_for and deletion.find_request(db(), user.id) is None:
        return summary.continue_writing(kept_for)
    return response


def _settings_or_404() -> PasskeySettings:
    settings = access.config().sign_in.passkeys
    if settings is None:
        abort(404)
    return settings


def _sign_in_page(refused: Refusal, then: str, kept_for: str) -> str:
    return render_template(
        "account/login.html",
        form=LoginForm(formdata=None, data={"next": then}),
        reason=reasons.find_reason(then),
        passkey_problem=refused.message,
        kept_for=kept_for,
        kept=errors.kept_fields(),
    )


def _page(form: PasskeyForm) -> str:
    settings = access.config().sign_in.passkeys
    return render_template(
        "account/passkeys.html",
        form=form,
        passkeys=list_passkeys(db(), signed_in()),
        settings=settings,
        device=entering.name_device(),
    )
