"""OpenID Connect: the authorisation code flow with PKCE, state and nonce."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote_plus, urlencode

from app.models.identity import MAX_SUBJECT
from app.services.accounts.sign_in.identities import ProvenIdentity
from app.services.providers.exchange import Asker, ProviderFailed, ProviderUnavailable
from app.services.providers.flow import Answer, Flow
from app.services.providers.metadata import ProviderMetadata, load_keys, load_metadata
from app.services.providers.protocol import (
    BAD_TOKEN,
    LEEWAY,
    Expected,
    UnknownKey,
    make_challenge,
    read_id_token,
)
from app.settings.sign_in import ProviderSettings

SCOPES = ("openid", "profile", "email")
MAX_TOKEN = 20_000  # characters
MAX_AGE = 365 * 24 * 3600  # seconds; of a sign-in at the provider that nobody is asked about again


def make_address(provider: ProviderSettings, flow: Flow, asker: Asker) -> str:
    """Where a browser is sent to sign in.

    Who has to prove it anew is asked again, whatever the provider knows.
    """
    metadata = load_metadata(provider, asker)
    scopes = [each for each in SCOPES if not metadata.scopes or each in metadata.scopes]
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": flow.redirect_uri,
        "scope": " ".join(scopes or ["openid"]),
        "state": flow.state,
        "nonce": flow.nonce,
        "code_challenge": make_challenge(flow.verifier),
        "code_challenge_method": "S256",
        # This makes the token say when they were asked who they are (section 3.1.2.1): else who
        # signs out first, and is let in again without a question, would have proved it anew.
        "max_age": "0" if flow.again_since else str(MAX_AGE),
        **({"prompt": "login"} if flow.again_since else {}),
    }
    endpoint = metadata.authorization_endpoint
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"


def prove(provider: ProviderSettings, flow: Flow, answer: Answer, asker: Asker) -> ProvenIdentity:
    """Who somebody is, by the code with which a provider sent them back.

    Raises:
        ProviderFailed: when it does not prove that.
    """
    metadata = load_metadata(provider, asker)
    is_named = bool(answer.issuer) or metadata.says_issuer
    if is_named and answer.issuer != metadata.issuer:
        raise ProviderFailed(BAD_TOKEN)
    tokens = _exchange_code(provider, metadata, flow, answer.code, asker)
    id_token, access_token = tokens.get("id_token"), tokens.get("access_token") or ""
    if not isinstance(id_token, str) or not isinstance(access_token, str):
        raise ProviderFailed(BAD_TOKEN)
    if len(id_token) > MAX_TOKEN or len(access_token) > MAX_TOKEN:
        raise ProviderFailed(BAD_TOKEN)
    expected = Expected(metadata.issuer, provider.client_id, flow.nonce, access_token)
    claims = _read(id_token, metadata, expected, asker)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT:
        raise ProviderFailed(BAD_TOKEN)
    if not subject.isascii() or not subject.isprintable():
        raise ProviderFailed(BAD_TOKEN)
    auth_time = _read_auth_time(metadata, flow, claims)
    told = {**_ask_further(metadata, claims, access_token, asker), **claims}
    return replace(_make_identity(provider, subject, told), auth_time=auth_time)


def _read_auth_time(metadata: ProviderMetadata, flow: Flow, claims: Mapping[str, Any]) -> int:
    """When somebody was asked who they are, in seconds since 1970; 0 if it is not said.

    A provider must say it when a maximum age was asked for, but some know no such thing: of these,
    whoever comes back has proved who they are now. One that lists the claim is held to it.
    """
    said = claims.get("auth_time")
    if said is None:
        if flow.again_since and "auth_time" in metadata.claims:
            raise ProviderFailed(BAD_TOKEN)
        return 0
    if (
        isinstance(said, bool)
        or not isinstance(said, int | float)
        or not 0 < said <= time.time() + LEEWAY
    ):
        raise ProviderFailed(BAD_TOKEN)
    if said < flow.again_since - LEEWAY:
        raise ProviderFailed("didn’t ask you to sign in again. Sign out there, and try again.")
    return int(said)


def _exchange_code(
    provider: ProviderSettings, metadata: ProviderMetadata, flow: Flow, code: str, asker: Asker
) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": flow.redirect_uri,
        "code_verifier": flow.verifier,
    }
    headers = {}
    if metadata.takes_basic:  # RFC 6749, section 2.3.1
        pair = f"{quote_plus(provider.client_id)}:{quote_plus(provider.client_secret)}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    else:
        form |= {"client_id": provider.client_id, "client_secret": provider.client_secret}
    tokens = asker.post(metadata.token_endpoint, form, headers)
    if not isinstance(tokens, dict):
        raise ProviderFailed(BAD_TOKEN)
    return tokens


def _read(
    token: str, metadata: ProviderMetadata, expected: Expected, asker: Asker
) -> dict[str, Any]:
    try:
        return read_id_token(token, load_keys(metadata, asker), expected)
    except UnknownKey:  # it has new ones
        try:
            newer = load_keys(metadata, asker, are_unknown=True)
            return read_id_token(token, newer, expected)
        except UnknownKey:
            raise ProviderFailed(BAD_TOKEN) from None


def _ask_further(
    metadata: ProviderMetadata, claims: Mapping[str, Any], access_token: str, asker: Asker
) -> dict[str, Any]:
    """What many providers do not put into the token: name and address (section 5.4)."""
    if not metadata.userinfo_endpoint or not access_token or "email" in claims:
        return {}
    if not access_token.isascii() or not access_token.isprintable():
        return {}
    bearer = {"Authorization": f"Bearer {access_token}"}
    try:
        told = asker.get(metadata.userinfo_endpoint, bearer)
    except ProviderUnavailable:  # a name is no reason to refuse anybody
        return {}
    # Else somebody could be given another one's address (section 5.3.2).
    is_same = isinstance(told, dict) and told.get("sub") == claims["sub"]
    return dict(told) if is_same else {}


def _make_identity(
    provider: ProviderSettings, subject: str, told: Mapping[str, Any]
) -> ProvenIdentity:
    email = _text(told, "email")
    names = (_text(told, "given_name"), _text(told, "family_name"))
    user_name = _text(told, "preferred_username") or email
    display_name = _text(told, "name") or " ".join(filter(None, names))
    return ProvenIdentity(
        issuer=provider.issuer,
        subject=subject,
        label=user_name or (subject if provider.name == "orcid" else display_name) or subject,
        user_name=user_name.partition("@")[0] or display_name,
        display_name=display_name,
        email=email if told.get("email_verified") is True else "",
    )


def _text(told: Mapping[str, Any], name: str) -> str:
    found = told.get(name)
    return found.strip() if isinstance(found, str) else ""
