"""GitHub: OAuth 2.0 without ID tokens; who somebody is, its API says.

https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from app.services.accounts.sign_in.identities import ProvenIdentity
from app.services.providers.exchange import Asker, ProviderFailed, ProviderUnavailable
from app.services.providers.flow import Answer, Flow
from app.services.providers.protocol import BAD_TOKEN, make_challenge
from app.settings.sign_in import ProviderSettings

SCOPE = "user:email"
_PUBLIC = "https://github.com"


def make_address(provider: ProviderSettings, flow: Flow, _asker: Asker) -> str:
    """Where a browser is sent to sign in.

    GitHub can be told to ask with which account, but not for a password, nor does it say when it
    did: who comes back has proved who they are now.
    """
    query = {
        "client_id": provider.client_id,
        "redirect_uri": flow.redirect_uri,
        "scope": SCOPE,
        "state": flow.state,
        "code_challenge": make_challenge(flow.verifier),
        "code_challenge_method": "S256",
        **({"prompt": "select_account"} if flow.again_since else {}),
    }
    return f"{provider.issuer}/login/oauth/authorize?{urlencode(query)}"


def prove(provider: ProviderSettings, flow: Flow, answer: Answer, asker: Asker) -> ProvenIdentity:
    """Who somebody is, by the code with which GitHub sent them back.

    Raises:
        ProviderFailed: when it does not say.
    """
    form = {
        "client_id": provider.client_id,
        "client_secret": provider.client_secret,
        "code": answer.code,
        "redirect_uri": flow.redirect_uri,
        "code_verifier": flow.verifier,
    }
    tokens = asker.post(f"{provider.issuer}/login/oauth/access_token", form, {})
    token = tokens.get("access_token") if isinstance(tokens, dict) else None
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise ProviderFailed(BAD_TOKEN)
    # GitHub Enterprise has its API on its own host.
    is_public = provider.issuer == _PUBLIC
    api = "https://api.github.com" if is_public else f"{provider.issuer}/api/v3"
    headers = {"Authorization": f"Bearer {token}", "X-GitHub-Api-Version": "2022-11-28"}
    found = asker.get(f"{api}/user", headers)
    number = found.get("id") if isinstance(found, dict) else None
    # Its login may be changed, and taken by somebody else; the number is theirs alone.
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 2**63:
        raise ProviderFailed(BAD_TOKEN)
    login = str(found.get("login") or "")
    return ProvenIdentity(
        issuer=provider.issuer,
        subject=str(number),
        label=login or str(number),
        user_name=login,
        display_name=str(found.get("name") or ""),
        email=_find_email(asker, f"{api}/user/emails", headers),
    )


def _find_email(asker: Asker, url: str, headers: dict[str, str]) -> str:
    try:
        listed: Any = asker.get(url, headers)
    except ProviderUnavailable:
        return ""
    for each in listed if isinstance(listed, list) else []:
        is_theirs = isinstance(each, dict) and each.get("primary") is True
        if is_theirs and each.get("verified") is True:
            return str(each.get("email") or "")
    return ""
