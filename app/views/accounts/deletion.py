"""Delete one's account, or keep it after all."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response

from app.services.accounts import deletion
from app.services.refusals import Refusal
from app.views.accounts.sign_in import attempts
from app.views.http import access
from app.views.http.access import db, needs_sign_in, signed_in
from app.views.http.forms import AccountDeletionForm
from app.views.http.paths import see_other
from app.views.http.security import SIGN_IN_LIMIT, WRITE_LIMIT

blueprint = Blueprint("account_deletion", __name__)


@blueprint.get("/settings/delete")
@needs_sign_in
def confirm() -> str:
    return _page(AccountDeletionForm(formdata=None))


@blueprint.post("/settings/delete")
@SIGN_IN_LIMIT
@needs_sign_in
def ask() -> Response | tuple[str, int]:
    form = AccountDeletionForm()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        with attempts.guard_current_password():
            due_at = deletion.ask_for_deletion(
                db(),
                signed_in(),
                access.make_proof(form.current.data),
                keeps_texts=form.texts.data == "keep",
            )
    except Refusal as refused:
        db().rollback()
        form.refuse(refused)
        return _page(form), 422
    db().commit()
    access.forget_sign_in()
    flash(
        f"Your account will be deleted on {due_at:%-d %B %Y}. Sign in before then to keep it.",
        "good",
    )
    return see_other(url_for("account.login"))


@blueprint.post("/settings/delete/cancel")
@WRITE_LIMIT
@needs_sign_in
def cancel() -> Response:
    deletion.cancel_deletion(db(), signed_in())
    db().commit()
    flash("Your account is kept.", "good")
    return see_other(url_for("account.settings"))


def _page(form: AccountDeletionForm) -> str:
    return render_template(
        "account/delete.html",
        form=form,
        request_to_delete=deletion.find_request(db(), signed_in().id),
        days=deletion.THINKING_DAYS,
    )
