"""The forms of identifiers, and what each means.

Sources of the forms: arXiv identifiers, https://info.arxiv.org/help/arxiv_identifier.html; DOI, the
DOI Handbook, 2.2; dblp keys, https://dblp.org/faq/; ACL Anthology identifiers,
https://aclanthology.org/info/ids/.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MAX_IDENTIFIER = 300

# The archives of arXiv before April 2007, whose identifiers read 'archive/YYMMNNN'.
OLD_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas"
    "|cond-mat|cs|dg-ga|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|mtrl-th|nlin"
    "|nucl-ex|nucl-th|patt-sol|physics|plasm-ph|q-alg|q-bio|quant-ph|solv-int|supr-con"
)
# An archive may be told with one of its classes, as in `math.GT/0309136`.
ARXIV_FORM = (
    r"(?:(?P<new>\d{4}\.\d{4,5})"
    rf"|(?P<archive>{OLD_ARCHIVES})(?:\.[a-z]{{2,5}}(?:-[a-z]{{2,4}})?)?/(?P<number>\d{{7}}))"
    r"(?:v\d{1,3})?"
)
ARXIV = re.compile(ARXIV_FORM, re.ASCII | re.IGNORECASE)
ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
# dblp's stream of the papers that it took from arXiv, and their keys.
CORR = "journals/corr"
OWN_VENUES = "venues/"  # begins the keys of venues that no source gave a key
_VENUE_KINDS = {"conf": "conference", "journals": "journal", "books": "book", "series": "book"}
CORR_NEW = re.compile(r"journals/corr/abs-(\d{4})-(\d{4,5})", re.ASCII | re.IGNORECASE)
CORR_OLD = re.compile(
    rf"journals/corr/(?:abs-)?({OLD_ARCHIVES})(?:-[a-z]{{2}})?-(\d{{7}})", re.ASCII | re.IGNORECASE
)
DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s\"\\{}|^`]+", re.ASCII)
# https://shortdoi.org: another name of a DOI that does not say which.
SHORT_DOI = re.compile(r"10/(?=[0-9]*[a-z])[a-z0-9]{3,12}", re.ASCII | re.IGNORECASE)
ACL_OLD = re.compile(r"([a-z]\d{2}-\d{4})(?:v\d)?", re.ASCII | re.IGNORECASE)
ACL_NEW = re.compile(
    r"((?:19|20)\d{2}\.[a-z][a-z0-9_]*-[a-z0-9_]+\.\d{1,4})(?:v\d)?", re.ASCII | re.IGNORECASE
)
# The Anthology's DOIs end in its own identifier since 2014.
ACL_DOI = re.compile(r"10\.(?:18653|3115)/v1/(.+)", re.IGNORECASE)
# What a text may name: what BibTeX lets a key be made of, less what no real key has and an address
# could misuse.
KEY = re.compile(r"\w[\w/:.+\-*!@]*")
# What a paper may have as its key: some files have keys that no text can name.
_NOT_IN_KEY = re.compile(r"[\s\x00-\x1f\x7f\"<>\\^`{|}#?%,]+")
DBLP_KEY = re.compile(r"([a-z]+/[\w-]+)/[\w.+-]+(?:/[\w.+-]+)*", re.ASCII | re.IGNORECASE)
STREAM = re.compile(r"(?:conf|journals)/[a-z0-9-]+", re.ASCII | re.IGNORECASE)
# What stands first in dblp's keys of works; persons and pages have keys too.
_DBLP_WORKS = ("conf", "journals", "books", "series", "phd", "reference", "tr", "ms", "persons")
OPENREVIEW_ID = re.compile(r"[\w\-]{4,64}", re.ASCII)
# What stands behind a DOI in the addresses of publishers, and is copied along with it.
PART_OF_ADDRESS = re.compile(
    r"(?:/(?:full|fulltext|full-text|abstract|abs|epdf|pdf|pdfdirect|html|xml|meta|summary"
    r"|references|citedby|figures|tables|suppl_file|supplementary|download|index)(?:/html)?)+/?$"
    r"|\.(?:pdf|epdf|html?|xml|full|abstract|short|long)$",
    re.IGNORECASE,
)
# `pubmed2020` and `ssrn2019` are keys: a number that no colon marks is longer than a year.
PUBMED = re.compile(r"(?:pmid|pubmed(?:id)?)(?::(\d{1,9})|(\d{5,9}))", re.ASCII | re.IGNORECASE)
PMC = re.compile(r"(?:pmc(?:id)?:)?pmc(\d{4,9})|pmc(?:id)?:(\d{4,9})", re.ASCII | re.IGNORECASE)
SSRN = re.compile(r"ssrn(?::(?:id)?(\d{4,8})|-?(?:id)?(\d{5,8}))", re.ASCII | re.IGNORECASE)
CORPUS_ID = re.compile(r"(?:s2)?corpusid:(\d{1,10})", re.ASCII | re.IGNORECASE)
HAL = re.compile(
    r"(?:hal:)?((?:hal|inria|tel|halshs|cel|dumas|ensl|ijn|medihal|pasteur|lirmm|cea)-\d{8})(?:v\d{1,2})?",
    re.ASCII | re.IGNORECASE,
)
# NASA's Astrophysics Data System: year, journal, volume, a letter, page, and the author's initial;
# https://ui.adsabs.harvard.edu/help/actions/bibcode.
BIBCODE = re.compile(
    r"(?P<year>[12]\d{3})(?=[A-Za-z&.]{5}|[A-Za-z&]+\.)[A-Za-z&.\d]{9}[A-Za-z.\d][.\d]{3}[.\d][A-Z.:]",
    re.ASCII,
)
# Those of arXiv's papers hold their number: `2020arXiv200209876B`, `2003astro.ph.10723S`.
_BIBCODE_NEW = re.compile(r"\d{4}arxiv(\d{4})\.?(\d{4,5})[a-z.]", re.ASCII | re.IGNORECASE)
_BIBCODE_OLD = re.compile(
    r"\d\d(\d\d)((?:astro|cond|gr|hep|math|nucl|quant)\.(?:ph|mat|qc|th|ex|lat))\.+(\d{4,5})[a-z.]",
    re.ASCII | re.IGNORECASE,
)
_ADS = "ui.adsabs.harvard.edu/abs/"
_PUBMED = "pubmed.ncbi.nlm.nih.gov/"
_PMC = "pmc.ncbi.nlm.nih.gov/articles/PMC"
_NIPS_NUMBER = re.compile(r"(papers\.nips\.cc/paper/\d{1,5})-.+", re.ASCII)


@dataclass(frozen=True)
class PaperRef:
    """Which paper is meant.

    Attributes:
        kind: 'key' (a BibTeX or dblp key), 'doi', 'arxiv', 'openreview', 'acl' or 'url'.
        value: the identifier in its normal form: a DOI in lower case without prefix, an arXiv
            identifier without version ('1707.09405', 'hep-th/9901001'), of the ACL Anthology
            'P19-1001' or '2020.acl-main.1', an address as 'host/path' (see `sites`).
        user: whose summary of it is meant, when an old address says so; 'anon' is kept.
    """

    kind: str
    value: str
    user: str | None = None

    def without_user(self) -> PaperRef:
        """Returns the same paper with no one's summary singled out."""
        return self if self.user is None else PaperRef(self.kind, self.value)


