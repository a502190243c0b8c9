"""Changes of single entries in the writer's own spacing; everything else stays as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.sources.bibtex.positions import TextEdit
from app.sources.bibtex.scanner import BibtexEntry
from app.sources.bibtex.values import FieldSpan
from app.text.tex import escape_tex

# What a preprint says of itself, and no publication does.
_PREPRINT = re.compile(r"arxiv|corr\b|abs/|preprint", re.IGNORECASE)
_VENUES = ("journal", "journaltitle", "booktitle", "howpublished")
_ADDED = ("volume", "number", "pages", "doi")
# Behind these nothing is added: they may be taken away.
_REMOVABLE = frozenset({"volume", "number", "month", "publisher", *_VENUES})


def can_mend(entry: BibtexEntry) -> bool:
    """Whether it is known where the entry's parts stand."""
    return entry.kind_at >= 0 and bool(entry.spans)


def add_fields(text: str, entry: BibtexEntry, fields: Mapping[str, str]) -> list[TextEdit]:
    """Write further fields behind the others, or into those that are empty.

    Args:
        fields: TeX by the names, without braces around it.
    """
    empty = {name: entry.spans[name] for name in fields if name in entry.spans}
    edits = [
        TextEdit(span.value_at, span.end, f"{{{fields[name]}}}") for name, span in empty.items()
    ]
    fields = {name: value for name, value in fields.items() if name not in empty}
    if not fields:
        return edits
    kept = [span for name, span in entry.spans.items() if name not in _REMOVABLE]
    last = max(kept or entry.spans.values(), key=lambda span: span.end)
    line_start = text.rfind("\n", 0, last.name_at) + 1
    indent = text[line_start : last.name_at]
    between = f"\n{indent}" if not indent.strip() and line_start else " "
    told = text[last.name_at : last.value_at]
    added = "".join(
        f",{between}{_named_like(told, name)}{{{value}}}" for name, value in fields.items()
    )
    return [*edits, TextEdit(last.end, last.end, added)]


def replace_field(text: str, entry: BibtexEntry, name: str, value: str) -> list[TextEdit]:
    """Give a field another value; nothing where there is no such field."""
    span = entry.spans.get(name)
    return _replacement(text, span, f"{{{value}}}") if span is not None else []


def add_note(text: str, entry: BibtexEntry, note: str) -> list[TextEdit]:
    """Say something in the entry's note, behind what it says already."""
    span = entry.spans.get("note")
    tex = escape_tex(note)
    if span is None:
        return add_fields(text, entry, {"note": tex})
    value = text[span.value_at : span.end]
    if value[:1] in '{"' and value[-1:] in '}"' and len(value) > 1:
        # A bare quotation mark would end a value that stands between two of them.
        tex = tex.replace('"', "''")
        return [TextEdit(span.end - 1, span.end - 1, f". {tex}" if value[1:-1].strip() else tex)]
    return [TextEdit(span.end, span.end, f" # {{. {tex}}}")]


def replace_preprint(
    text: str, entry: BibtexEntry, kind: str, fields: Mapping[str, str]
) -> list[TextEdit]:
    """Make an entry of a preprint one of its publication.

    Type, venue, year and what belongs to these; key, authors, title and eprint stay.

    Args:
        kind: the type of the publication.
        fields: those of the publication, as `writing.fields_of` gives them.
    """
    written = text[entry.kind_at : entry.kind_at + len(entry.kind)]
    shown = kind.capitalize() if written[0].isupper() else kind
    edits = [TextEdit(entry.kind_at, entry.kind_at + len(written), shown)]
    spans, new = entry.spans, dict(fields)
    venue = next((name for name in _VENUES if name in new), "")
    told = [name for name in _VENUES if name in spans]
    for name in told:
        if name == told[0] and venue:
            named = _named_like(text[spans[name].name_at : spans[name].value_at], venue)
            edits.append(TextEdit(spans[name].name_at, spans[name].end, f"{named}{{{new[venue]}}}"))
        else:
            edits.append(_removal(text, spans[name]))
    added = {} if told or not venue else {venue: new[venue]}
    year = next((name for name in ("year", "date") if name in spans), None)
    if year and "year" in new:
        edits += _replacement(text, spans[year], f"{{{new['year']}}}")
    elif "year" in new:
        added["year"] = new["year"]
    if "month" in spans and year != "date":
        month = new.get("month", "")
        removal = [_removal(text, spans["month"])]
        edits += _replacement(text, spans["month"], month) if month else removal
    for name in ("volume", "number", "publisher"):
        span = spans.get(name)
        if span and name not in new and _PREPRINT.search(text[span.value_at : span.end]):
            edits.append(_removal(text, span))
    for name in _ADDED:
        if name in new and name in spans:
            edits += _replacement(text, spans[name], f"{{{new[name]}}}")
        elif name in new:
            added[name] = new[name]
    return [*edits, *add_fields(text, entry, added)]


def _replacement(text: str, span: FieldSpan, value: str) -> list[TextEdit]:
    before = text[span.value_at : span.end]
    if before.strip('{}" ') == value.strip("{}"):
        return []
    return [TextEdit(span.value_at, span.end, value)]


def _removal(text: str, span: FieldSpan) -> TextEdit:
    """Take a field out, with its comma and its line."""
    start, end = span.name_at, span.end
    line_start = text.rfind("\n", 0, start) + 1
    found = re.compile(r"[ \t]*,?").match(text, end)
    end = found.end() if found else end
    rest = re.compile(r"[ \t]*\n").match(text, end)
    if not text[line_start:start].strip() and line_start and rest:
        return TextEdit(line_start, rest.end(), "")
    spaces = re.compile(r"[ \t]+(?=\S)").match(text, end)
    return TextEdit(start, spaces.end() if spaces else end, "")


def _named_like(told: str, name: str) -> str:
    """The name of a field up to its value, spaced as another one is."""
    found = re.fullmatch(r"([^\s=]+)(\s*)=(\s*)", told)
    if found is None:
        return f"{name} = "
    width = len(found[1] + found[2]) if len(found[2]) > 1 else 0
    between = "" if not found[2] else " "
    after = found[3] if "\n" not in found[3] else " "
    if found[1].isupper():
        name = name.upper()
    return f"{name + between:<{width}}={after}"
