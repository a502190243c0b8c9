"""What a browser is asked to do with a passkey, and what its answer proves.

Web Authentication Level 3, sections 7.1 and 7.2. Only this module imports `fido2`, and only what
uses a passkey imports this module: the package belongs to the extra `passkeys`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from fido2 import cbor
from fido2.cose import CoseKey
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationConveyancePreference,
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialParameters,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.models.passkey import MAX_CREDENTIAL_BYTES
from app.settings.sign_in import PasskeySettings

# What every authenticator has one of: ES256, EdDSA and RS256, the best first.
ALGORITHMS = (-7, -8, -257)
MAX_KEY_BYTES = 2000
_REQUIRED = UserVerificationRequirement.REQUIRED

# It logs the identifiers of keys.
logging.getLogger("fido2").setLevel(logging.WARNING)


class NotProven(Exception):
    """An answer of a browser proves nothing."""


@dataclass(frozen=True)
class MadeKey:
    """A key that an authenticator has made; texts are base64url."""

    credential_id: str
    public_key: str
    sign_count: int
    is_synced: bool


@dataclass(frozen=True)
class Signed:
    """What an authenticator says with a signature."""

    sign_count: int
    is_synced: bool


@dataclass(frozen=True)
class AccountLabel:
    """What an authenticator keeps of an account, and shows where it has several."""

    handle: str
    name: str
    display_name: str


def make_creation_options(
    settings: PasskeySettings,
    challenge: str,
    account: AccountLabel,
    known: Sequence[str],
    seconds: int,
) -> dict[str, Any]:
    """What `navigator.credentials.create` is called with, as JSON.

    Args:
        known: the identifiers of keys that the account has: their authenticators make no other.
        seconds: for which the challenge counts.
    """
    options, _ = _server(settings).register_begin(
        PublicKeyCredentialUserEntity(
            id=websafe_decode(account.handle), name=account.name, display_name=account.display_name
        ),
        [
            PublicKeyCredentialDescriptor(
                type=PublicKeyCredentialType.PUBLIC_KEY, id=websafe_decode(each)
            )
            for each in known
        ],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=_REQUIRED,
        challenge=websafe_decode(challenge),
    )
    return {**options.public_key, "timeout": seconds * 1000}


def make_request_options(settings: PasskeySettings, challenge: str, seconds: int) -> dict[str, Any]:
    """What `navigator.credentials.get` is called with, as JSON; whoever asks gets the same."""
    options, _ = _server(settings).authenticate_begin(
        user_verification=_REQUIRED, challenge=websafe_decode(challenge)
    )
    return {**options.public_key, "timeout": seconds * 1000}


def read_made_key(settings: PasskeySettings, challenge: str, said: Mapping[str, Any]) -> MadeKey:
    """The key that a browser answers with, if it was made for this challenge here.

    Raises:
        NotProven: for anything else.
    """
    try:
        response = RegistrationResponse.from_dict(said)
        _check_frame(response.response.client_data.cross_origin)
        told = _server(settings).register_complete(_state(challenge), response)
        made = told.credential_data
        _check_synced(told)
        if made is None or response.raw_id != made.credential_id:
            raise NotProven
        public_key = cbor.encode(made.public_key)
        if not 0 < len(made.credential_id) <= MAX_CREDENTIAL_BYTES:
            raise NotProven
        if made.public_key[3] not in ALGORITHMS or len(public_key) > MAX_KEY_BYTES:
            raise NotProven
        _check_usable(made.public_key)
    except Exception:  # whatever a parser raises for what anybody may send
        raise NotProven from None
    return MadeKey(
        websafe_encode(made.credential_id),
        websafe_encode(public_key),
        told.counter,
        told.is_backup_eligible(),
    )


def read_identifiers(said: Mapping[str, Any]) -> tuple[str, str]:
    """Which key has signed, as a browser says, and for which account.

    Neither is checked yet. An account is named by its handle.

    Raises:
        NotProven: when it says neither.
    """
    try:
        response = AuthenticationResponse.from_dict(said)
        return websafe_encode(response.raw_id), websafe_encode(response.response.user_handle or b"")
    except Exception:  # as above
        raise NotProven from None


def read_signed(
    settings: PasskeySettings, challenge: str, public_key: str, said: Mapping[str, Any]
) -> Signed:
    """What an authenticator signed with a key for this challenge.

    Raises:
        NotProven: when it did not.
    """
    try:
        response = AuthenticationResponse.from_dict(said)
        _check_frame(response.response.client_data.cross_origin)
        key = CoseKey.parse(cbor.decode(websafe_decode(public_key)))  # type: ignore[arg-type]
        known = AttestedCredentialData.create(Aaguid.NONE, response.raw_id, key)
        _server(settings).authenticate_complete(_state(challenge), [known], response)
        told = response.response.authenticator_data
        _check_synced(told)
    except Exception:  # as above
        raise NotProven from None
    return Signed(told.counter, told.is_backup_eligible())


def _server(settings: PasskeySettings) -> Fido2Server:
    server = Fido2Server(
        PublicKeyCredentialRpEntity(id=settings.rp_id, name=settings.rp_id),
        # Who made the authenticator is no reason to refuse it, and would tell of its owner.
        attestation=AttestationConveyancePreference.NONE,
        verify_origin=lambda origin: origin == settings.origin,
    )
    server.allowed_algorithms = [
        PublicKeyCredentialParameters(type=PublicKeyCredentialType.PUBLIC_KEY, alg=each)
        for each in ALGORITHMS
    ]
    return server


def _state(challenge: str) -> dict[str, Any]:
    return {"challenge": challenge, "user_verification": _REQUIRED}


def _check_frame(is_in_frame: bool) -> None:
    """Our pages stand in no frame of another site."""
    if is_in_frame:
        raise NotProven


def _check_synced(told: AuthenticatorData) -> None:
    """What is backed up can be (section 6.1.3)."""
    if told.is_backed_up() and not told.is_backup_eligible():
        raise NotProven


def _check_usable(key: CoseKey) -> None:
    """A key that can check a signature: a point that is on its curve, and so on."""
    try:
        key.verify(b"nothing", b"no signature")
    except InvalidSignature:
        return
    raise NotProven