def from_key(text: str, user: str | None = None) -> PaperRef | None:
    """Reads an identifier that is not an address.

    arXiv, DOI, ACL, PubMed, or else a key.
    """
    if not is_plain(text) or len(text) > MAX_IDENTIFIER:
        return None
    lowered = text.lower()
    for prefix in ("arxiv:", f"{CORR}/", "arxiv.", "abs/"):
        if lowered.startswith(prefix) and (found := arxiv(text[len(prefix) :])):
            return PaperRef("arxiv", found, user)
    if found := arxiv(text):
        return PaperRef("arxiv", found, user)
    before = next(filter(lowered.startswith, ("doi:", "urn:doi:", "info:doi/")), "")
    if ref := from_doi(text[len(before) :], user):
        return ref
    if lowered.startswith("openreview:") and OPENREVIEW_ID.fullmatch(text[11:]):
        return PaperRef("openreview", text[11:], user)
    if found := acl(text[4:] if lowered.startswith("acl:") else text):
        return PaperRef("acl", found, user)
    if SHORT_DOI.fullmatch(text[len(before) :]):
        return PaperRef("url", f"doi.org/{text[len(before) :].lower()}", user)
    if held := _of_archive(text):
        return PaperRef(held.kind, held.value, user)
    # dblp's own BibTeX puts its name before the key.
    if lowered.startswith("dblp:") and DBLP_KEY.fullmatch(text[5:]):
        text = text[5:]
    if is_key(text):
        return PaperRef("key", text, user)
    held = from_bibcode(text)  # of Astronomy & Astrophysics
    return PaperRef(held.kind, held.value, user) if held else None


