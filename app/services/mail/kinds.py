"""The kinds of mail.

The text of each is in `templates/mail/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class MailKind:
    """One kind of mail.

    Args:
        name: of its template too.
        says: what it is about, for who runs the site.
        path: of the page that its link opens, with a place for the token; empty for no link.
        token_life: how long the link can be used.
        is_asked: whether it follows at once from what its reader did; others come at most once an
            hour, and can be turned off.
    """

    name: str
    says: str
    path: str = ""
    token_life: timedelta = timedelta(0)
    is_asked: bool = True


MAIL_KINDS = {
    kind.name: kind
    for kind in (
        MailKind(
            "confirm",
            "confirm an address",
            path="/email/confirm/{token}",
            token_life=timedelta(days=1),
        ),
        MailKind(
            "recovery", "reset a password", path="/recover/{token}", token_life=timedelta(hours=1)
        ),
        MailKind("address-changed", "tell the old address that there is a new one"),
        MailKind("password-changed", "tell that the password was changed"),
        MailKind("account-linked", "tell that an account elsewhere was linked"),
        MailKind("account-unlinked", "tell that an account elsewhere was unlinked"),
        MailKind("passkey-added", "tell that a passkey was added"),
        MailKind("passkey-removed", "tell that passkeys were removed"),
        MailKind("passkey-copied", "tell that a passkey may have been copied"),
        MailKind("sign-in", "tell of a sign-in from a new browser", is_asked=False),
        MailKind("deletion", "tell that the account will be deleted"),
        MailKind("name-changed", "tell that the username was changed"),
    )
}
