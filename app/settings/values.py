"""Values of settings as they stand in the environment."""

from __future__ import annotations

from collections.abc import Mapping

PREFIX = "SHORTLIST_"
EMAIL_ADDRESS = r"[\w.+-]{1,100}@[\w.-]{1,100}"


class ConfigError(Exception):
    """A setting that cannot be used; the message names it and says what would do."""


def read_number(given: Mapping[str, str], name: str, usual: int, lowest: int, highest: int) -> int:
    """A whole number between two others."""
    value = given.get(name, str(usual))
    if not value.isdecimal() or not lowest <= int(value) <= highest:
        raise ConfigError(
            f"{PREFIX}{name} must be a number from {lowest} to {highest}, not {value!r}."
        )
    return int(value)


def read_choice(given: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """One of some words, the first where none is given."""
    value = given.get(name, choices[0]).lower()
    if value not in choices:
        raise ConfigError(
            f"{PREFIX}{name} must be {', '.join(choices[:-1])} or {choices[-1]}, not {value!r}."
        )
    return value


def read_switch(given: Mapping[str, str], name: str, usual: str) -> bool:
    """Whether a switch is on; `usual` is `on` or `off`."""
    value = given.get(name, usual).lower()
    if value not in ("on", "off"):
        raise ConfigError(f"{PREFIX}{name} must be on or off, not {value!r}.")
    return value == "on"
