"""Ask who somebody is before it is changed with what they sign in."""

from __future__ import annotations

from collections.abc import Callable

from app.services.accounts import proof
from app.services.refusals import Refusal
from app.views.accounts.sign_in import attempts
from app.views.http import access
from app.views.http.access import db, signed_in
from app.views.http.forms import ProofForm


def is_proved(form: ProofForm) -> bool:
    """Whether it is the viewer who filled in a form; else it says why not."""
    if not form.validate_on_submit():
        return False
    try:
        with attempts.guard_current_password():
            proof.check_proof(db(), signed_in(), access.make_proof(form.current.data))
    except Refusal as refused:
        form.refuse(refused)
        return False
    return True


def change_if_proved(form: ProofForm, change: Callable[[], object]) -> bool:
    """Make and commit a change if it is the viewer who asks for it.

    Else the form says why not.

    Args:
        change: what is done; it may raise a `Refusal`.
    """
    return is_proved(form) and change_or_refuse(form, change)


def change_or_refuse(form: ProofForm, change: Callable[[], object]) -> bool:
    """Make and commit a change, or let the form say why not.

    Returns:
        Whether it was made.
    """
    try:
        change()
    except Refusal as refused:
        db().rollback()
        form.refuse(refused)
        return False
    db().commit()
    return True
