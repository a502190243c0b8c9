"""Addresses that lead to another one: through a library's proxy, a redirect or an archive.

Proxies: EZproxy (https://help.oclc.org/Library_Management/EZproxy), OpenAthens, and Innovative's
WAM, which puts a digit before the host (`0-dl.acm.org.library.example.edu`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import SplitResult, unquote

# Parameters of a log-in page or a redirect that hold the address.
_PARAMETER = re.compile(r"(?:^|&)(?:url|qurl|q|u|target|targeturl)=(?=https?(?::|%3a))", re.I)
_LOGIN = re.compile(r"/(?:.*/)?(?:login|redirector?|validate)(?:/.*)?", re.ASCII | re.IGNORECASE)
_REDIRECTS = frozenset(
    (
        *("google.com", "scholar.google.com", "l.facebook.com", "lm.facebook.com", "youtube.com"),
        *("slack-redir.net", "safelinks.protection.outlook.com", "go.openathens.net", "vk.com"),
        *("proxy.openathens.net", "link.zhihu.com", "translate.google.com", "linkedin.com"),
    )
)
# Hosts whose path is the address, after the moment at which it was kept.
_ARCHIVES = frozenset(
    (
        *("web.archive.org", "archive.org", "r.jina.ai", "via.hypothes.is", "archive.ph"),
        *("archive.is", "archive.today", "urldefense.com", "12ft.io"),
    )
)
_HELD = re.compile(r"/(?:[\w.*-]+/){0,3}?(?:__)?(https?:/{1,2}.+)", re.IGNORECASE)
_DIGIT = re.compile(r"\d{1,2}-")
_MOBILE = re.compile(r"^(?:www\d?|m|mobile|amp|touch|wap)\.")
# What the host of a library's proxy has in its name, behind the host that is meant.
_LIBRARY = re.compile(
    r"proxy|ezp|lib|vpn|remote|access|\boclc\.org$|\bopenathens\.net$|\.edu(?:\.\w\w)?$|\.ac\.\w\w$"
)


def inner_address(host: str, parts: SplitResult) -> str:
    """Returns the address to which another one leads; empty for every other one.

    Args:
        host: in lower case.
        parts: of the whole address.
    """
    of_login = "proxy" in host or _LOGIN.fullmatch(parts.path) is not None
    if of_login or _is_at(host, _REDIRECTS):
        found = _PARAMETER.search(parts.query)
        if found:
            return _value(parts.query[found.end() :])
    if _is_at(host, _ARCHIVES) and (held := _HELD.fullmatch(parts.path)):
        query = f"?{parts.query}" if parts.query else ""
        return _clean(re.sub(r"^(https?):/+", r"\1://", held[1], flags=re.IGNORECASE) + query)
    return ""


def host_behind(host: str, is_known: Callable[[str], bool]) -> str:
    """Returns the host that is meant by that of a proxy or mobile site.

    Args:
        host: in lower case.
        is_known: whether the addresses of a host can mean a paper.
    """
    found = _MOBILE.sub("", host, count=1) if _MOBILE.match(host) else host
    if is_known(found):
        return found
    labels = _DIGIT.sub("", host).split(".")
    for end in range(len(labels) - 2, 0, -1):
        inner = _MOBILE.sub("", ".".join(labels[:end]), count=1)
        if end == 1:  # EZproxy writes the dots of a host as hyphens, and its hyphens twice.
            inner = re.sub("(?<!-)-(?!-)", ".", inner).replace("--", "-")
            inner = _MOBILE.sub("", inner, count=1)
        behind = "." + ".".join(labels[end:])
        if "." in inner and _LIBRARY.search(behind) and is_known(inner):
            return inner
    return host


def _value(query: str) -> str:
    """The value of the last parameter, which may hold further ones when it is not encoded."""
    first = query.split("&")[0]
    if "%3a" in first[:12].lower():
        return _clean(unquote(first))
    return _clean(query if "?" in first else first)


def _clean(address: str) -> str:
    # `https://urldefense.com/v3/__https://doi.org/10.1/x__;!!…`
    return address.partition("__;")[0]


def _is_at(host: str, sites: frozenset[str]) -> bool:
    labels = host.removeprefix("www.").split(".")
    return any(".".join(labels[start:]) in sites for start in range(min(len(labels), 6)))
