"""The README tells of every setting and command, and names nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.cli import main
from app.config import Config, ConfigError

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def settings() -> list[str]:
    with pytest.raises(ConfigError) as error:
        Config.from_environment({"SHORTLIST_NONE": "x"})
    return re.findall(r"SHORTLIST_[A-Z_]+", str(error.value).split(".", 1)[1])


def test_every_setting_is_documented() -> None:
    assert len(settings()) >= 9
    for name in settings():
        assert f"`{name}`" in README


def test_no_setting_is_made_up() -> None:
    tests_only = {"SHORTLIST_TEST_POSTGRESQL_URL"}
    assert set(re.findall(r"SHORTLIST_[A-Z_]+", README)) <= {*settings(), *tests_only}


def test_every_command_is_documented() -> None:
    for name in main.commands:
        assert f"shortlist {name}" in README


def test_every_room_is_on_the_map() -> None:
    for folder in (ROOT / "app").iterdir():
        if folder.is_dir() and folder.name != "__pycache__":
            assert f"{folder.name}/" in README


def test_paths_in_the_readme_exist() -> None:
    for path in re.findall(r"`((?:app|tests|templates|static|migrations)/[\w./-]*)`", README):
        assert (ROOT / path).exists(), path
