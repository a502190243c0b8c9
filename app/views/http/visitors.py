"""Who a request is from, as far as an address tells.

One bucket for each customer of a network.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from flask import request

# What is no address (an empty one of a Unix socket, or what a proxy made up) shares one bucket.
NOWHERE = "unknown"
# IPv6 addresses that stand for an IPv4 one (RFC 6052).
_NAT64 = ip_network("64:ff9b::/96")
_IN_BRACKETS = re.compile(r"\[([0-9a-fA-F:.]+(?:%[\w.-]+)?)\](?::\d{1,5})?", re.ASCII)
_WITH_PORT = re.compile(r"([0-9.]+):\d{1,5}", re.ASCII)
_WITH_ZONE = re.compile(r"([0-9a-fA-F:.]+)%[\w.-]+", re.ASCII)
MAX_ADDRESS = 100  # characters; the longest with zone and port has some 70


def network() -> str:
    """Where the request is from.

    A proxy's word for it counts only as far as settings say.
    """
    return network_of(request.remote_addr or "")


def network_of(text: str) -> str:
    """The bucket of an address.

    Itself, or of IPv6 the network that one customer has (/64).

    Args:
        text: an address as servers and proxies write it, also with a port or a zone.
    """
    text = text.strip()[:MAX_ADDRESS]
    for form in (_IN_BRACKETS, _WITH_PORT, _WITH_ZONE):
        if found := form.fullmatch(text):
            text = found[1]
    try:
        address = ip_address(text)
    except ValueError:
        return NOWHERE
    if isinstance(address, IPv6Address):
        within = _ipv4_within(address)
        if within is None:
            return str(ip_network((int(address) >> 64 << 64, 64)))
        address = within
    return str(address)


def _ipv4_within(address: IPv6Address) -> IPv4Address | None:
    """The customer's IPv4 address where an IPv6 one is made of it.

    Mapped (`--host ::` sees all of IPv4 so) and behind NAT64 it is the last 32 bits; 6to4
    (RFC 3056) and Teredo (RFC 4380) hold the address of who made the tunnel.
    """
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo
