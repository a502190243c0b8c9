"""JabRef's tree of groups, and in which groups an entry is.

The tree is a comment of the file, `jabref-meta: grouping:` (`groupstree:` in old ones), with one
group after the other: its depth, its kind, and what that kind needs, such as
`1 StaticGroup:Thesis;0;…`. Semicolons end groups, and within a group its parts; a backslash before
one keeps it, on either level. The second part is 0 for a group of its own, 1 for one that only has
what the group around it has too, and 2 for one that has what its inner groups have
(https://docs.jabref.org/finding-sorting-and-cleaning-entries/groups). Entries name their static
groups in `groups`; old files list the keys of entries in the tree. A keyword group has the entries
with a word in a field, an automatic one those with a keyword such as `Methods > Deep`. Groups by a
search, a regular expression, persons or a TeX file have nothing here but their inner groups.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.sources.lists.jabref_shelves import ShelfGroup, read_shelf_path
from app.sources.lists.listed_paper import MAX_DEPTH, MAX_NAME_CHARS, PATH_BREAK
from app.text.tex import plain

MAX_GROUPS = 5000  # of one tree
MAX_TREE_CHARS = 2_000_000
_REFINING, _INCLUDING = "1", "2"
_TREE = re.compile(r"@\s*comment\s*\{\s*jabref-meta:\s*(?:grouping|groupstree):", re.IGNORECASE)
_BRACES = re.compile(r"[{}]")
_PART = re.compile(r"((?:\\.|[^\\;])*)(?:;|\\?\Z)", re.DOTALL)
_NAME = re.compile(r"(?:\\.|[^\\,;]|\\\Z)+", re.DOTALL)
_KEPT_BREAK = re.compile(r"\\([,;])")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_GROUP = re.compile(r"\s*(\d{1,5})\s+(\w+):(.*)", re.DOTALL)
_STATIC = ("StaticGroup", "ExplicitGroup")


@dataclass(frozen=True)
class _Group:
    path: str
    around: int  # the place of the group around it; -1 for none
    hierarchy: str
    has_entries: bool  # whether it is told here which
    is_shelf: bool = False


class GroupTree:
    """The groups of one file; one without a tree has none."""

    def __init__(self, groups: Iterable[tuple[int, str, list[str]]] = ()) -> None:
        self._groups: list[_Group] = []
        self._by_name: defaultdict[str, list[int]] = defaultdict(list)
        self._by_key: defaultdict[str, list[int]] = defaultdict(list)
        self._by_word: defaultdict[str, dict[str, list[tuple[int, str]]]] = defaultdict(dict)
        self._automatic: list[tuple[int, str, str, str]] = []
        open_groups: list[tuple[int, int]] = []  # depth and place of those around the next one
        for depth, kind, parts in groups:
            while open_groups and open_groups[-1][0] >= depth:
                open_groups.pop()
            if kind == "AllEntriesGroup":
                continue
            around = open_groups[-1][1] if open_groups else -1
            open_groups.append((depth, len(self._groups)))
            self._add(kind, parts, around)

    def _add(self, kind: str, parts: list[str], around: int) -> None:
        written, hierarchy, *rest = [*parts, *[""] * 6]
        number, name = len(self._groups), _read_name(written)[: 2 * MAX_NAME_CHARS]
        has_entries = kind in _STATIC
        if kind in _STATIC:
            self._by_name[name].append(number)
            for key in rest if kind == "ExplicitGroup" else ():
                if key:
                    self._by_key[key].append(number)
        elif kind == "KeywordGroup" and rest[3] != "1":  # of a regular expression nothing is told
            field, word, is_exact = rest[:3]
            by_word = self._by_word[field.strip().lower()]
            found = by_word.setdefault(_fold(word), [])
            found.append((number, plain(word) if is_exact == "1" else ""))
            has_entries = True
        elif kind == "AutomaticKeywordGroup":
            field, break_, inner_break = rest[:3]
            self._automatic.append((number, field.strip().lower(), break_ or ",", inner_break))
        path, is_shelf = self._find_path(around, name), False
        if kind == "StaticGroup":
            path, is_shelf = read_shelf_path(name, rest[3], path)
        self._groups.append(_Group(path, around, hierarchy.strip(), has_entries, is_shelf))

    def list_shelves(self) -> set[str]:
        """The paths of the groups that were shelves here."""
        return {group.path for group in self._groups if group.is_shelf}

    def _find_path(self, around: int, name: str) -> str:
        outer = self._groups[around].path.split(PATH_BREAK) if around >= 0 else []
        return PATH_BREAK.join(filter(None, [*outer, name][-MAX_DEPTH:]))

    def find_paths(self, key: str, fields: Mapping[str, str], names: Iterable[str]) -> list[str]:
        """The paths of the groups of an entry.

        Args:
            fields: with TeX.
            names: that it gives its groups; one that the tree does not have is a path by itself.
        """
        told = [name for name in names if name not in self._by_name]
        found = {each for name in names for each in self._by_name.get(name, ())}
        found.update(self._by_key.get(key, ()))
        for name, by_word in self._by_word.items():
            found.update(_match(by_word, fields.get(name, "")))
        inside = self._apply_hierarchy(found)
        paths = [self._groups[number].path for number in sorted(inside)]
        return list(dict.fromkeys([*paths, *told, *self._find_automatic(fields)]))

    def _apply_hierarchy(self, found: set[int]) -> set[int]:
        inside: set[int] = set()
        for number in sorted(found):  # the outer one comes first
            group = self._groups[number]
            outer = self._groups[group.around] if group.around >= 0 else None
            is_narrow = group.hierarchy == _REFINING and outer is not None and outer.has_entries
            if not is_narrow or group.around in inside:
                inside.add(number)
        for number in sorted(inside):
            around = self._groups[number].around
            for _ in range(MAX_DEPTH):
                if around < 0 or self._groups[around].hierarchy != _INCLUDING:
                    break
                inside.add(around)
                around = self._groups[around].around
        return inside

    def _find_automatic(self, fields: Mapping[str, str]) -> Iterator[str]:
        """Of keywords with inner ones; others are offered as keywords anyway."""
        for number, name, break_, inner_break in self._automatic[:MAX_DEPTH]:
            for word in fields.get(name, "").split(break_):
                inner = [plain(each) for each in word.split(inner_break)] if inner_break else []
                if len(inner) > 1:
                    names = [self._groups[number].path, *inner]
                    yield PATH_BREAK.join(filter(None, names[-MAX_DEPTH:]))


def split_names(text: str) -> list[str]:
    """The groups or keywords in a field, between commas or semicolons.

    JabRef writes a backslash before one that belongs to a name.
    """
    return [name for part in _NAME.findall(text) if (name := _read_name(part))]


def read_group_tree(text: str) -> GroupTree:
    """The tree of a file; what is no group in it is passed over.

    Args:
        text: of the file, as `clean_bibtex` leaves it.
    """
    head = _TREE.search(text)
    if head is None:
        return GroupTree()
    written = _read_comment(text, head.end()).replace("\n", "")  # old versions wrap lines
    return GroupTree(_read_groups(written))


def _read_name(text: str) -> str:
    return plain(_KEPT_BREAK.sub(r"\1", text))


def _read_comment(text: str, start: int) -> str:
    depth, limit = 1, start + MAX_TREE_CHARS
    for brace in _BRACES.finditer(text, start, limit):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return text[start : brace.start()]
    end = text.find("\n}", start, limit)  # a name with one brace
    return text[start:end] if end >= 0 else ""


def _read_groups(text: str) -> Iterator[tuple[int, str, list[str]]]:
    for count, line in enumerate(_split(text)):
        if count >= MAX_GROUPS:
            return
        if group := _GROUP.fullmatch(line):
            yield int(group[1]), group[2], list(_split(group[3]))


def _split(text: str) -> Iterator[str]:
    at = 0
    while at < len(text) and (part := _PART.match(text, at)):
        yield _ESCAPED.sub(r"\1", part[1])
        at = part.end()


def _match(by_word: Mapping[str, list[tuple[int, str]]], value: str) -> Iterator[int]:
    """The keyword groups with a word of a field: one between commas, or between spaces."""
    whole = [plain(each) for each in re.split(r"[,;]", value)]
    for word in {*whole, *(part for each in whole for part in each.split())}:
        for number, exact in by_word.get(_fold(word), ()):
            if not exact or exact == word:
                yield number


def _fold(word: str) -> str:
    return plain(word).casefold()


def write_group_tree(names: Iterable[str], shelves: Iterable[ShelfGroup] = ()) -> str:
    """A tree of static groups, and in it those of shelves; empty for none."""
    lines = [_write_group(1, name) for name in names]
    told = {group.path: group.description for group in shelves}
    # Each one stands behind those around it.
    paths = {path[:end] for path in told for end in range(1, len(path) + 1)}
    lines += [_write_group(len(path), path[-1], told.get(path, "")) for path in sorted(paths)]
    tree = f"0 AllEntriesGroup:;\n{''.join(lines)}"
    return f"@Comment{{jabref-meta: grouping:\n{tree}}}\n" if lines else ""


def _write_group(depth: int, name: str, description: str = "") -> str:
    parts = f"{_escape(name)};0;1;;;{_escape(description)};"
    return f"{depth} StaticGroup:{_escape(parts)};\n"


def _escape(text: str) -> str:
    return re.sub(r"[\\;]", r"\\\g<0>", _BRACES.sub("", text))
