"""A sign-in with a provider, from the button to the way back."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.services.tokens import make_secret


@dataclass(frozen=True)
class Flow:
    """One sign-in, from the button to the way back.

    Attributes:
        redirect_uri: where the provider sends the browser back.
        state: that it must bring; nobody else can know it.
        nonce: that the provider must sign.
        verifier: that only we can show when the code is exchanged (RFC 7636).
        again_since: when somebody was sent to prove anew who they are, in seconds since 1970;
            0 for who only signs in.
    """

    redirect_uri: str
    state: str
    nonce: str
    verifier: str
    again_since: int = 0


@dataclass(frozen=True)
class Answer:
    """What a provider sends a browser back with; all of it may be made up."""

    code: str = ""
    state: str = ""
    error: str = ""
    issuer: str = ""


def make_flow(redirect_uri: str, *, again: bool = False) -> Flow:
    """A sign-in that begins.

    Args:
        again: whether the provider asks who it is even when it knows.
    """
    since = int(time.time()) if again else 0
    return Flow(redirect_uri, make_secret(), make_secret(), make_secret(), since)


def flow_to_json(flow: Flow) -> dict[str, Any]:
    """What is kept of a flow in a session."""
    kept = {"state": flow.state, "nonce": flow.nonce, "verifier": flow.verifier}
    return {**kept, "again_since": flow.again_since}


def flow_from_json(kept: Mapping[str, Any], redirect_uri: str) -> Flow:
    """A flow of what was kept of it."""
    return Flow(
        redirect_uri, kept["state"], kept["nonce"], kept["verifier"], kept.get("again_since", 0)
    )
