"""In which ways people can sign in, as the settings say."""

from __future__ import annotations

from app.services.accounts.sign_in.ways import UsableWays
from app.settings.sign_in import BY_PROXY
from app.views.accounts.sign_in.user_header import NAME
from app.views.http import access


def find_usable_ways() -> UsableWays:
    """The ways that count at present."""
    sign_in = access.config().sign_in
    issuers = name_issuers()
    if sign_in.user_header is None:
        del issuers[BY_PROXY]
    rp_id = "" if sign_in.passkeys is None else sign_in.passkeys.rp_id
    return UsableWays(sign_in.passwords, issuers, rp_id)


def name_issuers() -> dict[str, str]:
    """What people call each issuer, also a proxy that is not believed any more."""
    name = NAME[:1].upper() + NAME[1:]
    providers = access.config().sign_in.providers
    return {BY_PROXY: name, **{each.issuer: each.label for each in providers}}
