"""The numbers of equations, and `\\ref` and `\\eqref` that ask for them."""

from __future__ import annotations

import re

REFERENCE = re.compile(r"\\(ref|eqref|[cC]ref|autoref)\{([^{}\\\n$]{1,100})\}")
_PART = re.compile(
    r"\\label[ ]?\{(?P<label>[^{}\n]{1,100})\}|\\tag(?P<star>\*?)[ ]?\{(?P<tag>[^{}\n]{1,100})\}"
    r"|\\\\|\\[a-zA-Z]+"
)


class EquationNumbers:
    """What `\\tag` beside a `\\label` says, in all formulas of a text."""

    def __init__(self) -> None:
        self._numbers: dict[str, str] = {}

    def read(self, tex: str) -> None:
        """Reads the labels of a formula.

        In each of its rows a label belongs to the row's tag.
        """
        if "\\label" not in tex:
            return
        labels: list[str] = []
        number = ""
        for part in _PART.finditer(tex):
            if part["label"]:
                labels.append(part["label"].strip())
            elif part["tag"]:
                text = re.sub(r"\\[a-zA-Z]+|[\\{}$]", "", part["tag"]).strip()
                number = text if part["star"] else f"({text})"
            elif part[0] == "\\\\":
                self._keep(labels, number)
                labels, number = [], ""
        self._keep(labels, number)

    def _keep(self, labels: list[str], number: str) -> None:
        for label in labels:
            self._numbers.setdefault(label, number)

    def text(self, command: str, label: str) -> str:
        """What stands in the place of a reference.

        The label, where the equation has no number.
        """
        number = self._numbers.get(label.strip()) or f"({label.strip()})"
        bare = command == "ref" and number[0] == "(" and number[-1] == ")"
        return number[1:-1] if bare else number

    def fill_in(self, tex: str) -> str:
        """A formula with numbers in the place of the references in it."""
        if "ref" not in tex:
            return tex
        return REFERENCE.sub(lambda found: rf"\text{{{self.text(found[1], found[2])}}}", tex)
