"""What programs read of a paper's page.

Tags of its head, JSON-LD, and its facts as JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.models import Identifier, Paper, Summary
from app.queries.summary_entries import SummaryEntry
from app.references.addresses import outside_url
from app.references.own_lines import ListedFacts
from app.rendering import plain_takeaway
from app.sources.formats import csl_writing, schema_org
from app.sources.record import PaperRecord
from app.sources.retractions import Retraction

# In the HTML of a text, which the sanitiser wrote: a picture that this site keeps itself.
_PICTURES = "/pictures/"
_OWN_PICTURE = re.compile(rf'<img\b[^<>]*? src="({_PICTURES}[\w-]+\.(?:png|jpg))"')


@dataclass(frozen=True)
class Signpost:
    """A link for machines: where one finds what belongs to a paper (https://signposting.org)."""

    rel: str
    href: str
    type: str = ""


@dataclass(frozen=True)
class SharedPreview:
    """What other sites show of a page: a sentence, and perhaps a picture."""

    description: str
    image: str = ""


@dataclass(frozen=True)
class PublicFacts:
    """What is known here of a paper besides its record.

    Attributes:
        address: of its page here.
        identifiers: all of them.
        summaries: how many public ones it has.
        links_to, linked_from: keys of papers that its public summaries link to, and of those whose
            public summaries link here.
    """

    address: str
    identifiers: Sequence[Identifier]
    summaries: int
    links_to: Sequence[str]
    linked_from: Sequence[str]


def list_signposts(
    record: PaperRecord, address: str, formats: Iterable[tuple[str, str]]
) -> list[Signpost]:
    """The signposts of a paper's page.

    Args:
        address: of the page.
        formats: the end and the media type of each format that it is there in.
    """
    cited = next(
        (
            outside_url(kind, value)
            for kind, value in (("doi", record.doi), ("arxiv", record.arxiv_id))
            if value
        ),
        None,
    )
    return [
        Signpost("cite-as", cited or address),
        Signpost("type", "https://schema.org/ScholarlyArticle"),
        Signpost("type", "https://schema.org/AboutPage"),
        *(Signpost("author", f"https://orcid.org/{orcid}") for orcid in record.orcids if orcid),
        *(Signpost("describedby", f"{address}.{end}", kind) for end, kind in formats),
    ]


def make_preview(paper: Paper, entries: Sequence[SummaryEntry], site_url: str) -> SharedPreview:
    """What other sites show of a paper's page: its best summary, its first own picture.

    A picture elsewhere would be shown as ours, and without having been asked for.
    """
    if not entries:
        return SharedPreview(f"{paper.title}: no summary yet.")
    public = (entry.summary.html for entry in entries if entry.summary.visibility == "public")
    # Most texts have none, which is told in less time without a pattern.
    pictured = (html for html in public if _PICTURES in html)
    images = (found[1] for html in pictured if (found := _OWN_PICTURE.search(html)))
    image = next(images, None)
    best = entries[0].summary
    description = plain_takeaway(best.takeaway) or best.excerpt
    return SharedPreview(description, site_url + image if image else "")


def format_public_json(
    record: PaperRecord, facts: PublicFacts, note: str = "", own: ListedFacts | None = None
) -> str:
    """What everybody may know of a paper, as an item of CSL-JSON.

    What that format has no field for stands in its `custom`, as its schema wants it.

    Args:
        record: the paper, perhaps under a reader's own key.
        note, own: what the reader asked for besides.
    """
    item = csl_writing.item(record, note, own)
    item["custom"] = {
        "address": facts.address,
        "arxiv": record.arxiv_id or None,
        "identifiers": [
            {"kind": name.kind, "value": name.value, "url": outside_url(name.kind, name.value)}
            for name in facts.identifiers
        ],
        "linked_from": list(facts.linked_from),
        "links_to": list(facts.links_to),
        "published": None if record.published_on is None else record.published_on.isoformat(),
        "section": record.section or None,
        "summaries": facts.summaries,
        "venue": record.venue_key or None,
    }
    return json.dumps(item, ensure_ascii=False, indent=2) + "\n"


def build_linked_data(
    record: PaperRecord,
    retraction: Retraction | None,
    entries: Sequence[SummaryEntry],
    address: str,
    address_of: Callable[[Summary], str],
) -> dict[str, Any]:
    """A paper and its public summaries as JSON-LD, whoever looks at it.

    Args:
        entries: its summaries as the viewer sees them; what others do not see is left out.
        address: of its page here.
        address_of: gives the address of a summary.
    """
    reviews = [
        _review(entry, address_of(entry.summary))
        for entry in entries
        if entry.summary.visibility == "public"
    ]
    work = {"@context": "https://schema.org", "@id": address, **schema_org.article(record)}
    work |= schema_org.retraction_facts(retraction)
    return work | {"url": address} | ({"review": reviews} if reviews else {})


def _review(entry: SummaryEntry, address: str) -> dict[str, Any]:
    summary = entry.summary
    published = summary.published_at or summary.created_at
    found: dict[str, Any] = {
        "@type": "Review",
        "@id": address,
        "url": address,
        "datePublished": published.date().isoformat(),
        "dateModified": max(summary.edited_at or published, published).date().isoformat(),
        "reviewBody": summary.excerpt,
    }
    if summary.provenance.words:
        found["description"] = summary.provenance.words
    if summary.published_under is not None:
        found["license"] = summary.published_under.url
    # Its own writer sees their name on an anonymous one; this is what everybody sees.
    if entry.writer is not None and not summary.anonymous:
        found["author"] = {"@type": "Person", "name": entry.writer.display_name}
    return found
