"""Which paper an address or an identifier means.

Nothing here asks anybody: only the form of the text is looked at. Sources of the forms:
arXiv identifiers, https://info.arxiv.org/help/arxiv_identifier.html; DOI, the DOI Handbook, 2.2;
dblp keys and record addresses, https://dblp.org/faq/; ShortScience's old addresses as its pages
promised them (`/paper?bibtexKey=…#user`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote, urlsplit

MAX_IDENTIFIER = 300
MAX_ADDRESS = 2000

# The archives of arXiv before April 2007, whose identifiers read 'archive/YYMMNNN'.
OLD_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas"
    "|cond-mat|cs|dg-ga|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|mtrl-th|nlin"
    "|nucl-ex|nucl-th|patt-sol|physics|plasm-ph|q-alg|q-bio|quant-ph|solv-int|supr-con"
)
ARXIV_NEW = re.compile(r"(\d{4}\.\d{4,5})(?:v\d{1,3})?", re.ASCII)
ARXIV_OLD = re.compile(
    rf"({OLD_ARCHIVES})(?:\.[a-z]{{2}})?/(\d{{7}})(?:v\d{{1,3}})?", re.ASCII | re.IGNORECASE
)
ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
ARXIV_PATH = re.compile(r"/(?:abs|pdf|html|format|e-print|src|overview)/(.+?)/?")
DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s\"\\{}|^`]+", re.ASCII)
# What BibTeX lets a key be made of, less what no real key has and an address could misuse.
KEY = re.compile(r"\w[\w/:.+\-*!@]*")
DBLP_KEY = re.compile(r"[a-z]+/[\w\-]+(?:/[\w\-+.]+)*", re.ASCII)
DBLP_PATH = re.compile(
    r"/rec/(?:(?:html|bibtex|bib|xml|rdf|nt|ttl|ris)/)?(.+?)"
    r"(?:\.(?:html|bib|xml|rdf|nt|ttl|ris))?(?:\?.*)?"
)
OPENREVIEW_ID = re.compile(r"[\w\-]{4,64}", re.ASCII)
UNSAFE = re.compile(r"[\x00-\x20\"<>\\^`{|}\x7f]")
USER = re.compile(r"[\w.@+\-]{1,80}")

SHORTSCIENCE_HOSTS = frozenset({"shortscience.org", "www.shortscience.org"})
ARXIV_HOSTS = frozenset(
    {
        "arxiv.org",
        "www.arxiv.org",
        "export.arxiv.org",
        "ar5iv.org",
        "ar5iv.labs.arxiv.org",
        "alphaxiv.org",
        "www.alphaxiv.org",
        "xxx.lanl.gov",
    }
)
DOI_HOSTS = frozenset({"doi.org", "www.doi.org", "dx.doi.org"})
OPENREVIEW_HOSTS = frozenset({"openreview.net", "www.openreview.net"})
DBLP_HOSTS = frozenset(
    {"dblp.org", "www.dblp.org", "dblp.uni-trier.de", "dblp.dagstuhl.de", "dblp2.uni-trier.de"}
)
KNOWN_HOSTS = SHORTSCIENCE_HOSTS | ARXIV_HOSTS | DOI_HOSTS | OPENREVIEW_HOSTS | DBLP_HOSTS


@dataclass(frozen=True)
class PaperRef:
    """Which paper is meant.

    Attributes:
        kind: 'key' (a BibTeX or dblp key), 'doi', 'arxiv' or 'openreview'.
        value: the identifier in its normal form: a DOI in lower case without prefix, an arXiv
            identifier without version ('1707.09405', 'hep-th/9901001').
        user: whose summary of it is meant, when an old address says so; 'anon' is kept.
    """

    kind: str
    value: str
    user: str | None = None

    def without_user(self) -> PaperRef:
        """Returns the same paper with no one's summary singled out."""
        return self if self.user is None else PaperRef(self.kind, self.value)


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
        text: an arXiv identifier, a DOI, a key, or the address of a paper.

    Returns:
        The paper, or None when the text cannot mean one: empty, over 300 characters, with
        whitespace or control characters inside, or the address of something else.
    """
    text = text.strip()
    if not is_plain(text) or len(text) > MAX_IDENTIFIER:
        return None
    if text.startswith(("/paper/", "/paper?")) or "://" in text:
        return reference_from_url(text)
    host = text.split("/", 1)[0].lower()
    if host in KNOWN_HOSTS:
        return reference_from_url("https://" + text)
    return from_key(text)


def reference_from_url(url: str, site_url: str = "") -> PaperRef | None:
    """Recognises the address of a paper.

    Args:
        url: ShortScience's (`/paper?bibtexKey=…`), our own (`/paper/<key>`, relative or on
            `site_url`), arXiv's, a DOI's, OpenReview's or dblp's.
        site_url: where this site is, such as 'https://shortlist.example'; '' recognises our
            relative addresses only.

    Returns:
        The paper, or None for every other address.
    """
    address = parse_address(url, site_url)
    return address.ref if address else None


def parse_address(url: str, site_url: str = "") -> Address | None:
    """As reference_from_url, and says how our own addresses name the paper."""
    if not is_plain(url) or len(url) > MAX_ADDRESS or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        if parts.scheme.lower() not in ("http", "https"):
            own = not parts.scheme and not parts.netloc
            return own_address(parts, "") if own else None
        site = urlsplit(site_url)
        if site.netloc and parts.netloc.lower() == site.netloc.lower():
            return own_address(parts, site.path.rstrip("/"))
        if "@" in parts.netloc or parts.port not in (None, 80, 443):
            return None
        host = parts.hostname or ""
        if host in SHORTSCIENCE_HOSTS:
            return own_address(parts, "")
        ref = outside(host, parts)
    except ValueError:  # a bad port, bracket or percent sequence: not an address of ours
        return None
    return Address(ref, None) if ref else None


def own_address(parts: SplitResult, prefix: str) -> Address | None:
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
    written = written.strip()
    user = user_of(query.get("a", "")) or user_of(decode(parts.fragment))
    ref = from_key(written, user) or from_outside_address(written, user)
    if ref is None:
        return None
    return Address(ref, ref.value if "://" in written else written)


def from_key(text: str, user: str | None = None) -> PaperRef | None:
    """Reads an identifier that is not an address: arXiv, DOI, or else a key."""
    if not is_plain(text) or len(text) > MAX_IDENTIFIER:
        return None
    lowered = text.lower()
    for prefix in ("arxiv:", "journals/corr/"):
        if lowered.startswith(prefix) and (found := arxiv(text[len(prefix) :])):
            return PaperRef("arxiv", found, user)
    if found := arxiv(text):
        return PaperRef("arxiv", found, user)
    doi = text[4:] if lowered.startswith("doi:") else text
    if ref := from_doi(doi, user):
        return ref
    # dblp's own BibTeX puts its name before the key.
    if lowered.startswith("dblp:") and DBLP_KEY.fullmatch(text[5:]):
        text = text[5:]
    return PaperRef("key", text, user) if is_key(text) else None


def from_outside_address(text: str, user: str | None) -> PaperRef | None:
    """Reads an arXiv, DOI, OpenReview or dblp address carried by an old one of ours."""
    if "://" not in text or not is_plain(text):
        return None
    parts = urlsplit(text)
    ref = outside(parts.hostname or "", parts)
    return PaperRef(ref.kind, ref.value, user) if ref else None


def outside(host: str, parts: SplitResult) -> PaperRef | None:
    """Recognises a paper's page at arXiv, doi.org, OpenReview or dblp."""
    path = decode(parts.path)
    if host in ARXIV_HOSTS:
        page = ARXIV_PATH.fullmatch(path)
        found = arxiv(page[1].removesuffix(".pdf")) if page else None
        return PaperRef("arxiv", found) if found else None
    if host in DOI_HOSTS:
        return from_doi(path.lstrip("/").removeprefix("doi:"), None)
    if host in OPENREVIEW_HOSTS:
        number = parameters(parts.query).get("id", "")
        if parts.path in ("/forum", "/pdf") and OPENREVIEW_ID.fullmatch(number):
            return PaperRef("openreview", number)
        return None
    if host in DBLP_HOSTS:
        record = DBLP_PATH.fullmatch(path)
        if record and DBLP_KEY.fullmatch(record[1]) and is_key(record[1]):
            return PaperRef("key", record[1])
    return None


