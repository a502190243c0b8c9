"""Sign somebody in with a provider, whatever its protocol."""

from __future__ import annotations

import hmac
from importlib.util import find_spec
from types import ModuleType

from app.services.accounts.sign_in.identities import ProvenIdentity, clean_identity
from app.services.providers.exchange import ProviderFailed, ProviderUnavailable, make_asker
from app.services.providers.flow import Answer, Flow
from app.services.providers.metadata import load_metadata
from app.settings.sign_in import GITHUB, OPENID, ProviderSettings

PACKAGES = ("authlib", "joserfc")  # of the extra `sso`
INSTALL = "Install the extra `sso`: pip install -c requirements.lock -e '.[sso]'"
MAX_CODE = 2000  # characters
STALE = "This sign-in has expired, or another one was begun. Try again."


def list_missing_packages() -> list[str]:
    """What has to be installed before anybody can sign in with a provider."""
    return [name for name in PACKAGES if find_spec(name) is None]


def probe_provider(provider: ProviderSettings) -> None:
    """See whether a provider says how to sign in there, if its protocol has that.

    Raises:
        ProviderUnavailable: when it does not; the message goes on after its name.
    """
    if provider.protocol == OPENID:
        load_metadata(provider, make_asker(provider.issuer))


def make_address(provider: ProviderSettings, flow: Flow) -> str:
    """Where a browser is sent to sign in.

    Raises:
        ProviderUnavailable: with its name in the message.
    """
    try:
        address: str = _protocol(provider).make_address(provider, flow, make_asker(provider.issuer))
        return address
    except ProviderUnavailable as error:
        raise ProviderUnavailable(f"{provider.label} {error}") from None


def prove(provider: ProviderSettings, flow: Flow, answer: Answer) -> ProvenIdentity:
    """Who somebody is whom a provider has sent back.

    Raises:
        ProviderFailed: when that is not proved; the message is for them.
    """
    if not answer.state or not hmac.compare_digest(answer.state.encode(), flow.state.encode()):
        raise ProviderFailed(STALE)
    if answer.error == "access_denied":
        raise ProviderFailed(f"You didn’t allow {provider.label} to sign you in here.")
    if answer.error or not answer.code or len(answer.code) > MAX_CODE:
        raise ProviderFailed(f"{provider.label} couldn’t sign you in. Try again.")
    try:
        found: ProvenIdentity = _protocol(provider).prove(
            provider, flow, answer, make_asker(provider.issuer)
        )
        return clean_identity(found)
    except ProviderUnavailable as error:
        raise ProviderUnavailable(f"{provider.label} {error}") from None
    except ProviderFailed as error:
        raise ProviderFailed(f"{provider.label} {error}") from None


def _protocol(provider: ProviderSettings) -> ModuleType:
    # Here, because they need packages that not every installation has.
    if provider.protocol == GITHUB:
        from app.services.providers import github

        return github
    from app.services.providers import openid

    return openid
