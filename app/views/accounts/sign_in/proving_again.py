"""Ask who somebody is before it is changed with what they sign in."""

from __future__ import annotations

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
