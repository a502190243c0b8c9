"""The email address of one's account, and the page that its link opens."""

from __future__ import annotations

from flask import Blueprint, abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.queries.accounts import load_address
from app.services.accounts import email
from app.services.mail import outbox
from app.services.refusals import Refusal
from app.views.accounts.sign_in import attempts
from app.views.http import access
from app.views.http.access import config, db, needs_sign_in, signed_in
from app.views.http.forms import EmailForm, RemovalForm
from app.views.http.paths import see_other
from app.views.http.security import MAIL_LIMIT, RECOVERY_LIMIT, SIGN_IN_LIMIT, WRITE_LIMIT, csrf

blueprint = Blueprint("email", __name__)


@blueprint.get("/settings/email")
@needs_sign_in
def settings() -> str:
    return _page()


@blueprint.post("/settings/email")
@MAIL_LIMIT
@needs_sign_in
def change() -> Response | tuple[str, int]:
    form = EmailForm()
    is_valid = form.validate_on_submit()
    if is_valid:
        attempts.count(attempts.list_mail_buckets(form.address.data or ""))
        try:
            with attempts.guard_current_password():
                address = email.ask_for_confirmation(
                    db(),
                    signed_in(),
                    access.make_proof(form.current.data),
                    form.address.data or "",
                )
        except Refusal as refused:
            db().rollback()
            form.refuse(refused)
            is_valid = False
    if not is_valid:
        return _page(form), 422
    db().commit()
    flash(f"We’ve sent a link to {address}. Open it to confirm the address.", "good")
    return see_other(url_for("email.settings"))


@blueprint.post("/settings/email/remove")
@SIGN_IN_LIMIT
@needs_sign_in
def remove() -> Response | tuple[str, int]:
    form = RemovalForm()
    if not form.validate_on_submit():
        return _page(removal_form=form), 422
    try:
        with attempts.guard_current_password():
            email.remove_address(db(), signed_in(), access.make_proof(form.password.data))
    except Refusal as refused:
        db().rollback()
        if refused.field == "current":
            form.password.errors = [refused.message]
        else:
            form.refuse(refused)
        return _page(removal_form=form), 422
    db().commit()
    flash("Email address removed.", "good")
    return see_other(url_for("email.settings"))


@blueprint.get("/email/confirm/<token>")
def open_link(token: str) -> str | tuple[str, int]:
    # Programs that look at links in mail open them: only the button confirms.
    user_name = email.find_user_name(db(), token)
    page = _confirmation_page(token, user_name, email.STALE_LINK)
    return page if user_name else (page, 410)


@blueprint.post("/email/confirm/<token>")
@RECOVERY_LIMIT
def confirm(token: str) -> Response | tuple[str, int]:
    try:
        user = email.confirm_address(db(), token)
    except Refusal as refused:
        db().rollback()
        return _confirmation_page(token, None, refused.message), 422
    db().commit()
    flash(f"Email address of {user.name} confirmed.", "good")
    signed = access.viewer()
    if signed is not None and signed.id == user.id:
        return see_other(url_for("email.settings"))
    return see_other(url_for("account.login" if signed is None else "home.front"))


@blueprint.post("/settings/email/notices")
@WRITE_LIMIT
@needs_sign_in
def set_notices() -> Response:
    email.set_notices(db(), signed_in(), on="on" in request.form)
    db().commit()
    flash("Saved.", "good")
    return see_other(url_for("email.settings"))


@blueprint.get("/mail/unsubscribe/<key>")
def start_unsubscribing(key: str) -> str:
    return render_template("account/unsubscribe.html", key=key, is_done=False)


@blueprint.post("/mail/unsubscribe/<key>")
@RECOVERY_LIMIT
def unsubscribe(key: str) -> str:
    if not outbox.unsubscribe(db(), key):
        db().rollback()
        abort(404)
    db().commit()
    return render_template("account/unsubscribe.html", key=key, is_done=True)


csrf.exempt(unsubscribe)  # mail programs post it without a page before; the key is the proof


def _confirmation_page(token: str, user_name: str | None, problem: str) -> str:
    return render_template(
        "account/confirm.html", token_in_link=token, user_name=user_name, problem=problem
    )


def _page(form: EmailForm | None = None, removal_form: RemovalForm | None = None) -> str:
    found = load_address(db(), signed_in())
    empty = EmailForm(formdata=None, data={"address": found.pending or ""})
    return render_template(
        "account/email.html",
        found=found,
        form=form or empty,
        removal_form=removal_form or RemovalForm(formdata=None),
        is_kept=not config().mail.host,
    )
