"""The labels, collections and keywords of a list, told apart and chosen for a preview."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from app.models.papers.list_label import MAX_LABEL_CHARS
from app.sources.lists.listed_paper import MAX_DEPTH, MAX_NAME_CHARS, MAX_NAMES, PATH_BREAK
from app.text.folding import fold_label
from app.text.lines import visible_line

MAX_COLLECTIONS = 5000  # that are counted: with those around it, the path of one is 10 KB
MAX_LABEL_CHOICES = 300
MAX_COLLECTION_CHOICES = 200
MAX_STATUS_WORDS = 30  # that can be mapped; others count as none
KINDS = ("label", "collection", "keyword")


def tidy_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names as labels can be called, each once."""
    return tuple(dict.fromkeys(filter(None, map(tidy_label, names[:MAX_NAMES]))))


def tidy_label(name: str) -> str:
    """A name as a label can be called: a comma would end one."""
    return _clean_label(name)[:MAX_LABEL_CHARS].strip()


def is_too_long(name: str) -> bool:
    """Whether a label cannot have all of a name."""
    return len(_clean_label(name)) > MAX_LABEL_CHARS


def _clean_label(name: str) -> str:
    return visible_line(name.replace(",", " ").replace('"', " "))


def tidy_path(path: str) -> str:
    """The path of a collection as it can be kept, which may be empty."""
    return PATH_BREAK.join(
        name[:MAX_NAME_CHARS].strip()
        for part in path.split(PATH_BREAK)[-MAX_DEPTH:]
        if (name := visible_line(part))
    )


class Collections:
    """The collections of one list, of which each path is looked at once.

    The rows of a list may name them millions of times, and a few thousand count. Those beyond the
    limit are left out, which costs no more than finding that they are unknown.
    """

    def __init__(self) -> None:
        self.rows: Counter[str] = Counter()  # with each one, by its folded path
        self.shelves: set[str] = set()  # the folded paths of those that were some
        self.shortened: set[str] = set()  # the labels, folded, that were longer in the list
        self.spellings: dict[str, str] = {}
        self._tidied: dict[str, str] = {}  # by the paths as they came
        self._folded: dict[str, str] = {}  # by the tidied paths

    def tidy(self, paths: Sequence[str]) -> tuple[str, ...]:
        """The paths of a row that can be kept, each once."""
        found = map(self._find, dict.fromkeys(paths[:MAX_NAMES]))
        return tuple(dict.fromkeys(filter(None, found)))

    def tidy_labels(self, names: Sequence[str]) -> tuple[str, ...]:
        """The labels of a row as they can be called, each once."""
        self.shortened.update(fold_label(tidy_label(name)) for name in names if is_too_long(name))
        return tidy_names(names)

    def count(self, paths: Sequence[str], shelves: Sequence[str] = ()) -> None:
        """Count a row in its collections, some of which were shelves, by their tidied paths."""
        self.shelves.update(self._folded[path] for path in shelves)
        for folded in {self._folded[path] for path in paths}:
            self.rows[folded] += 1

    def _find(self, path: str) -> str:
        if path in self._tidied:
            return self._tidied[path]
        if max(len(self._tidied), len(self.rows)) >= MAX_COLLECTIONS:
            return ""
        tidied = self._tidied[path] = tidy_path(path)
        self._folded[tidied] = fold_path(tidied)
        self._note(tidied)
        return tidied

    def _note(self, path: str) -> None:
        """Note a collection and those around it, which can be chosen too."""
        while path:
            folded = fold_path(path)
            self.rows[folded] += 0
            self.spellings.setdefault(folded, path)
            path = find_parent(path)


def fold_path(name: str) -> str:
    """A label, or the path of a collection, as they are told apart."""
    return PATH_BREAK.join(fold_label(part) for part in name.split(PATH_BREAK))


def find_parent(path: str) -> str:
    """The path of the collection around one; empty for an outermost one."""
    return path.rpartition(PATH_BREAK)[0]


def find_name(path: str) -> str:
    """The own name of a collection, which is that of a label for it."""
    return path.rpartition(PATH_BREAK)[2]


def find_label(path: str) -> str:
    """The label that a collection becomes."""
    return tidy_label(find_name(path))


def choose_words(words: Counter[str]) -> list[tuple[str, int]]:
    """The words for statuses that can be mapped, and last that there is none."""
    said = [(word, count) for word, count in words.most_common() if word][:MAX_STATUS_WORDS]
    return [*said, *([("", words[""])] if words[""] else [])]


def choose_names(labels: Mapping[tuple[str, str], int]) -> list[tuple[tuple[str, str], int]]:
    """Those with the most rows, by kind; collections in the order of their paths."""
    most = sorted(labels.items(), key=lambda each: (KINDS.index(each[0][0]), -each[1], each[0][1]))
    folders = [each for each in most if each[0][0] == "collection"][:MAX_COLLECTION_CHOICES]
    others = [each for each in most if each[0][0] != "collection"][:MAX_LABEL_CHOICES]
    tree = sorted(folders, key=lambda each: each[0][1].split(PATH_BREAK))
    return sorted([*others, *tree], key=lambda each: KINDS.index(each[0][0]))
