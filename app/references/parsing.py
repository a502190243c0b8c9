"""Which paper an address or an identifier means.

The one parser, for links, searches and addresses.

Nothing here asks anybody: only the form of the text is looked at. `identifiers` knows the forms of
identifiers and `sites` those of other sites' addresses; ShortScience's old addresses are read as
its pages promised them (`/paper?bibtexKey=…#user`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, quote, urlsplit

from app.references.identifiers import MAX_IDENTIFIER, PaperRef, from_key, is_plain
from app.references.sites import any_page, decode, is_known, parameters, parse_outside_address

MAX_ADDRESS = 2000
USER = re.compile(r"[\w.@+\-]{1,80}")
SHORTSCIENCE_HOSTS = frozenset({"shortscience.org", "www.shortscience.org"})
# "DOI: 10.1109/…", "arXiv 1506.01497": the space is not part of it.
SPACED = re.compile(
    r"(arxiv|doi|dblp|pmid|pmcid|pubmed|pmc|acl|openreview|ssrn|bibcode|ads|hal|s2corpusid|corpusid)"
    r"(?:\s+(?:(?:e-?|pre-?)?prints?\b|id\b))?(?:\s*:\s+|\s+:?\s*)(?:arxiv:\s*)?(?=\S)",
    re.IGNORECASE,
)
# As it stands on the first page of a preprint, with or without the day.
ARXIV_SUBJECT = re.compile(r"\s+\[[\w.\-]{2,20}\](?:\s+\d{1,2}\s+[a-z]{3,9}\s+\d{4})?$", re.I)
# Signs that nobody sees, which come along with what is copied out of a text.
INVISIBLE = "".join(map(chr, (*range(0x200B, 0x2010), 0x2060, 0xFEFF)))
# Punctuation before and behind a name that stands in a text or in Markdown.
BEFORE = "([{<'\"“”„‚‘«»‹›*`（【「《"
AFTER = ".,;:!?'\"“”‘’«»‹›…*`。，；、！？）】」》"
IN_BRACKETS = re.compile(r"(?=.*\d)(?:\((.+)\)|\[(.+)\]|<(.+)>|\{(.+)\})")
# What is left of '://' where a path's double slashes are made one.
MERGED_SLASHES = re.compile(r"(https?):/(?=[^/])", re.IGNORECASE)
# A DOI without signs that would have to be looked at, and without anything behind it.
_DOI_LINK = re.compile(
    r"https?://(?:dx\.)?doi\.org/(10\.\d{4,9}/(?:[\w()-]|[.:;/](?=[\w()-]))+)", re.ASCII
)


@dataclass(frozen=True)
class Address:
    """A recognised address.

    Attributes:
        ref: the paper.
        key: how the address itself names the paper when it is ours or ShortScience's, so that
            the link can lead to `/paper/<key>`; None for an outside address.
    """

    ref: PaperRef
    key: str | None


def parse_identifier(text: str) -> PaperRef | None:
    """Reads what a person types, or what the path of an old address carries.

    Args:
        text: an arXiv identifier, a DOI, an identifier of the ACL Anthology, a key, or the
            address of a paper at a site whose addresses we know.

    Returns:
        The paper, or None when the text cannot mean one: empty, over 300 characters (an address
        over 2000), with whitespace or control characters inside, or the address of something else.
    """
    return _parse_once(text) if len(text) <= MAX_IDENTIFIER else _parse(text)


def _parse(text: str) -> PaperRef | None:
    text = normalise_text(text)
    if text.startswith(("/paper/", "/paper?")):
        return reference_from_url(text)
    return parse_name(text)


# An import asks several times for each identifier of a row. What is long is not kept.
_parse_once = lru_cache(maxsize=4096)(_parse)


def normalise_text(text: str) -> str:
    """Returns what somebody typed as one word, where it can be one.

    What stands around it goes, and so do the space and the class that belong to an identifier as it
    is printed.
    """
    text = trim_text(text)
    bare = text.lstrip(BEFORE)
    spaced = SPACED.match(bare[:80])
    word = f"{spaced[1]}:{bare[spaced.end() :]}" if spaced else text
    word = _bare_arxiv(word[: MAX_ADDRESS + 1])
    after_doi = word[4:] if word[:4].lower() == "doi:" else word
    if "://" in after_doi or is_known(after_doi.split("/", 1)[0]):
        word = after_doi
    word = _without_punctuation(mend_slashes(word))
    if spaced:
        ref = parse_name(word)
        if ref is None or (ref.kind == "key" and "/" not in ref.value):
            return text  # "acl attention" are two words
    return word


def parse_name(text: str, user: str | None = None) -> PaperRef | None:
    """Reads one word that names a paper.

    An identifier, or an address that is not our own.

    Args:
        text: as `normalise_text` leaves it; an address may lack its `https://`.
        user: whose summary of the paper is meant.
    """
    if not is_plain(text):
        return None
    if "://" in text or (_is_address_without_scheme(text) and len(text) <= MAX_IDENTIFIER):
        return from_outside_address(_with_scheme(text), user)
    return from_key(text, user)


def _is_address_without_scheme(text: str) -> bool:
    host, slash, _ = text.partition("/")
    return "." in host and bool(slash) and (is_known(host) or host.lower() in SHORTSCIENCE_HOSTS)


def _with_scheme(text: str) -> str:
    return text if "://" in text else "https://" + text


def _bare_arxiv(text: str) -> str:
    """Leaves out the class and the day that stand behind an identifier on arXiv's first pages."""
    bare = ARXIV_SUBJECT.sub("", text[:MAX_ADDRESS])
    if bare == text:
        return text
    ref = parse_name(bare)
    return bare if ref is not None and ref.kind == "arxiv" else text


