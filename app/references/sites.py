"""Which paper is meant by an address at a publisher or an archive.

Where an address holds a DOI or another identifier, it means that. Elsewhere its normal form is an
identifier by itself: without scheme, 'www.', fragment and whatever does not tell papers apart; the
page and the PDF of one paper have one form, which is the address of the page.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote, urlsplit

from app.references.addresses import encode_address
from app.references.identifiers import (
    DBLP_KEY,
    MAX_IDENTIFIER,
    OPENREVIEW_ID,
    PART_OF_ADDRESS,
    SHORT_DOI,
    PaperRef,
    acl,
    arxiv,
    from_bibcode,
    from_doi,
    from_key,
    is_key,
)
from app.references.proxies import host_behind, inner_address
from app.references.site_forms import (
    ACL_HOSTS,
    ACL_PATH,
    ADS_HOSTS,
    ADS_PATH,
    ALSO_ARXIV,
    ARXIV_HOSTS,
    ARXIV_PATH,
    DBLP_CONTENTS,
    DBLP_HOSTS,
    DBLP_PATH,
    DOI_HOSTS,
    DOI_SITES,
    HAL_SITES,
    HELD_DOI,
    OPENREVIEW_HOSTS,
    OPENREVIEW_PATH,
    PII_SITES,
    PREPRINT_DOI,
    PREPRINT_EARLY,
    PREPRINT_SITES,
    PUBLISHERS,
    RULES_FOR_DOIS,
    RULES_FOR_PAGES,
    RULES_FOR_PDFS,
    SAME_HOSTS,
    SHORT_DOI_HOSTS,
    TRACKING,
    WRITTEN_PII,
)


class _PathPart(str):
    """A part of a path that fills a place of a normal form, in capitals where that says so."""

    def __format__(self, how: str) -> str:
        return self.upper() if how == "upper" else str(self)


_Rules = dict[str, list[tuple[re.Pattern[str], str]]]


def _by_host(rules: tuple[tuple[str, str, str], ...]) -> _Rules:
    found: _Rules = {}
    for host, pattern, form in rules:
        compiled = re.compile(pattern, re.ASCII | re.IGNORECASE)
        found.setdefault(host, []).append((compiled, form))
    return found


_DOIS = _by_host(RULES_FOR_DOIS)
_PAGES = _by_host(RULES_FOR_PAGES)
_PDFS = _by_host(RULES_FOR_PDFS)
_KNOWN = (
    ARXIV_HOSTS | ADS_HOSTS | DOI_HOSTS | DBLP_HOSTS | ACL_HOSTS | DOI_SITES | PREPRINT_SITES
    | PII_SITES | SAME_HOSTS.keys() | _DOIS.keys() | _PAGES.keys()
    | OPENREVIEW_HOSTS | {"cv-foundation.org"}
)  # fmt: skip


def is_known(host: str) -> bool:
    """Says whether addresses of a host can mean a paper by their form."""
    return _within(normalise_host(host), _KNOWN)


def parse_outside_address(host: str, parts: SplitResult) -> PaperRef | None:
    """Reads a paper's address at a site whose addresses we know.

    `None` for every other one.

    Raises:
        ValueError: for a path or query that is not well encoded.
    """
    host = normalise_host(host)
    if inner := inner_address(host, parts):
        return _inner(inner)
    path = decode(parts.path)
    if _within(host, ARXIV_HOSTS) or (host in ALSO_ARXIV and path.lower().startswith("/arxiv/")):
        page = ARXIV_PATH.fullmatch(path)
        found = arxiv(page[1] or page[2]) if page else None
        return PaperRef("arxiv", found) if found else None
    if host in ADS_HOSTS:
        code = ADS_PATH.fullmatch(path) or ADS_PATH.fullmatch("/" + decode(parts.fragment))
        code = code or ADS_PATH.fullmatch("/abs/" + parameters(parts.query).get("bibcode", ""))
        return from_bibcode(code[1]) if code else _ads_doi(path)
    if host in DOI_HOSTS:
        return _doi(host, path)
    if host in OPENREVIEW_HOSTS:
        number = parameters(parts.query).get("id", "")
        if OPENREVIEW_PATH.fullmatch(parts.path) and OPENREVIEW_ID.fullmatch(number):
            return PaperRef("openreview", number)
        return None
    if host in DBLP_HOSTS:
        return _dblp(path, decode(parts.fragment))
    if host in ACL_HOSTS:
        name = ACL_PATH.fullmatch(path)
        found = acl(name[1]) if name else None
        return PaperRef("acl", found) if found else None
    return _held_doi(host, path, parts) or _page(host, path, parts)


def _inner(address: str) -> PaperRef | None:
    """The paper of an address that another one holds, which itself holds no further one."""
    parts = urlsplit(address)
    host = normalise_host(parts.hostname or "")
    if "@" in parts.netloc or inner_address(host, parts):
        return None
    return parse_outside_address(host, parts)


def _doi(host: str, path: str) -> PaperRef | None:
    doi = path.strip("/").removeprefix("doi:")
    # Without the prefix, doi.org's own pages such as `/help` look like a short DOI of letters.
    is_short = host in SHORT_DOI_HOSTS and (host == "shortdoi.org" or re.search(r"\d", doi))
    if is_short and SHORT_DOI.fullmatch(f"10/{doi}"):
        doi = f"10/{doi}"
    return from_key(doi) if SHORT_DOI.fullmatch(doi) else from_doi(doi)


def _ads_doi(path: str) -> PaperRef | None:
    held = HELD_DOI.search(path)
    return from_doi(PART_OF_ADDRESS.sub("", held[1])) if held else None


def site_label(url: str) -> str:
    """Returns what a link to an address is called: "Publisher", or its host."""
    host = _host_of(url)
    return "Publisher" if _within(host, PUBLISHERS) else host


def pdf_of_page(url: str) -> str:
    """Returns the address of the PDF to a paper's page.

    Its own where that is one; empty where it is unknown.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.path.lower().endswith(".pdf"):
        return url
    host = SAME_HOSTS.get(_host_of(url), _host_of(url))
    for pattern, form in _PDFS.get(host, ()):
        if found := pattern.fullmatch(parts.path):
            return f"https://{host}{form.format(*found.groups())}"
    return ""


