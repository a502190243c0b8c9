"""The labels, collections and keywords of a list, told apart and chosen for a preview."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from app.models.papers.list_label import MAX_LABEL_CHARS
from app.sources.lists.listed_paper import MAX_DEPTH, MAX_NAME_CHARS, MAX_NAMES, PATH_BREAK
from app.text.folding import fold_label
from app.text.lines import visible_line

MAX_LABEL_CHOICES = 300
MAX_COLLECTION_CHOICES = 200
KINDS = ("label", "collection", "keyword")


def tidy_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names as labels can be called, each once."""
    return tuple(dict.fromkeys(filter(None, map(tidy_label, names[:MAX_NAMES]))))


def tidy_label(name: str) -> str:
    """A name as a label can be called: a comma would end one."""
    return visible_line(name.replace(",", " ").replace('"', " "))[:MAX_LABEL_CHARS].strip()


def tidy_paths(paths: Sequence[str]) -> tuple[str, ...]:
    """Paths of collections that can be kept, each once."""
    tidied = (
        PATH_BREAK.join(
            name[:MAX_NAME_CHARS].strip()
            for part in path.split(PATH_BREAK)[-MAX_DEPTH:]
            if (name := visible_line(part))
        )
        for path in paths[:MAX_NAMES]
    )
    return tuple(dict.fromkeys(filter(None, tidied)))


def fold_path(name: str) -> str:
    """A label, or the path of a collection, as they are told apart."""
    return PATH_BREAK.join(fold_label(part) for part in name.split(PATH_BREAK))


def find_parent(path: str) -> str:
    """The path of the collection around one; empty for an outermost one."""
    return path.rpartition(PATH_BREAK)[0]


def find_label(path: str) -> str:
    """The label that a collection becomes: its own name."""
    return tidy_label(path.rpartition(PATH_BREAK)[2])


def choose_names(labels: Counter[tuple[str, str]]) -> list[tuple[tuple[str, str], int]]:
    """Those with the most rows, by kind; collections in the order of their paths."""
    most = sorted(labels.items(), key=lambda each: (KINDS.index(each[0][0]), -each[1], each[0][1]))
    folders = [each for each in most if each[0][0] == "collection"][:MAX_COLLECTION_CHOICES]
    others = [each for each in most if each[0][0] != "collection"][:MAX_LABEL_CHOICES]
    tree = sorted(folders, key=lambda each: each[0][1].split(PATH_BREAK))
    return sorted([*others, *tree], key=lambda each: KINDS.index(each[0][0]))