def _without_punctuation(text: str) -> str:
    """Leaves out what stands around an identifier or address, but not around a key."""
    bare = text.lstrip(BEFORE)
    while bare and (bare[-1] in AFTER or _is_unopened(bare)):
        bare = bare[:-1]
    if bare == text:
        return text
    ref = parse_name(bare)
    return bare if ref is not None and ref.kind != "key" else text


def _is_unopened(text: str) -> bool:
    """Says whether a text ends in a bracket that it does not open."""
    opener = {")": "(", "]": "[", ">": "<", "}": "{"}.get(text[-1])
    return opener is not None and text.count(text[-1]) > text.count(opener)


def parse_any_address(url: str, site_url: str = "") -> PaperRef | None:
    """Recognises the address of a paper or of any other page.

    Any other http(s) address is taken for what it is.

    Returns:
        The paper; for the address of a site that we do not know a 'url', under which somebody may
        have filed a paper; None for a text that is no address, or one of our own other pages.
    """
    if not is_address(url):
        return None
    try:
        address = parse_address(url, site_url)
        if address is not None:
            return address.ref
        parts = urlsplit(url)
        own = urlsplit(site_url).netloc.lower()
        host = parts.hostname or ""
        if not host or parts.netloc.lower() == own or not _is_of_the_web(parts):
            return None
        return any_page(host, parts)
    except ValueError:
        return None


def reference_from_url(url: str, site_url: str = "") -> PaperRef | None:
    """Recognises the address of a paper.

    Args:
        url: ShortScience's (`/paper?bibtexKey=…`), our own (`/paper/<key>`, relative or on
            `site_url`), or that of a paper at one of the `sites`.
        site_url: where this site is, such as 'https://shortlist.example'; '' recognises our
            relative addresses only.

    Returns:
        The paper, or None for every other address.
    """
    address = parse_address(url, site_url)
    return address.ref if address else None


def parse_address(url: str, site_url: str = "") -> Address | None:
    """As reference_from_url, and says how our own addresses name the paper."""
    if not is_address(url):
        return None
    try:
        parts = urlsplit(url)
        if parts.scheme.lower() not in ("http", "https"):
            own = not parts.scheme and not parts.netloc
            return parse_own_address(parts, "") if own else None
        site = urlsplit(site_url)
        if site.netloc and parts.netloc.lower() == site.netloc.lower():
            return parse_own_address(parts, site.path.rstrip("/"))
        if not _is_of_the_web(parts):
            return None
        host = parts.hostname or ""
        if host in SHORTSCIENCE_HOSTS:
            return parse_own_address(parts, "")
        ref = parse_outside_address(host, parts)
    except ValueError:  # a bad port, bracket or percent sequence: not an address of ours
        return None
    return Address(ref, None) if ref else None


