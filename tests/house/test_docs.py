"""The documents tell of every setting and command, and name nothing that is not there."""

from __future__ import annotations

import importlib
import re
import tomllib
from pathlib import Path

import pytest

from app.cli import main
from app.config import Config
from app.settings.values import ConfigError

ROOT = Path(__file__).parents[2]
MAX_MAP_LINES = 60
NAMES = (
    "README.md",
    ".github/CONTRIBUTING.md",
    ".github/CHANGELOG.md",
    ".github/SECURITY.md",
    ".github/PULL_REQUEST_TEMPLATE.md",
)
DOCUMENTS = {name: (ROOT / name).read_text("utf-8") for name in NAMES}
README = DOCUMENTS["README.md"]
GUIDE = DOCUMENTS[".github/CONTRIBUTING.md"]
# What may change later without a lie: a change log tells of the past.
PRESENT = {name: text for name, text in DOCUMENTS.items() if name != ".github/CHANGELOG.md"}

FOLDERS = r"app|tests|templates|static|migrations|\.ci|\.github"
PATH = re.compile(rf"(?<![\w./-])(?:{FOLDERS})/[\w./-]*[\w/]")
DOTTED = re.compile(r"(?<![\w./-])(?:app|tests)(?:\.\w+)+")
LINK = re.compile(r"\]\((?!https?://|#)([^)\s]+)\)")


def settings() -> list[str]:
    with pytest.raises(ConfigError) as error:
        Config.from_environment({"SHORTLIST_NONE": "x"})
    return re.findall(r"SHORTLIST_[A-Z_]+", str(error.value).split(".", 1)[1])


def map_lines() -> list[str]:
    """The lines of the README's map of the code."""
    return README.split("## Map of the code\n\n```\n")[1].split("```")[0].splitlines()


def map_paths() -> list[str]:
    """The paths on the map, which its lines give by their indentation, one or two a line."""
    folders: list[str] = []
    found = []
    for line in map_lines():
        names = re.match(r" *((?:\S+/ )*\S+)", line)
        assert names is not None
        depth = (len(line) - len(line.lstrip(" "))) // 2
        for name in names[1].split():
            if found and not name.endswith("/"):
                break
            folders[depth:] = [name]
            found.append("".join(folders))
    return found


def is_there(dotted: str) -> bool:
    """Whether a dotted name is a module, or what a module of the program holds."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        path = ROOT.joinpath(*parts[:end])
        if path.with_suffix(".py").is_file() or (path / "__init__.py").is_file():
            held = parts[end:]
            break
    else:
        return False
    if not held:
        return True
    thing = importlib.import_module(".".join(parts[:end]))
    return len(held) == 1 and hasattr(thing, held[0])


def test_every_setting_is_documented() -> None:
    assert len(settings()) >= 9
    for name in settings():
        assert f"`{name}`" in README


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_setting_is_made_up(document: str) -> None:
    tests_only = {"SHORTLIST_TEST_POSTGRESQL_URL"}
    found = set(re.findall(r"SHORTLIST_[A-Z_]+", DOCUMENTS[document]))
    # Each provider has settings of its own.
    found = {re.sub(r"_SSO_[A-Z]+_", "_SSO_NAME_", each) for each in found}
    assert found <= {*settings(), *tests_only}


def test_every_command_is_documented() -> None:
    for name in main.commands:
        assert f"| `shortlist {name}" in README


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_command_is_made_up(document: str) -> None:
    named = re.findall(r"(?:`|bin/)shortlist ([a-z][a-z-]*)", DOCUMENTS[document])
    assert set(named) <= set(main.commands)


def test_every_room_is_on_the_map() -> None:
    rooms = {
        f"{path.parent.relative_to(ROOT).as_posix()}/"
        for path in (ROOT / "app").rglob("__init__.py")
    }
    assert rooms <= set(map_paths())


def test_what_is_on_the_map_is_there() -> None:
    paths = map_paths()
    assert len(map_lines()) <= MAX_MAP_LINES
    assert len(set(paths)) == len(paths)
    for path in paths:
        assert (ROOT / path).exists(), path
        assert (ROOT / path).is_dir() == path.endswith("/"), path


@pytest.mark.parametrize("document", PRESENT)
def test_paths_in_documents_are_there(document: str) -> None:
    for path in PATH.findall(PRESENT[document]):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("document", PRESENT)
def test_dotted_names_in_documents_are_there(document: str) -> None:
    for name in DOTTED.findall(PRESENT[document]):
        assert is_there(name), name


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_of_documents_lead_somewhere(document: str) -> None:
    for target in LINK.findall(DOCUMENTS[document]):
        assert ((ROOT / document).parent / target.split("#")[0]).exists(), target


def test_names_that_are_not_there_are_noticed() -> None:
    text = "see `app/nowhere/x.py`, `tests/house/`, app.config.Nothing and app.text.TEXT_VERSION."
    assert PATH.findall(text) == ["app/nowhere/x.py", "tests/house/"]
    assert [is_there(name) for name in DOTTED.findall(text)] == [False, True]
    assert not is_there("app.nowhere")
    assert is_there("tests.benchmarks")


def test_the_guide_names_the_rooms_that_a_change_touches() -> None:
    assert len(set(PATH.findall(GUIDE))) > 40


def test_the_gate_runs_the_test_command_of_the_readme() -> None:
    test = (ROOT / ".ci/test").read_text("utf-8")
    run = (ROOT / ".ci/run").read_text("utf-8")
    pattern = re.search(r"grep -x '(.+)' README\.md", test)
    assert pattern is not None
    lines = [line for line in README.splitlines() if re.fullmatch(pattern[1], line)]
    assert len(lines) == 1
    assert f"The tests:\n\n```sh\n{lines[0]}\n```" in README
    assert " .ci/check\n" in run
    assert "\n.ci/test " in run


def test_the_change_log_knows_this_version() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        version = tomllib.load(file)["project"]["version"]
    log = DOCUMENTS[".github/CHANGELOG.md"]
    assert re.search(rf"^## \[?{re.escape(version)}\]? ", log, re.MULTILINE)