def arxiv(text: str) -> str | None:
    """Returns the normal form of an arXiv identifier, or None."""
    if new := ARXIV_NEW.fullmatch(text):
        return new[1]
    if old := ARXIV_OLD.fullmatch(text):
        return f"{old[1].lower()}/{old[2]}"
    return None


def from_doi(text: str, user: str | None) -> PaperRef | None:
    """Reads a DOI without prefix; those that arXiv gives its papers mean the arXiv paper."""
    text = text.rstrip(".,;")
    if not DOI.fullmatch(text) or has_dot_segment(text):
        return None
    ours = ARXIV_DOI.fullmatch(text)
    if ours and (found := arxiv(ours[1])):
        return PaperRef("arxiv", found, user)
    return PaperRef("doi", text.lower(), user)


def encode_address(url: str) -> str:
    """Percent-encodes what may not stand in an address, and nothing else."""
    return UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", url)


def paper_path(key: str, user: str | None = None) -> str:
    """Returns our address of a paper: `/paper/<key>`, percent-encoded, `#user` kept."""
    path = "/paper/" + quote(key, safe="/:@!*+,;()~")
    return f"{path}#{quote(user, safe='@+')}" if user else path


def is_key(text: str) -> bool:
    """Says whether a text has the shape of a BibTeX key that is safe as a path."""
    return bool(KEY.fullmatch(text)) and "//" not in text and not has_dot_segment(text)


def has_dot_segment(path: str) -> bool:
    """Says whether a browser would climb or fold the path: '.', '..' or a final slash."""
    return path.endswith("/") or any(part in (".", "..") for part in path.split("/"))


def is_plain(text: str) -> bool:
    """Says whether a text is non-empty and free of whitespace and control characters."""
    return bool(text) and not any(
        char.isspace() or unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in text
    )


def user_of(text: str) -> str | None:
    """Reads the user of a fragment; '#martinthomacomments' are the comments of martinthoma."""
    if not USER.fullmatch(text):
        return None
    return text.removesuffix("comments") or text


def parameters(query: str) -> dict[str, str]:
    """Returns a query's parameters by lower-case name; a plus is a plus, as keys may hold one."""
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
