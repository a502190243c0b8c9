"""The one place where the rest of the program meets the renderer."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup, escape
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.models import Author, Paper, PaperAuthor
from app.queries import identifiers
from app.queries.identifiers import KnownPaper
from app.queries.links.links import find_linked_papers
from app.queries.lists.own_entries import find_papers_by_citekeys
from app.references.identifiers import PaperRef
from app.rendering import (
    KnownPapers,
    Preview,
    Rendered,
    RenderError,
    preview,
    render,
    render_inline,
)
from app.statements import connection_of, read_rows
from app.text.person_names import surname

NONE_KNOWN = KnownPapers()
_FIRST_AUTHORS = (  # built once: each text with links runs it
    select(Paper.key, Paper.year, func.coalesce(PaperAuthor.name, Author.name))
    .join(PaperAuthor, PaperAuthor.paper_id == Paper.id)
    .join(Author, Author.id == PaperAuthor.author_id)
    .where(Paper.key.in_(bindparam("keys", expanding=True)), PaperAuthor.position < 3)
    .order_by(Paper.key, PaperAuthor.position)
)


@dataclass(frozen=True)
class TextOwner:
    """Whose text it is, and which: who writes may use their own citation keys.

    Where such a key has led once, it leads as long as it stands in the text, also when its writer
    has another list by then.

    Attributes:
        user_id: the writer, whose list is asked; `None` asks for none.
        summary_id: the summary, whose links are asked first.
    """

    user_id: int | None = None
    summary_id: int | None = None

    def find(self, session: Session, keys: Collection[str]) -> dict[str, KnownPaper]:
        """What keys mean here that the library does not know."""
        found: dict[str, KnownPaper] = {}
        if self.summary_id is not None:
            found.update(find_linked_papers(session, self.summary_id, keys))
        if self.user_id is not None:
            rest = [key for key in keys if key not in found]
            found.update(find_papers_by_citekeys(session, self.user_id, rest))
        return found


NOBODY = TextOwner()


@dataclass(frozen=True)
class RenderedText(Rendered):
    """A rendered summary, and what it says of papers.

    Attributes:
        refs: the papers that it links to.
        known: those of them that were here when it was rendered.
        owner: whose own keys it may use.
    """

    refs: frozenset[PaperRef] = frozenset()
    known: KnownPapers = NONE_KNOWN
    owner: TextOwner = NOBODY


def render_text(session: Session, text: str, owner: TextOwner = NOBODY) -> RenderedText:
    """Render a summary with its links to papers.

    Links that name a paper otherwise than by its key lead to it.

    Ids in it begin with a hash of the text, so that several texts fit on one page.

    Args:
        text: Markdown with LaTeX.
        owner: whose own keys it may use.

    Raises:
        RenderError: for a text that is too large or too deeply nested, with the line.
        RendererBusy: when the server has no time for it just now.
    """
    asked: list[tuple[frozenset[PaperRef], KnownPapers]] = []

    def find(refs: frozenset[PaperRef]) -> KnownPapers:
        asked.append((refs, _find_papers(session, refs, owner)))
        return asked[-1][1]

    site_url = session.info["site_url"]
    rendered = render(text, find=find, site_url=site_url, id_prefix=_id_prefix(text))
    refs, known = asked[-1] if asked else (frozenset(), NONE_KNOWN)
    return RenderedText(**vars(rendered), refs=refs, known=known, owner=owner)


def is_current(
    session: Session, rendered: RenderedText, found: Mapping[PaperRef, KnownPaper]
) -> bool:
    """Whether a rendered text has the papers' present keys and labels.

    The caller holds `lock_papers`, so that this does not change any more.

    Args:
        found: the papers that its references mean now (`find_papers_of_text`).
    """
    return _label_papers(session, found) == rendered.known


def preview_text(
    session: Session, text: str, owner: TextOwner
) -> tuple[Preview, dict[PaperRef, str]]:
    """Render a text for its writer.

    Returns also the keys of those of its papers that are here.

    Raises:
        RenderError, Busy: as `render_text`.
    """
    keys: dict[PaperRef, str] = {}

    def find(refs: frozenset[PaperRef]) -> KnownPapers:
        known = _find_papers(session, refs, owner)
        keys.update(known.keys)
        return known

    site_url = session.info["site_url"]
    found = preview(text, find=find, site_url=site_url, id_prefix=_id_prefix(text))
    return found, keys


def render_lines(lines: Iterable[str], max_lines: int) -> list[Markup]:
    """Render the first few of some lines; the others are shown as they were typed.

    So is everything from the first line on that the renderer refuses, or has no time for.
    """
    found: list[Markup] = []
    for line in lines:
        html = escape(line)
        if len(found) < max_lines:
            try:
                html = Markup(render_inline(line))  # noqa: S704  (the renderer's own)
            except RenderError:
                max_lines = 0
        found.append(html)
    return found


def _id_prefix(text: str) -> str:
    return f"s{hashlib.sha256(text.encode()).hexdigest()[:8]}-"


def find_papers_of_text(
    session: Session, refs: Iterable[PaperRef], owner: TextOwner
) -> dict[PaperRef, KnownPaper]:
    """The papers that references (without their user) in a text mean.

    A key of the library means its paper, whatever its writer calls by it.
    """
    refs = list(refs)
    known = identifiers.find_papers(session, refs, unsure=True)
    keys = {
        ref.value: ref
        for ref in (each.without_user() for each in refs)
        if ref.kind == "key" and ref not in known
    }
    own = owner.find(session, keys)
    return {**known, **{keys[key]: paper for key, paper in own.items()}}


def _find_papers(session: Session, refs: frozenset[PaperRef], owner: TextOwner) -> KnownPapers:
    return _label_papers(session, find_papers_of_text(session, refs, owner))


def _label_papers(session: Session, found: Mapping[PaperRef, KnownPaper]) -> KnownPapers:
    keys = {ref: paper.key for ref, paper in found.items()}
    return KnownPapers(keys, load_citation_labels(session, set(keys.values())) if keys else {})


def load_citation_labels(session: Session, keys: set[str]) -> dict[str, str]:
    """What a citation reads: `Girshick 2015`, `Kingma & Welling 2013`, `Ren et al. 2015`.

    A paper without authors has none, and is cited by its key.
    """
    session.flush()
    found = read_rows(connection_of(session), _FIRST_AUTHORS, {"keys": list(keys)})
    labels = {}
    for key, rows in groupby(found, key=lambda row: row[0]):
        authors = [(year, surname(name)) for _, year, name in rows]
        names = [name for _, name in authors]
        shown = " & ".join(names) if len(names) < 3 else f"{names[0]} et al."
        labels[key] = f"{shown} {authors[0][0] or ''}".strip()
    return labels


def render_alone(text: str) -> Rendered:
    """Render a summary without a library: links to papers elsewhere lead there."""
    return render(text)
