"""The entries of a checked bibliography by what is to be said of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from app.services.bibliography.answers import WAITING
from app.services.bibliography.findings import DOUBTFUL, WRONG_DOI
from app.sources.retractions import RETRACTION, Retraction, from_json

# What may be wrong with an entry, the worst first, as links to these entries are called.
PROBLEMS = {
    "retracted": "Retracted",
    "concern": "Expression of concern",
    "malformed": "Malformed or repaired",
    "misnamed": "Identifier of another paper",
    "wrong_doi": "DOI of another paper",
    "doubtful": "DOI to check",
    "same": "Same work under two keys",
    "published": "Preprint, published since",
    "missing": "Missing fields",
    "uncited": "Never cited",
}
FILTERS = {
    "problems": "All problems",
    **PROBLEMS,
    "here": "In the library",
    "elsewhere": "Not in the library",
    "asked": "Asked at Crossref",
    "all": "All entries",
}


class FoundEntries:
    """The entries of a report, sorted into kinds."""

    def __init__(self, report: Mapping[str, Any]) -> None:
        self.report = report
        self.entries: list[dict[str, Any]] = report["entries"]

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {name: [] for name in FILTERS}
        for number, entry in enumerate(self.entries):
            for name in self.find_problems(entry):
                found[name].append(number)
            found["here" if entry["paper"] is not None else "elsewhere"].append(number)
            if entry["asked"]:
                found["asked"].append(number)
        in_order = (number for name in PROBLEMS for number in found[name])
        found["problems"] = list(dict.fromkeys(in_order))
        found["all"] = list(range(len(self.entries)))
        return found

    def list_places(self, name: str) -> list[int]:
        """The places of the entries of a kind; of problems, the worst first."""
        return self._places[name]

    def count(self, name: str) -> int:
        """How many entries are of a kind."""
        return len(self._places[name])

    def list_filters(self) -> list[tuple[str, str, int]]:
        """Name, label and number of entries of each kind that there is."""
        return [(name, label, self.count(name)) for name, label in FILTERS.items()]

    @cached_property
    def waiting(self) -> int:
        """About how many entries Crossref is to be asked yet."""
        return sum(entry["asked"] == WAITING for entry in self.entries)

    def retraction(self, entry: Mapping[str, Any]) -> Retraction | None:
        """The state of an entry's paper."""
        state = entry["retraction"]
        return None if state is None else from_json(state)

    def find_problems(self, entry: Mapping[str, Any]) -> list[str]:
        """The kinds of problems of an entry."""
        state = entry["retraction"]
        is_retracted = state is not None and state["nature"] == RETRACTION
        tests = {
            "retracted": is_retracted,
            "concern": state is not None and not is_retracted,
            "malformed": entry["problem"] or entry["notes"],
            "misnamed": entry["misnamed"],
            "wrong_doi": entry["asked"] == WRONG_DOI,
            "doubtful": entry["asked"] == DOUBTFUL,
            "same": entry["same"],
            "published": entry["published"],
            "missing": entry["missing"],
            "uncited": entry["is_uncited"],
        }
        return [name for name, is_so in tests.items() if is_so]