def parse_page_address(url: str, site_url: str) -> PaperRef | None:
    """The paper whose page on this site an address is.

    `None` for any other address.
    """
    found = parse_address(url, site_url)
    is_of_any_site = found is None or parse_address(url) is not None
    return None if found is None or is_of_any_site else found.ref.without_user()


def reference_of_link(link: str) -> tuple[str, str]:
    """Kind and value of what `reference_from_url` finds in an outside address, both empty for none.

    It is for millions of addresses, of which most are plain ones of DOIs: these go a short way, and
    a test holds that it leads to the same.
    """
    if (doi := _DOI_LINK.fullmatch(link)) and not doi[1].startswith("10.48550/"):
        return "doi", doi[1].lower()
    ref = reference_from_url(link)
    return ("", "") if ref is None else (ref.kind, ref.value)


def parse_own_address(parts: SplitResult, prefix: str) -> Address | None:
    """Reads `/paper/<key>#user` and the old `/paper?bibtexKey=<key>&a=user#user`."""
    if not parts.path.startswith(prefix + "/paper"):
        return None
    path = parts.path[len(prefix) :]
    query = parameters(parts.query)
    if path in ("/paper", "/paper/"):
        written = query.get("bibtexkey", "")
    elif path.startswith("/paper/"):
        written = decode(path[len("/paper/") :])
    else:
        return None
    written = normalise_text(written)
    user = user_of(query.get("a", "")) or user_of(decode(parts.fragment))
    ref = parse_name(written, user)
    if ref is None:
        return None
    is_address = "://" in written or _is_address_without_scheme(written)
    return Address(ref, ref.value if is_address else written)


def from_outside_address(text: str, user: str | None) -> PaperRef | None:
    """Reads another site's address that stands by itself, or is carried by one of ours."""
    if not is_address(text):
        return None
    try:
        parts = urlsplit(text)
        if not _is_of_the_web(parts):
            return None
        host = parts.hostname or ""
        if host in SHORTSCIENCE_HOSTS:
            address = parse_own_address(parts, "")
            ref = address.ref if address else None
        else:
            ref = parse_outside_address(host, parts)
    except ValueError:  # a bad port, bracket or percent sequence: not an address of ours
        return None
    return PaperRef(ref.kind, ref.value, user or ref.user) if ref else None


def _is_of_the_web(parts: SplitResult) -> bool:
    """Says whether an address is one of a public page: without user, at the usual port."""
    known = parts.scheme.lower() in ("http", "https")
    return known and "@" not in parts.netloc and parts.port in (None, 80, 443)


def trim_text(text: str) -> str:
    """Leaves out what stands around a name that was copied: space, invisible signs, brackets."""
    text = text.strip().strip(INVISIBLE).strip()
    held = IN_BRACKETS.fullmatch(text)
    return next(filter(None, held.groups())).strip() if held else text


def mend_slashes(text: str) -> str:
    """Gives an address back the slash that it lost as the path of another one."""
    return MERGED_SLASHES.sub(r"\1://", text, count=1)


def is_address(text: str) -> bool:
    """Says whether a text may be an address at all.

    It is plain, not endless, and no trap.
    """
    return is_plain(text) and len(text) <= MAX_ADDRESS and "\\" not in text


def is_of_a_site(text: str) -> bool:
    """Says whether a text is an address elsewhere, also one without `https://`."""
    host = text.split("/", 1)[0].lower()
    return host in ("http:", "https:") or host in SHORTSCIENCE_HOSTS or is_known(host)


def moved_page(url: str) -> str | None:
    """Where ShortScience's page of a venue or a user lives here: at the same path.

    Returns:
        A path with its query, or None for every other address.
    """
    if not is_plain(url) or len(url) > MAX_ADDRESS or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    known = parts.scheme.lower() in ("http", "https") and parts.netloc.lower() in SHORTSCIENCE_HOSTS
    if not known or parts.path not in ("/venue", "/user") or not parts.query:
        return None
    return f"{parts.path}?{quote(parts.query, safe='/:@!*+,;()~=&%?')}"


def user_of(text: str) -> str | None:
    """Reads the user of a fragment; '#martinthomacomments' are the comments of martinthoma."""
    if not USER.fullmatch(text):
        return None
    return text.removesuffix("comments") or text
