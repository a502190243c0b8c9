"""What a reader's list says of a paper, as lines that Zotero keeps.

We read them again.
`Read_Status` and `Read_Status_Date` are those of the add-on zotero-reading-list, which it reads in
the field "extra": the `note` of CSL-JSON, and `M2` of RIS, of which Zotero joins several with
semicolons. `Read_Priority`, `Read_Labels` and `Read_Remark` are ours. Labels come last, as a
semicolon may be in one; a comma may not. A remark may have any sign: it is a line by itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

PRIORITIES = {"low": 1, "medium": 2, "high": 3}
MAX_CHARS = 20_000  # that are looked at
_LABELS = re.compile(r"Read_Labels:[ \t]*(.*)")
_REMARK = re.compile(r"^Read_Remark:[ \t]*(.*)$", re.MULTILINE)
_FACT = re.compile(r"(Read_Status|Read_Status_Date|Read_Priority):[ \t]*([^\n;]*)")


@dataclass(frozen=True)
class ListedFacts:
    """Status, since when, priority, labels and remark; what is not said is empty.

    Attributes:
        status_date: as ISO 8601 has it.
        priority: low, medium, high, or empty.
    """

    status: str = ""
    status_date: str = ""
    priority: str = ""
    labels: tuple[str, ...] = ()
    remark: str = ""

    @property
    def priority_number(self) -> int:
        """As `ListedPaper.priority`."""
        return PRIORITIES.get(self.priority.lower(), 0)


def write_status(facts: ListedFacts) -> str:
    """The line of the status."""
    return f"Read_Status: {facts.status}" if facts.status else ""


def write_other_facts(facts: ListedFacts) -> list[str]:
    """The lines of what is said besides the status."""
    told = {
        "Read_Status_Date": facts.status_date,
        "Read_Priority": facts.priority,
        "Read_Labels": ", ".join(facts.labels),
    }
    return [f"{name}: {value}" for name, value in told.items() if value]


def write_remark(facts: ListedFacts) -> str:
    """The line of the remark."""
    return f"Read_Remark: {facts.remark}" if facts.remark else ""


def is_own_text(text: str) -> bool:
    """Whether a text begins with such lines."""
    return any(each.match(text) for each in (_FACT, _LABELS, _REMARK))


def read_own_facts(texts: Iterable[str]) -> ListedFacts:
    """What some texts say, each of them with its facts in lines or between semicolons."""
    found: dict[str, str] = {}
    labels: list[str] = []
    remark = ""
    for whole in (each[:MAX_CHARS] for each in texts):
        told = _REMARK.search(whole)
        remark = remark or ("" if told is None else told[1].strip())
        text = _REMARK.sub("", whole)
        listed = _LABELS.search(text)
        if listed is not None and not labels:
            labels = [name.strip() for name in listed[1].split(",")]
        for match in _FACT.finditer(_LABELS.sub("", text)):
            found.setdefault(match[1], match[2].strip())
    return ListedFacts(
        found.get("Read_Status", ""),
        found.get("Read_Status_Date", ""),
        found.get("Read_Priority", ""),
        tuple(dict.fromkeys(filter(None, labels))),
        remark,
    )


def remove_labels(words: Iterable[str], facts: ListedFacts) -> list[str]:
    """Keywords without the labels that stand behind them, each of which is there once."""
    words = list(words)
    left = Counter(facts.labels)
    found: list[str] = []
    for word in reversed(words):
        if left[word]:
            left[word] -= 1
        else:
            found.append(word)
    return found[::-1]