def _of_archive(text: str) -> PaperRef | None:
    """Reads an identifier of PubMed, SSRN, Semantic Scholar, HAL or ADS that cannot be a key."""
    if number := PUBMED.fullmatch(text):
        return PaperRef("url", f"{_PUBMED}{number[1] or number[2]}")
    if number := PMC.fullmatch(text):
        return PaperRef("url", f"{_PMC}{number[1] or number[2]}")
    if number := SSRN.fullmatch(text):
        return PaperRef("doi", f"10.2139/ssrn.{number[1] or number[2]}")
    if number := CORPUS_ID.fullmatch(text):
        return PaperRef("url", f"api.semanticscholar.org/CorpusID:{number[1]}")
    if text.lower().startswith("hal:") and (number := HAL.fullmatch(text)):
        return PaperRef("url", f"hal.science/{number[1].lower()}")
    name, _, code = text.partition(":")
    if name.lower() in ("bibcode", "ads"):
        return from_bibcode(code)
    return None


def from_bibcode(code: str) -> PaperRef | None:
    """Reads a code of the Astrophysics Data System; those of arXiv's papers mean these."""
    if new := _BIBCODE_NEW.fullmatch(code):
        found = arxiv(f"{new[1]}.{new[2]}")
        return PaperRef("arxiv", found) if found else None
    if old := _BIBCODE_OLD.fullmatch(code):
        found = arxiv(f"{old[2].replace('.', '-')}/{old[1]}{old[3]:0>5}")
        return PaperRef("arxiv", found) if found else None
    return PaperRef("url", _ADS + code) if BIBCODE.fullmatch(code) else None


def implied_references(ref: PaperRef) -> list[PaperRef]:
    """Returns other names that the same paper surely has, read off one of them.

    dblp's `journals/corr/abs-1707-09405` holds an arXiv identifier, and the DOIs of the ACL
    Anthology hold its own; both are read in either direction.
    """
    if ref.kind == "key":
        if new := CORR_NEW.fullmatch(ref.value):
            return [PaperRef("arxiv", f"{new[1]}.{new[2]}")]
        if old := CORR_OLD.fullmatch(ref.value):
            return [PaperRef("arxiv", f"{old[1].lower()}/{old[2]}")]
        # ADS and HAL name entries by their own codes.
        if own := from_bibcode(ref.value):
            return [own]
        if hal := HAL.fullmatch(ref.value):
            return [PaperRef("url", f"hal.science/{hal[1].lower()}")]
        named = from_key(ref.value)
        return [] if named is None or named.kind == "key" else [named, *implied_references(named)]
    if ref.kind == "arxiv":
        key = re.sub("[./]", "-", ref.value)
        return [PaperRef("key", f"journals/corr/abs-{key}")]
    if ref.kind == "acl":
        value = ref.value.lower()
        return [PaperRef("doi", f"10.{number}/v1/{value}") for number in (18653, 3115)]
    if ref.kind == "url":
        if ref.value.startswith(_ADS):
            return [PaperRef("key", ref.value.removeprefix(_ADS))]
        if ref.value.startswith("hal.science/"):
            return [PaperRef("key", ref.value.removeprefix("hal.science/"))]
        # So they were kept once; a number is of one paper, whatever words follow it.
        number = _NIPS_NUMBER.fullmatch(ref.value)
        return [PaperRef("url", number[1])] if number else []
    if ref.kind == "doi" and (held := ACL_DOI.fullmatch(ref.value)) and (found := acl(held[1])):
        return [PaperRef("acl", found)]
    return []


