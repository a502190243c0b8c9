"""A sign-in with a provider, from the button to the way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.services.tokens import make_secret


@dataclass(frozen=True)
class Flow:
    """One sign-in, from the button to the way back.

    Attributes:
        redirect_uri: where the provider sends the browser back.
        state: that it must bring; nobody else can know it.
        nonce: that the provider must sign.
        verifier: that only we can show when the code is exchanged (RFC 7636).
    """

    redirect_uri: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Answer:
    """What a provider sends a browser back with; all of it may be made up."""

    code: str = ""
    state: str = ""
    error: str = ""
    issuer: str = ""


def make_flow(redirect_uri: str) -> Flow:
    """A sign-in that begins."""
    return Flow(redirect_uri, make_secret(), make_secret(), make_secret())


def flow_to_text(flow: Flow) -> dict[str, str]:
    """What is kept of a flow in a session."""
    return {"state": flow.state, "nonce": flow.nonce, "verifier": flow.verifier}


def flow_from_text(kept: Mapping[str, str], redirect_uri: str) -> Flow:
    """A flow of what was kept of it."""
    return Flow(redirect_uri, kept["state"], kept["nonce"], kept["verifier"])
