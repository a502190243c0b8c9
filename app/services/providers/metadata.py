"""What a provider says of itself, and its keys, kept for a while."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from app.services.providers.exchange import Asker, ProviderUnavailable, check_url
from app.settings.sign_in import ProviderSettings

LIFE = 3600.0  # seconds for which they are kept
MIN_KEYS_LIFE = 60.0  # seconds within which keys are not asked for again
WELL_KNOWN = "/.well-known/openid-configuration"  # OpenID Connect Discovery 1.0, section 4
NO_METADATA = "doesn’t say how to sign in there."


@dataclass(frozen=True)
class ProviderMetadata:
    """Where a provider is asked for what.

    Attributes:
        issuer: as it stands in its tokens.
        userinfo_endpoint: empty where there is none.
        scopes, claims: those that it names; empty when it names none.
        takes_basic: whether it wants our secret in a header, and not in the form.
        says_issuer: whether it names itself when it sends somebody back (RFC 9207).
    """

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    scopes: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    takes_basic: bool = True
    says_issuer: bool = False


@dataclass
class _Copy:
    found: Any
    since: float = field(default_factory=time.monotonic)

    def is_younger(self, seconds: float) -> bool:
        return time.monotonic() - self.since < seconds


_lock = threading.Lock()
_metadata: dict[str, _Copy] = {}
_keys: dict[str, _Copy] = {}


def load_metadata(provider: ProviderSettings, asker: Asker) -> ProviderMetadata:
    """What a provider says of itself.

    Raises:
        ProviderUnavailable: when it does not say, or says what cannot be.
    """
    with _lock:
        kept = _metadata.get(provider.issuer)
    if kept is None or not kept.is_younger(LIFE):
        kept = _Copy(_read(asker.get(provider.issuer + WELL_KNOWN), provider.issuer))
        with _lock:
            _metadata[provider.issuer] = kept
    found: ProviderMetadata = kept.found
    return found


def load_keys(metadata: ProviderMetadata, asker: Asker, *, are_unknown: bool = False) -> Any:
    """The keys of a provider.

    Args:
        are_unknown: whether those that are kept did not do; they are asked for again then, unless
            that was a moment ago.
    """
    with _lock:
        kept = _keys.get(metadata.jwks_uri)
    if kept is None or not kept.is_younger(MIN_KEYS_LIFE if are_unknown else LIFE):
        found = asker.get(metadata.jwks_uri)
        if not isinstance(found, dict):
            raise ProviderUnavailable(NO_METADATA)
        kept = _Copy(found)
        with _lock:
            _keys[metadata.jwks_uri] = kept
    return kept.found


def forget_all() -> None:
    """Ask all providers again."""
    with _lock:
        _metadata.clear()
        _keys.clear()


def _read(said: Any, issuer: str) -> ProviderMetadata:
    if not isinstance(said, dict):
        raise ProviderUnavailable(NO_METADATA)
    named = said.get("issuer")
    # Some end with a slash, which the settings do not keep.
    if not isinstance(named, str) or named.rstrip("/") != issuer:
        raise ProviderUnavailable("says that it is somebody else.")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        check_url(said.get(name))
    userinfo = said.get("userinfo_endpoint") or ""
    if userinfo:
        check_url(userinfo)
    methods = _words(said.get("token_endpoint_auth_methods_supported"))
    return ProviderMetadata(
        issuer=named,
        authorization_endpoint=said["authorization_endpoint"],
        token_endpoint=said["token_endpoint"],
        jwks_uri=said["jwks_uri"],
        userinfo_endpoint=userinfo,
        scopes=_words(said.get("scopes_supported")),
        claims=_words(said.get("claims_supported")),
        takes_basic=not methods or "client_secret_basic" in methods,
        says_issuer=said.get("authorization_response_iss_parameter_supported") is True,
    )


def _words(said: Any) -> tuple[str, ...]:
    return tuple(each for each in said if isinstance(each, str)) if isinstance(said, list) else ()