def possible_references(ref: PaperRef) -> list[PaperRef]:
    """Returns all references that a name may stand for, the likeliest first.

    The last ones are less sure than `implied_references` ones: a DOI that was copied with the end
    of its address, and a word that may be an identifier of OpenReview.
    """
    found = [ref.without_user(), *implied_references(ref)]
    if ref.kind == "doi" and (bare := PART_OF_ADDRESS.sub("", ref.value)) != ref.value:
        found += filter(None, [from_doi(bare)])
    if ref.kind == "key" and OPENREVIEW_ID.fullmatch(ref.value):
        found.append(PaperRef("openreview", ref.value))
    return list(dict.fromkeys(found))


def arxiv(text: str) -> str | None:
    """Returns the normal form of an arXiv identifier, or None."""
    found = ARXIV.fullmatch(text)
    if found is None:
        return None
    return found["new"] or f"{found['archive'].lower()}/{found['number']}"


def acl(text: str) -> str | None:
    """Returns the normal form of an identifier of the ACL Anthology, or None."""
    if old := ACL_OLD.fullmatch(text):
        return old[1].upper()
    if new := ACL_NEW.fullmatch(text):
        return new[1].lower()
    return None


def from_doi(text: str, user: str | None = None) -> PaperRef | None:
    """Reads a DOI without prefix; those that arXiv gives its papers mean the arXiv paper."""
    text = text.rstrip(".,;/")
    if not DOI.fullmatch(text) or len(text) > MAX_IDENTIFIER or has_dot_segment(text):
        return None
    ours = ARXIV_DOI.fullmatch(text)
    if ours and (found := arxiv(ours[1])):
        return PaperRef("arxiv", found, user)
    return PaperRef("doi", text.lower(), user)


def is_key(text: str) -> bool:
    """Says whether a text is a BibTeX key that is safe as a path."""
    return bool(KEY.fullmatch(text)) and "//" not in text and not has_dot_segment(text)


def is_storable_key(text: str) -> bool:
    """Says whether a paper may have this key.

    There are more such keys than `is_key` takes from a text.
    """
    plain = bool(text) and text.isprintable() and not _NOT_IN_KEY.search(text)
    return plain and len(text) <= MAX_IDENTIFIER and not {".", ".."} & set(text.split("/"))


def storable_key(text: str) -> str:
    """Returns what of a text can be a paper's key.

    Hyphens stand for the rest; the result may be empty.
    """
    shown = "".join(char if char.isprintable() else "-" for char in text)
    parts = re.sub("-{2,}", "-", _NOT_IN_KEY.sub("-", shown)).split("/")
    found = "/".join(part for part in parts if part not in ("", ".", ".."))
    return found[:MAX_IDENTIFIER].strip("-/")


def is_dblp_key(text: str) -> bool:
    """Says whether a text has the form of dblp's key of a work.

    Such as `conf/nips/RenHGS15`.
    """
    found = DBLP_KEY.fullmatch(text)
    if found is None or text.split("/", 1)[0].lower() not in _DBLP_WORKS:
        return False
    # ShortScience called arXiv's papers so; dblp does not.
    return not is_corr_key(text) or arxiv(text[len(CORR) + 1 :]) is None


def is_corr_key(key: str) -> bool:
    """Says whether a key is one that dblp gives to a paper of arXiv."""
    return key.lower().startswith(f"{CORR}/")


def is_stream(key: str) -> bool:
    """Says whether a key is one of dblp's conferences and journals, such as `conf/nips`."""
    return STREAM.fullmatch(key) is not None


def stream_of(key: str) -> str:
    """Returns where the work of dblp's key appeared: `conf/nips` of `conf/nips/RenHGS15`."""
    found = DBLP_KEY.fullmatch(key)
    return found[1] if found else ""


def kind_of_venue(key: str) -> str:
    """Returns the kind of a venue by dblp's key: `conference`, `journal`, `book`, `preprint`.

    `other` where its key tells none.
    """
    return "preprint" if key == CORR else _VENUE_KINDS.get(key.split("/")[0], "other")


def has_dot_segment(path: str) -> bool:
    """Says whether a browser would climb or fold the path.

    It does so for '.', '..' and a final slash.
    """
    return path.endswith("/") or any(part in (".", "..") for part in path.split("/"))


def is_plain(text: str) -> bool:
    """Says whether a text is non-empty and free of whitespace and control characters."""
    return bool(text) and not any(
        char.isspace() or unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in text
    )
