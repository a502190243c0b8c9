"""BibTeX and biblatex with what a reader of JabRef, Mendeley or Zotero noted in them.

Mendeley has folders, "Thesis/Chapter 2", in `mendeley-groups`, and the reader's own words in
`mendeley-tags`; `keywords` may repeat these. JabRef's special fields: https://docs.jabref.org/finding-sorting-and-cleaning-entries/specialfields
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from app.references.own_lines import PRIORITIES
from app.sources.bibtex.reading import BadEntry, clean_bibtex, scan_entries
from app.sources.lists.jabref_groups import read_group_tree, split_names
from app.sources.lists.listed_paper import PATH_BREAK, ListedPaper, read_moment
from app.sources.lists.statuses import split_status
from app.sources.record import PaperRecord
from app.text.tex import paragraphs, plain

# JabRef has prio1 for the highest.
_PRIORITIES = {"prio1": 3, "prio2": 2, "prio3": 1, **PRIORITIES}
_NOTES = ("annote", "annotation", "review", "comment")
_ADDED = ("creationdate", "timestamp", "date-added")


def read_bibtex_list(text: str) -> Iterator[ListedPaper | BadEntry]:
    """The entries of a text of any size, with their keys as written."""
    text = clean_bibtex(text)
    tree = read_group_tree(text)
    shelves = tree.list_shelves()
    for whole, entry in scan_entries(text):
        if isinstance(entry, BadEntry):
            yield entry
            continue
        groups = split_names(whole.fields.get("groups", ""))
        paths = tree.find_paths(whole.key, whole.fields, groups)
        paths += _read_folders(whole.fields.get("mendeley-groups", ""))
        row = _read_entry(entry.line, whole.key, whole.fields, entry.record, paths)
        yield replace(row, shelves=tuple(path for path in paths if path in shelves))


def _read_entry(
    line: int,
    key: str,
    fields: Mapping[str, str],
    record: PaperRecord,
    collections: Sequence[str],
) -> ListedPaper:
    told = plain(fields.get("readstatus", "")) or plain(fields.get("read_status", ""))
    words = split_names(fields.get("keywords") or fields.get("keyword", ""))
    tagged, tags = split_status(split_names(fields.get("mendeley-tags", "")))
    status, keywords = split_status(words)
    remark = plain(fields.get("remark", ""))
    notes = [
        _without_remark(paragraphs(text), remark)
        for name, text in fields.items()
        if name in _NOTES or name.startswith("comment-")
    ]
    added = (read_moment(fields.get(name, "")[:40]) for name in _ADDED)
    return ListedPaper(
        line=line,
        record=record,
        citekey=key,
        names=(record.key, *record.other_keys),
        status=told or tagged or status,
        added_at=next(filter(None, added), None),
        priority=_PRIORITIES.get(plain(fields.get("priority", "")).lower(), 0),
        remark=remark or _ranking(plain(fields.get("ranking", ""))),
        notes="\n\n".join(filter(None, notes)),
        labels=tags,
        collections=tuple(collections),
        keywords=tuple(word for word in keywords if word not in tags),
    )


def _read_folders(text: str) -> list[str]:
    """The paths of Mendeley's folders."""
    folders = (filter(None, map(str.strip, path.split("/"))) for path in split_names(text))
    return list(filter(None, map(PATH_BREAK.join, folders)))


def _without_remark(text: str, remark: str) -> str:
    """A note without the remark, with which `annote` begins in our own exports."""
    head, _, rest = text.partition("\n\n")
    return rest if remark and head == remark else text


def _ranking(text: str) -> str:
    found = re.fullmatch(r"rank([1-5])", text.strip().lower())
    return f"Ranking: {found[1]} of 5" if found else ""