def _host_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def any_page(host: str, parts: SplitResult) -> PaperRef | None:
    """Returns the address of any page as an identifier; of a front page, None.

    What the query says stays, but for what only tells how somebody came there.
    """
    path = decode(parts.path).rstrip("/")
    kept = sorted(
        part
        for part in parts.query.split("&")
        if part and not TRACKING.fullmatch(part.split("=")[0])
    )
    if not path and not kept:
        return None
    value = encode_address(normalise_host(host) + path + ("?" + "&".join(kept) if kept else ""))
    return PaperRef("url", value) if len(value) <= MAX_IDENTIFIER else None


def _dblp(path: str, fragment: str) -> PaperRef | None:
    if record := DBLP_PATH.fullmatch(path):
        key = record[1]
    elif contents := DBLP_CONTENTS.fullmatch(path):
        key = f"{contents[1]}/{fragment}"  # an entry of a table of contents
    else:
        return None
    valid = DBLP_KEY.fullmatch(key) and is_key(key) and len(key) <= MAX_IDENTIFIER
    return PaperRef("key", key) if valid else None


def _held_doi(host: str, path: str, parts: SplitResult) -> PaperRef | None:
    """The DOI that stands in an address, or follows from it by the publisher's rule."""
    for pattern, form in _DOIS.get(host, ()):
        if found := pattern.fullmatch(path) or pattern.fullmatch(_with_query(path, parts)):
            return from_doi(form.format(*found.groups()))
    if host in PREPRINT_SITES:
        if early := PREPRINT_EARLY.fullmatch(path):
            return from_doi(f"10.1101/{early[1]}")
        held = HELD_DOI.search(path)
        doi = PREPRINT_DOI.fullmatch(held[1]) if held else None
        return from_doi(doi[1]) if doi else None
    if not _within(host, DOI_SITES):
        return None
    if held := HELD_DOI.search(path):
        text = PART_OF_ADDRESS.sub("", PART_OF_ADDRESS.sub("", held[1]))
        if host == "academic.oup.com":
            text = re.sub(r"/\d+$", "", text)  # the number of the article, after its DOI
        return from_doi(text)
    query = parameters(parts.query)
    named = (query.get(name, "") for name in ("id", "doi", "doid"))
    return next(filter(None, map(from_doi, named)), None)


def _page(host: str, path: str, parts: SplitResult) -> PaperRef | None:
    host = SAME_HOSTS.get(host, host)
    if host == "cv-foundation.org":
        host, path = "openaccess.thecvf.com", path.removeprefix("/openaccess")
    if host in PII_SITES:
        if written := WRITTEN_PII.search(path):
            number = re.sub(r"\W", "", written[1])
            return PaperRef("url", f"sciencedirect.com/science/article/pii/{number}")
        return None
    asked = _with_query(path, parts)
    site = "hal.science" if host.endswith(HAL_SITES) else host
    for pattern, form in _PAGES.get(site, ()):
        found = pattern.fullmatch(path) or pattern.fullmatch(asked)
        if found:
            value = form.format(*(_PathPart(part or "") for part in found.groups()))
            fits = len(value) <= MAX_IDENTIFIER and "/../" not in value
            return PaperRef("url", encode_address(value)) if fits else None
    return None


def _with_query(path: str, parts: SplitResult) -> str:
    return f"{path}?{parts.query}" if parts.query else path


def normalise_host(host: str) -> str:
    """Returns a host in lower case, without 'www.' and without the library's proxy."""
    host = host.lower().rstrip(".").removeprefix("www.")
    return host if _within(host, _KNOWN) else host_behind(host, lambda name: _within(name, _KNOWN))


def _within(host: str, sites: frozenset[str]) -> bool:
    """Says whether a host is one of these, or below one."""
    labels = host.split(".")
    return any(".".join(labels[start:]) in sites for start in range(min(len(labels), 6)))


def parameters(query: str) -> dict[str, str]:
    """Returns a query's parameters by lower-case name.

    A plus is a plus, as keys may hold one.
    """
    pairs = (part.partition("=") for part in query.replace("&amp;", "&").split("&"))
    return {name.lower(): decode(value) for name, _, value in pairs}


def decode(text: str) -> str:
    """Undoes percent-encoding once.

    Raises:
        ValueError: when the bytes are no UTF-8, or hold control characters.
    """
    decoded = unquote(text, errors="strict")
    if any(char < " " or char == "\x7f" for char in decoded):
        raise ValueError("control characters")
    return decoded
