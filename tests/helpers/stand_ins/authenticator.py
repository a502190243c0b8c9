"""An authenticator in software, which also plays the browser: it makes passkeys and signs."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import pytest

pytest.importorskip("fido2", reason="needs the extra: pip install 'shortlist[passkeys]'")

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40


@dataclass
class SoftAuthenticator:
    """The authenticator; each of these can be set to what must be refused.

    Attributes:
        origin: what the browser states.
        host: whose passkeys it makes; `None` for the one that it is asked for.
        flags: what it says of its owner and the key.
        count: of signatures; the next one has one more, unless `counts` is off.
        handle: of the account, as it was told; `None` when it says none.
    """

    origin: str = "https://papers.example.org"
    host: str | None = None
    flags: int = PRESENT | VERIFIED
    count: int = 0
    counts: bool = True
    handle: bytes | None = b""
    kind: str | None = None
    cross_origin: bool = False
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(20))

    def create(self, options: dict[str, Any], **changes: Any) -> str:
        """What a browser answers with that was asked to make a passkey."""
        assert options["authenticatorSelection"]["userVerification"] == "required"
        assert options["authenticatorSelection"]["residentKey"] == "required"
        self.handle = websafe_decode(options["user"]["id"])
        cose = ES256.from_cryptography_key(self.key.public_key())
        cose.update(changes.pop("cose", {}))
        made = AttestedCredentialData.create(Aaguid.NONE, self.credential_id, cose)
        told = self._data(options["rp"]["id"], ATTESTED, bytes(made))
        said = self._client("webauthn.create", options["challenge"])
        attested = AttestationObject.create("none", told, {})
        return self._json(
            {
                "clientDataJSON": websafe_encode(said),
                "attestationObject": websafe_encode(attested),
                **changes,
            }
        )

    def get(self, options: dict[str, Any], **changes: Any) -> str:
        """What a browser answers with that was asked for a passkey."""
        assert options["userVerification"] == "required"
        assert "allowCredentials" not in options
        if self.counts:
            self.count += 1
        told = self._data(options["rpId"], 0)
        said = self._client("webauthn.get", options["challenge"])
        signed = self.key.sign(told + sha256(said).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": websafe_encode(said),
            "authenticatorData": websafe_encode(told),
            "signature": websafe_encode(signed),
        }
        if self.handle is not None:
            response["userHandle"] = websafe_encode(self.handle)
        return self._json({**response, **changes})

    def _data(self, host: str, flags: int, made: bytes = b"") -> AuthenticatorData:
        hashed = sha256((self.host or host).encode()).digest()
        mine = AuthenticatorData.FLAG(self.flags | flags)
        return AuthenticatorData.create(hashed, mine, self.count, made)

    def _client(self, kind: str, challenge: str) -> CollectedClientData:
        given = (self.kind or kind, challenge, self.origin, self.cross_origin)
        return CollectedClientData.create(*given)

    def _json(self, response: dict[str, Any]) -> str:
        name = websafe_encode(self.credential_id)
        given = {"id": name, "rawId": name, "type": "public-key", "response": response}
        return json.dumps({**given, "clientExtensionResults": {}})
