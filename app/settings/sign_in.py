"""Settings of signing in without a password: providers, a proxy that says who asks, passkeys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

MAX_PROVIDERS = 8
MAX_LABEL_CHARS = 40
MAX_VALUE_CHARS = 500
OPENID, GITHUB = "openid", "github"
BY_PROXY = "proxy"  # in the place of an issuer, for what a proxy says in a header
LOOPBACK = ("localhost", "127.0.0.1", "::1")
OF_PROVIDER = ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "LABEL")
# What each has instead of a name of somebody's own, such as `SHORTLIST_SSO_LAB_ISSUER`.
PLACEHOLDERS = tuple(f"SSO_NAME_{each}" for each in OF_PROVIDER)
_NAME = re.compile(r"[a-z][a-z0-9]{0,19}")
_ISSUER = re.compile(r"https?://([\w.-]+|\[[0-9a-fA-F:]+\])(:\d{1,5})?(/[\w.~%/-]*)?", re.ASCII)
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
# Whom they are for, and how they are asked. GitHub has no OpenID Connect for people.
_PRESETS = {
    "orcid": ("https://orcid.org", "ORCID", OPENID),
    "github": ("https://github.com", "GitHub", GITHUB),
}
# Headers that clients send anyway, or that mean something else.
_TAKEN_HEADERS = frozenset(
    (
        *("accept", "authorization", "connection", "content-length", "content-type", "cookie"),
        *("forwarded", "host", "origin", "referer", "user-agent"),
        *("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-request-id"),
    )
)

Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class ProviderSettings:
    """Somebody else with whom people sign in.

    Args:
        name: in settings and addresses.
        label: what people call it.
        issuer: its URL, without a slash at the end.
        client_id, client_secret: what it gave us when we were registered there.
        protocol: `OPENID` or `GITHUB`.
    """

    name: str
    label: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    protocol: str = OPENID


@dataclass(frozen=True)
class UserHeaderSettings:
    """The header in which a proxy says who asks.

    Args:
        name: of the header.
        networks: of the proxies that are believed.
    """

    name: str
    networks: tuple[Network, ...]

    def is_from(self, address: str) -> bool:
        """Whether a proxy at this address is believed."""
        try:
            found = ip_address(address)
        except ValueError:
            return False
        if found.version == 6 and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        return any(found in network for network in self.networks)


@dataclass(frozen=True)
class PasskeySettings:
    """For which site passkeys are made and used.

    Args:
        rp_id: its host, to which an authenticator ties a passkey.
        origin: that a browser must state, such as `https://papers.example.org`.
    """

    rp_id: str
    origin: str


@dataclass(frozen=True)
class SignInSettings:
    """How people sign in.

    Args:
        passwords: whether they may with a password.
        providers: with whom they may.
        user_header: what a proxy says, `None` where none is believed.
        passkeys: `None` where they cannot be used.
    """

    passwords: bool = True
    providers: tuple[ProviderSettings, ...] = ()
    user_header: UserHeaderSettings | None = None
    passkeys: PasskeySettings | None = None

    def find_provider(self, name: str) -> ProviderSettings | None:
        """The provider of this name."""
        return next((each for each in self.providers if each.name == name), None)


def list_known_names(names: str) -> set[str]:
    """The settings of providers.

    Args:
        names: the value of `SHORTLIST_SSO`.
    """
    return {f"SSO_{name.upper()}_{each}" for name in _split(names) for each in OF_PROVIDER}


def read_sign_in(
    given: Mapping[str, str],
    prefix: str,
    site_url: str,
    *,
    passwords: bool,
    passkeys: bool = False,
) -> SignInSettings:
    """Read the settings of signing in.

    Args:
        given: their values by their names, without the prefix.
        passwords, passkeys: whether people may sign in with these.

    Raises:
        ValueError: for a value that cannot be used, with a message that names it.
    """
    names = _split(given.get("SSO", ""))
    if len(names) > MAX_PROVIDERS or len(set(names)) != len(names):
        raise ValueError(f"{prefix}SSO must name up to {MAX_PROVIDERS} providers, each once.")
    if names and not site_url:
        raise ValueError(f"{prefix}SSO needs {prefix}SITE_URL, to which providers send back.")
    providers = tuple(_read_provider(given, prefix, name) for name in names)
    header = _read_header(given, prefix)
    if not passwords and not providers and header is None:
        raise ValueError(
            f"{prefix}PASSWORD_SIGN_IN=off needs another way to sign in: set {prefix}SSO or"
            f" {prefix}USER_HEADER."
        )
    of_passkeys = _read_passkeys(site_url, prefix) if passkeys else None
    return SignInSettings(passwords, providers, header, of_passkeys)


def _split(names: str) -> list[str]:
    return [name.lower() for name in re.split(r"[\s,]+", names) if name]


def _read_provider(given: Mapping[str, str], prefix: str, name: str) -> ProviderSettings:
    if not _NAME.fullmatch(name) or name == BY_PROXY:
        raise ValueError(
            f"{prefix}SSO must name providers by letters and digits, such as lab, not {name!r}."
        )
    of = f"{prefix}SSO_{name.upper()}_"
    values = {each: given.get(f"SSO_{name.upper()}_{each}", "") for each in OF_PROVIDER}
    issuer, label, protocol = _PRESETS.get(name, ("", name.capitalize(), OPENID))
    issuer = (values["ISSUER"] or issuer).rstrip("/")
    if not issuer or not _ISSUER.fullmatch(issuer):
        raise ValueError(
            f"{of}ISSUER must be a URL such as https://login.example.org, not {issuer!r}."
        )
    parts = urlsplit(issuer)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError(f"{of}ISSUER must begin with https://.")
    for each in ("CLIENT_ID", "CLIENT_SECRET"):
        if not values[each] or len(values[each]) > MAX_VALUE_CHARS or not values[each].isascii():
            raise ValueError(f"{of}{each} must be what {label} gave you for this site.")
    label = values["LABEL"] or label
    if len(label) > MAX_LABEL_CHARS or not label.isprintable():
        raise ValueError(f"{of}LABEL must be one line of at most {MAX_LABEL_CHARS} characters.")
    return ProviderSettings(
        name, label, issuer, values["CLIENT_ID"], values["CLIENT_SECRET"], protocol
    )


def _read_passkeys(site_url: str, prefix: str) -> PasskeySettings:
    """The host and origin of the site; browsers make no passkey for an address or without TLS."""
    parts = urlsplit(site_url)
    host = (parts.hostname or "").rstrip(".")
    is_secure = parts.scheme == "https" or host == "localhost"
    if not is_secure or re.fullmatch(r"\[?[0-9a-f:.]+\]?", host):
        raise ValueError(
            f"{prefix}PASSKEYS needs {prefix}SITE_URL with a host name and https, such as"
            " https://papers.example.org."
        )
    return PasskeySettings(host, make_origin(site_url))


def make_origin(url: str) -> str:
    """The origin of a URL as a browser states it.

    The port that its scheme has anyway is left out.
    """
    parts = urlsplit(url)
    usual = {"http": 80, "https": 443}[parts.scheme]
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}"


def _read_header(given: Mapping[str, str], prefix: str) -> UserHeaderSettings | None:
    name, addresses = given.get("USER_HEADER", ""), given.get("USER_HEADER_FROM", "")
    if bool(name) != bool(addresses):
        raise ValueError(f"{prefix}USER_HEADER and {prefix}USER_HEADER_FROM go together.")
    if not name:
        return None
    if not _HEADER.fullmatch(name) or name.lower() in _TAKEN_HEADERS:
        raise ValueError(
            f"{prefix}USER_HEADER must be the name of a header such as X-Remote-User, not {name!r}."
        )
    networks: list[Network] = []
    for address in _split(addresses):
        try:
            networks.append(ip_network(address))
        except ValueError:
            raise ValueError(
                f"{prefix}USER_HEADER_FROM must be addresses such as 127.0.0.1 or 10.0.0.0/24,"
                f" not {address!r}."
            ) from None
        if not networks[-1].prefixlen:
            raise ValueError(f"{prefix}USER_HEADER_FROM must not be all addresses there are.")
    return UserHeaderSettings(name, tuple(networks))
