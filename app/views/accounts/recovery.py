"""A forgotten password, and links that an administrator made to sign in once."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from app.models import User
from app.queries.accounts import MAX_LISTED, list_identities
from app.services.accounts.email import STALE_LINK
from app.services.accounts.sign_in import recovery, sign_in_links
from app.services.refusals import Refusal
from app.views.accounts.sign_in import attempts, entering
from app.views.accounts.sign_in.entering import check_passwords
from app.views.accounts.sign_in.usable_ways import find_usable_ways, name_issuers
from app.views.http.access import config, db
from app.views.http.forms import NewPasswordForm, RecoveryForm
from app.views.http.paths import see_other
from app.views.http.security import NOT_KEPT, RECOVERY_LIMIT

blueprint = Blueprint("recovery", __name__)


@blueprint.get("/recover")
def start() -> str:
    check_passwords()
    return render_template("account/recover.html", form=RecoveryForm())


@blueprint.post("/recover")
@RECOVERY_LIMIT
def ask() -> Response | tuple[str, int]:
    check_passwords()
    form = RecoveryForm()
    if not form.validate_on_submit():
        return render_template("account/recover.html", form=form), 422
    # All that follows is the same for a name that nobody has.
    attempts.count(attempts.list_recovery_buckets(form.name.data or ""))
    recovery.ask_for_recovery(db(), form.name.data or "")
    db().commit()
    return see_other(url_for("recovery.asked"))


@blueprint.get("/recover/sent")
def asked() -> str:
    return render_template("account/recover_sent.html", is_kept=not config().mail.host)


@blueprint.get("/recover/<token>")
def choose(token: str) -> Response:
    check_passwords()
    return _choose_page(token, NewPasswordForm(), 200)


@blueprint.post("/recover/<token>")
@RECOVERY_LIMIT
def reset(token: str) -> Response:
    check_passwords()
    form = NewPasswordForm()
    if not form.validate_on_submit():
        return _choose_page(token, form, 422)
    try:
        user = recovery.reset_password(
            db(), token, form.new.data or "", _read_kept(), find_usable_ways()
        )
    except Refusal as refused:
        db().rollback()
        form.refuse(refused)
        return _choose_page(token, form, 422)
    db().commit()
    attempts.remember(user.name)
    flash("Password changed. You’ve been signed out everywhere. Sign in with it now.", "good")
    return see_other(url_for("account.login"))


@blueprint.get("/login/link/<token>")
def open_link(token: str) -> Response:
    # Programs that look at links in chats open them: only the button signs in.
    return _link_page(token, sign_in_links.find_user_of_link(db(), token))


@blueprint.post("/login/link/<token>")
@RECOVERY_LIMIT
def use_link(token: str) -> Response:
    user = sign_in_links.take_sign_in_link(db(), token)
    if user is None:
        db().rollback()
        return _link_page(token, None)
    # Whoever had got into the account may have linked one of theirs.
    has_linked = bool(list_identities(db(), user))
    then = "identities.index" if has_linked else "account.settings"
    response = entering.enter(user, url_for(then), "sign-in link")
    if has_linked:
        flash("These accounts can sign in as you. Unlink those that you don’t know.", "warning")
    return response


def _link_page(token: str, user: User | None) -> Response:
    page = render_template(
        "account/sign_in_link.html", user=user, token_in_link=token, problem=STALE_LINK
    )
    return _keep_secret(page, 200 if user is not None else 410)


def _choose_page(token: str, form: NewPasswordForm, status: int) -> Response:
    user = recovery.find_user(db(), token)
    linked = () if user is None else list_identities(db(), user)
    page = render_template(
        "account/recover_new.html",
        form=form,
        user=user,
        linked=linked,
        names=name_issuers(),
        # None before somebody ticks it: it may be of whoever had got into the account.
        kept=_read_kept(),
        token_in_link=token,
        problem=STALE_LINK,
    )
    return _keep_secret(page, status if user is not None else 410)


def _read_kept() -> set[int]:
    """The accounts elsewhere that are ticked."""
    ticked = request.form.getlist("kept")[:MAX_LISTED]
    return {int(each) for each in ticked if each.isascii() and each.isdigit() and len(each) < 11}


def _keep_secret(page: str, status: int) -> Response:
    """A page whose address is a secret."""
    response = make_response(page, status)
    response.headers["Cache-Control"] = NOT_KEPT
    return response
