"""The licences that writers can be asked to publish under, by SPDX identifier."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Licence:
    """A licence for texts.

    Attributes:
        id: its SPDX identifier (https://spdx.org/licenses/).
        name: as readers know it.
        url: where its terms are.
    """

    id: str
    name: str
    url: str


def _creative_commons(terms: str) -> Licence:
    address = f"https://creativecommons.org/licenses/{terms.lower()}/4.0/"
    return Licence(f"CC-{terms}-4.0", f"CC {terms} 4.0", address)


_ALL = (
    *map(_creative_commons, ("BY", "BY-SA", "BY-NC", "BY-NC-SA", "BY-ND", "BY-NC-ND")),
    Licence("CC0-1.0", "CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
)
LICENCES = {each.id: each for each in _ALL}
