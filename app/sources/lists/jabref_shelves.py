"""Shelves as groups of JabRef, and how they are told from labels.

JabRef tells groups apart by their names alone. "A / B" is the group B in A where no other group is
called so; else it stands beside the others with its whole title. The description of the group says
that it is a shelf, and its title, which may have signs that end a name in `groups`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.sources.lists.listed_paper import MAX_DEPTH, NAME_BREAK, PATH_BREAK

_MARK = "Shelf: "
# Behind the name of a shelf that is not the only one.
_TWIN = re.compile(r" \(shelf(?: (\d{1,4}))?\)\Z")


@dataclass(frozen=True)
class ShelfGroup:
    """The group of a shelf.

    Attributes:
        path: its names from the outermost on.
    """

    path: tuple[str, ...]
    title: str

    @property
    def name(self) -> str:
        return self.path[-1]

    @property
    def description(self) -> str:
        return f"{_MARK}{self.title}"


def make_twin(name: str, number: int = 1) -> str:
    """What a shelf is called where something else is called so.

    Args:
        number: 1 for the shelf beside a label, from 2 on for one beside other shelves.
    """
    return f"{name} (shelf)" if number == 1 else f"{name} (shelf {number})"


def split_twin(name: str) -> tuple[str, int]:
    """The name and number that `make_twin` was given; 0 for a name as it is."""
    end = _TWIN.search(name)
    return (name[: end.start()], int(end[1] or 1)) if end else (name, 0)


def is_like_twin(name: str) -> bool:
    """Whether a name ends as that of a twin does."""
    return split_twin(name)[1] > 0


def name_twin(title: str, number: int) -> str:
    """The name by which an import knows the shelf of a title.

    It is the title, unless that has been used, or is like the name of a twin: this says with one
    more end that it is a title.

    Args:
        number: of the shelves of that title, from 1 on.
    """
    return make_twin(title, number) if number > 1 or is_like_twin(title) else title


def clean_group_name(name: str) -> str:
    """A name as the field `groups` can hold it, without commas and semicolons."""
    return " ".join(re.sub(r"[,;{}]", " ", name).split())


def make_shelf_groups(titles: Mapping[int, str], labels: Iterable[str]) -> dict[int, ShelfGroup]:
    """The groups of shelves by their numbers.

    Of those of one title all but the first are twins.

    Args:
        labels: the groups besides.
    """
    paths = {title: _split(title) for title in set(titles.values())}
    used = Counter({clean_group_name(label).casefold(): 2 for label in labels})
    # A name may stand in one place of the tree only.
    places = {path[:end] for path in paths.values() for end in range(1, len(path) + 1)}
    used.update(path[-1].casefold() for path in places)
    groups: dict[str, ShelfGroup] = {}
    for title, path in paths.items():
        is_single = all(used[name.casefold()] == 1 for name in path)
        if is_single and not is_like_twin(path[-1]):
            groups[title] = ShelfGroup(path, title)
            continue
        name = clean_group_name(title)
        is_used = used[name.casefold()] > 0 or is_like_twin(name)
        groups[title] = ShelfGroup((make_twin(name) if is_used else name,), title)
    times: Counter[str] = Counter()
    found = {}
    for number, title in sorted(titles.items()):
        times[title] += 1
        found[number] = groups[title]
        if times[title] > 1:
            name = make_twin(clean_group_name(title), times[title])
            found[number] = ShelfGroup((name,), title)
    return found


def read_shelf_path(name: str, description: str, path: str) -> tuple[str, bool]:
    """The path of a group as a collection, and whether it is a shelf.

    Args:
        path: as the tree has it, which counts when the group was renamed.
    """
    if not description.startswith(_MARK):
        return path, False
    title = description.removeprefix(_MARK).strip()
    bare, number = split_twin(name)
    if number and bare == clean_group_name(title):
        return make_twin(title, number), True
    is_same = name in (clean_group_name(title), _split(title)[-1])
    return name_twin(PATH_BREAK.join(_split_title(title)) if is_same else path, 1), True


def _split(title: str) -> tuple[str, ...]:
    return tuple(map(clean_group_name, _split_title(title)))


def _split_title(title: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in title.split(NAME_BREAK))
    is_path = len(parts) <= MAX_DEPTH and all(map(clean_group_name, parts))
    return parts if is_path else (title,)
