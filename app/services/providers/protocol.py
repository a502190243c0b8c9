"""What Authlib and joserfc know: PKCE, the rules of an ID token, and its signature.

Only this module imports them, and only what signs somebody in imports this module: they belong to
the extra `sso`, and would make each start slower.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import Key, KeySet, import_key

from app.services.providers.exchange import ProviderFailed

# Signed by the provider with a key that only it has: never "none", and no shared secrets.
ALGORITHMS = [f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)]
KEY_TYPES = ("RSA", "EC")
MAX_KEYS = 50
LEEWAY = 60  # seconds that clocks may differ
MAX_AGE = 600  # seconds since a token was made
BAD_TOKEN = "sent an answer that doesn’t prove who you are. Try again."  # noqa: S105


class UnknownKey(Exception):
    """An ID token is signed with a key that is not among those we know."""


@dataclass(frozen=True)
class Expected:
    """What an ID token must say.

    Args:
        issuer, client_id, nonce: of whom, for whom, and in answer to which request.
        access_token: that came with it.
    """

    issuer: str
    client_id: str
    nonce: str
    access_token: str


def make_challenge(verifier: str) -> str:
    """What a provider is told first of a verifier (RFC 7636)."""
    challenge: str = create_s256_code_challenge(verifier)
    return challenge


def read_id_token(token: str, keys: Mapping[str, Any], expected: Expected) -> dict[str, Any]:
    """The claims of an ID token (OpenID Connect Core 1.0, section 3.1.3.7).

    Args:
        keys: the provider's JSON Web Key Set.

    Raises:
        UnknownKey: when other keys may know the signature.
        ProviderFailed: for a token that proves nothing.
    """
    try:
        decoded = jwt.decode(token, _read_keys(keys), algorithms=ALGORITHMS)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            options={
                "iss": {"essential": True, "value": expected.issuer},
                "aud": {"essential": True, "value": expected.client_id},
            },
            params={
                "nonce": expected.nonce,
                "client_id": expected.client_id,
                "access_token": expected.access_token,
            },
        )
        moment = int(time.time())
        claims.validate(now=moment, leeway=LEEWAY)
    except InvalidKeyIdError:
        raise UnknownKey from None
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise ProviderFailed(BAD_TOKEN) from None
    if claims["iat"] < moment - MAX_AGE:
        raise ProviderFailed(BAD_TOKEN)
    return dict(claims)


def _read_keys(keys: Mapping[str, Any]) -> KeySet:
    """The keys for signatures, without those of kinds that nobody here knows."""
    listed = keys.get("keys")
    usable = [
        key
        for key in (listed[:MAX_KEYS] if isinstance(listed, list) else [])
        if isinstance(key, dict) and key.get("kty") in KEY_TYPES and key.get("use", "sig") == "sig"
    ]
    found = [key for key in map(_import_key, usable) if key is not None]
    if not found:
        raise ValueError("no key for signatures")
    return KeySet(found)


def _import_key(key: dict[str, Any]) -> Key | None:
    """One key; `None` for what is none, or of a curve that nobody here knows."""
    try:
        return import_key(key)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None
