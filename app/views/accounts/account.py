"""Sign up, sign in, sign out, settings."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from app.services.accounts import account, deletion, sessions
from app.services.mail import outbox
from app.services.refusals import Refusal
from app.views.accounts.sign_in import attempts, entering, reasons
from app.views.accounts.sign_in.providers import sign_in_as
from app.views.accounts.sign_in.user_header import (
    is_of,
    make_proven,
    read_user_header,
    start_session,
)
from app.views.http import access, errors
from app.views.http.access import db, needs_sign_in, signed_in, viewer
from app.views.http.forms import LoginForm, PasswordForm, ProfileForm, SignUpForm
from app.views.http.paths import local_url, see_other
from app.views.http.security import (
    SIGN_IN_LIMIT,
    SIGN_UP_LIMIT,
    WRITE_LIMIT,
    is_from_other_site,
)
from app.views.summaries import summary

blueprint = Blueprint("account", __name__)


@blueprint.get("/signup")
def signup() -> str | Response:
    if viewer() is not None:
        return see_other(url_for("home.front"))
    invitation = request.args.get("invitation", "")
    entering.check_sign_up(invitation)
    if (proven := make_proven()) is not None:
        return sign_in_as(proven, request.args.get("next", ""), invitation)
    return _sign_up_page(SignUpForm(data={**_next(), "invitation": invitation}))


@blueprint.post("/signup")
@SIGN_UP_LIMIT
def create() -> Response | tuple[str, int]:
    entering.check_passwords()
    form = SignUpForm()
    entering.check_sign_up(form.invitation.data or "")
    is_valid = form.validate_on_submit()  # the service is asked anyway: all errors at once
    try:
        user = account.sign_up(
            db(), form.name.data or "", form.display_name.data or "", form.password.data or ""
        )
    except Refusal as refused:
        form.refuse(refused)
        is_valid = False
    if not is_valid:
        db().rollback()
        return _sign_up_page(form), 422
    entering.take_invitation(form.invitation.data or "")
    response = entering.enter(user, form.next.data or "", "sign-up", is_new=True)
    flash(f"Welcome, {user.display_name}!", "good")
    return response


@blueprint.get("/login")
def login() -> str | Response:
    # Who must show anew that it is still them asks for it.
    if viewer() is not None and "again" in request.args:
        named = make_proven()
        # Each session that begins may end the one that was not used for longest.
        if named is None or not is_of(named, signed_in()) or is_from_other_site():
            return _sign_in_page()
        start_session(signed_in(), named)
    if viewer() is not None:
        return see_other(local_url(request.args.get("next"), url_for("home.front")))
    return _sign_in_page()


def _sign_in_page() -> str:
    form = LoginForm(data=_next())
    reason = reasons.find_reason(form.next.data or "")
    # Who has just reset a password, or asked to be deleted, is told so here.
    return render_template("account/login.html", form=form, reason=reason, show_flashes=True)


@blueprint.post("/login")
@SIGN_IN_LIMIT
def enter() -> str | Response | tuple[str, int]:
    entering.check_passwords()
    form = LoginForm()
    signed_in = None
    if form.validate_on_submit():
        name = form.name.data or ""
        counted = attempts.list_sign_in_buckets(name)
        attempts.count(counted)
        signed_in = account.sign_in(db(), name, form.password.data or "", entering.name_device())
        if signed_in is not None:
            attempts.forgive(counted)
            if not attempts.is_known(name):
                outbox.queue_notice(db(), "sign-in", signed_in[0].id, device=entering.name_device())
            attempts.remember(name)
        else:
            form.form_errors.append("Wrong username or password.")
    kept_for = request.form.get("kept_for", "")
    if signed_in is None:
        page = render_template(
            "account/login.html", form=form, kept_for=kept_for, kept=errors.kept_fields()
        )
        return page, 422
    access.sign_in(*signed_in)
    db().commit()
    if deletion.find_request(db(), signed_in[0].id) is not None:
        return see_other(url_for("account_deletion.confirm"))
    if kept_for:
        return summary.continue_writing(kept_for)
    return see_other(local_url(form.next.data, url_for("home.front")))


@blueprint.post("/logout")
def logout() -> Response:
    access.sign_out()
    db().commit()
    if read_user_header():
        return make_response(render_template("account/signed_out.html"))
    return see_other(url_for("home.front"))


@blueprint.get("/settings")
@needs_sign_in
def settings() -> str:
    return _settings_page()


@blueprint.post("/settings/profile")
@WRITE_LIMIT
@needs_sign_in
def save_profile() -> Response | tuple[str, int]:
    form = ProfileForm()
    try:
        # What is missing from the form stays as it is; what is there and empty is emptied.
        account.change_profile(
            db(),
            signed_in(),
            request.form.get("display_name", signed_in().display_name),
            (form.bio.data or "") if "bio" in request.form else signed_in().bio,
        )
    except Refusal as refused:
        db().rollback()
        form.refuse(refused)
        return _settings_page(profile_form=form), 422
    db().commit()
    flash("Profile saved.", "good")
    return see_other(url_for("account.settings"))


@blueprint.post("/settings/password")
@SIGN_IN_LIMIT
@needs_sign_in
def change_password() -> Response | tuple[str, int]:
    entering.check_passwords()
    form = PasswordForm()
    user = signed_in()
    if not form.validate_on_submit():
        return _settings_page(password_form=form), 422
    try:
        with attempts.guard_current_password():
            account.change_password(
                db(), user, access.make_proof(form.current.data), form.new.data or ""
            )
    except Refusal as refused:
        db().rollback()
        form.refuse(refused)
        return _settings_page(password_form=form), 422
    attempts.remember(user.name)
    # All browsers are signed out now; this one begins anew.
    access.sign_in(user, sessions.start_session(db(), user, entering.name_device(), "new password"))
    db().commit()
    flash("Password changed. You’ve been signed out everywhere else.", "good")
    return see_other(url_for("account.settings"))


def _settings_page(
    profile_form: ProfileForm | None = None, password_form: PasswordForm | None = None
) -> str:
    user = signed_in()
    return render_template(
        "account/settings.html",
        profile_form=profile_form
        or ProfileForm(formdata=None, data={"display_name": user.display_name, "bio": user.bio}),
        password_form=password_form or PasswordForm(formdata=None),
    )


def _sign_up_page(form: SignUpForm) -> str:
    reason = reasons.find_reason(form.next.data or "")
    return render_template("account/signup.html", form=form, reason=reason)


def _next() -> dict[str, str]:
    return {"next": request.args.get("next", "")}
