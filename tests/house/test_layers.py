"""The floor plan: which layer and room may import which, what is pure, how large a room is.

Imports inside functions count, and a name that a package hands on counts as its home's.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.helpers.syntax import parse_file

ROOT = Path(__file__).parents[2]
APP = ROOT / "app"
TESTS = ROOT / "tests"
MAX_MODULES = 15  # in a room, `__init__.py` not counted

# From the top to the bottom. What stands on one line may not import each other.
LAYERS: list[set[str]] = [
    {"app.cli"},
    {"app.serving"},
    {"app.wsgi"},
    {"app.server"},
    {"app"},
    {"app.views"},
    {"app.services"},
    {"app.queries"},
    {"app.search"},
    {"app.models"},
    {"app.cache"},
    {"app.db"},
    {"app.engines", "app.entities"},
    {"app.statements"},
    {"app.prepared_statements"},
    {"app.change_log", "app.write_queue"},
    {"app.rendering", "app.sources"},
    {"app.references"},
    {"app.text"},
    {"app.config", "app.garbage", "app.logs", "app.paths"},
    {"app.licences"},
    {"app.settings"},
]
# The same inside a layer, by room. "" is what lies in the layer's own folder, but for modules that
# are named here themselves.
ROOMS: dict[str, list[set[str]]] = {
    "app.views": [
        {"registry"},
        {"exports"},
        {"shelves"},
        {"accounts", "lists", "pictures", "site"},
        {"accounts.sign_in"},
        {"summaries"},
        {"catalogue", "papers"},
        {"maps"},
        {"parts"},
        {"assets"},
        {"http"},
        {""},
    ],
    "app.services": [
        {"operation.jobs"},
        {"operation.backup", "operation.doctor"},
        {"operation"},
        {"operation.fonts"},
        {"bibliography"},
        {"importing.lists"},
        {"dblp", "exporting", "importing", "lookup", "moderation", "providers"},
        {"accounts.sign_in"},
        {"accounts", "comments", "papers"},
        {"lists", "shelves"},
        {"summaries.files"},
        {"summaries"},
        {"pictures"},
        {"accounts.licences", "notices", "votes"},
        {"changes"},
        {"links", "mail", "retractions", "search_index", "similar"},
        {"counters"},
        {""},
    ],
    "app.queries": [
        {"lists"},
        {"search"},
        {"catalogue", "links", "shelves"},
        {""},
    ],
    "app.models": [
        {"summaries"},
        {"papers"},
        {""},
    ],
    "app.rendering": [
        {"sandbox"},
        {"markdown", "short_texts"},
        {"caps", "parser", "pictures"},
        {"links", "sanitizer"},
        {"blocks"},
        {"math"},
        {"inline"},
        {"math.tex.packages"},
        {"math.tex"},
        {""},
    ],
    "app.sources": [
        {"lists"},
        {"formats", "lookup"},
        {"bibtex", "dblp_dump"},
        {""},
    ],
}
# Leaves are pure: of `app` they import only leaves below them; anyone may import them.
LEAVES = {"app.rendering", "app.sources", "app.references", "app.text"}
IMPURE = {
    "asyncio", "flask", "http", "multiprocessing", "os", "pathlib", "shutil", "signal", "socket",
    "sqlalchemy", "sqlite3", "ssl", "subprocess", "tempfile", "time", "urllib.request",
}  # fmt: skip
CLOCKS = {"now", "today", "utcnow"}
# Modules of leaves that have effects; of all other layers only services may import them.
EFFECTS = {
    "app.rendering.sandbox.processes": "starts the processes that render",
    "app.rendering.sandbox.child": "starts processes that can be stopped",
    "app.rendering.sandbox.worker": "is the program of such a process",
    "app.sources.lookup.connection": "connects to the outside",
    "app.sources.lookup.fetch": "asks the outside",
    "app.sources.dblp_dump.reader": "reads dblp's file",
    "app.sources.dblp_dump.stream": "reads dblp's file",
}

# What breaks the plan today, as (importing, imported) or (module, impure thing). Only ever shorter.
KNOWN_CLIMBS: set[tuple[str, str]] = set()
KNOWN_IMPURE: set[tuple[str, str]] = set()
KNOWN_EFFECTS: set[tuple[str, str]] = set()
KNOWN_CIRCLES: set[frozenset[str]] = set()


@cache
def modules() -> dict[str, Path]:
    """All modules of `app` by their dotted names."""
    found = {}
    for path in sorted(APP.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    return found


@cache
def handed_on(package: str) -> dict[str, str]:
    """The names that a package's `__init__` only hands on, and the modules they are from."""
    path = modules().get(package)
    if path is None or path.name != "__init__.py":
        return {}
    return {
        alias.asname or alias.name: node.module
        for node in parse_file(path).body
        if isinstance(node, ast.ImportFrom) and node.module in modules()
        for alias in node.names
    }


@cache
def imports(module: str) -> frozenset[str]:
    """The modules of `app` that a module imports, anywhere in its text."""
    found = set()
    for node in ast.walk(parse_file(modules()[module])):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module} imports by dots; name the module in full"
            base = node.module or ""
            for alias in node.names:
                full = f"{base}.{alias.name}"
                found.add(full if full in modules() else handed_on(base).get(alias.name, base))
    return frozenset(name for name in found if name in modules() and name != module)


def layer(module: str) -> str:
    """The layer of a module, such as `app.services`."""
    return ".".join(module.split(".")[:2])


def room(module: str) -> str:
    """The room of a module within its layer, such as `papers`; "" in the layer's own folder."""
    parts = module.split(".")
    own = ".".join(parts[2:])
    if modules()[module].name == "__init__.py" or rank(own, ROOMS[layer(module)]) is not None:
        return own
    return ".".join(parts[2:-1])


def rank(name: str, order: list[set[str]]) -> int | None:
    """How far from the top a name stands in an order."""
    return next((number for number, names in enumerate(order) if name in names), None)


def climbs() -> set[tuple[str, str]]:
    """Imports that do not go down, between layers or between the rooms of one."""
    found = set()
    for module in modules():
        for name in imports(module):
            here, there = layer(module), layer(name)
            if here != there:
                order, one, other = LAYERS, here, there
            elif here in ROOMS and here not in {module, name}:
                order, one, other = ROOMS[here], room(module), room(name)
                if one == other:
                    continue
            else:
                continue
            above, below = rank(one, order), rank(other, order)
            assert above is not None, f"{one} of {here} has no place on the floor plan"
            assert below is not None, f"{other} of {there} has no place on the floor plan"
            if below <= above:
                found.add((module, name))
    return found


def impurities() -> set[tuple[str, str]]:
    """What pure modules use of the world: modules of Python, and clocks."""
    found = set()
    for module, path in modules().items():
        if layer(module) not in LEAVES or module in EFFECTS:
            continue
        for node in ast.walk(parse_file(path)):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            elif isinstance(node, ast.Attribute) and node.attr in CLOCKS:
                found.add((module, node.attr))
            for name in names:
                if {name, name.split(".")[0]} & IMPURE:
                    found.add((module, name))
    return found


def effectual() -> set[tuple[str, str]]:
    """Who imports a module of effects, and is neither a service nor in the same leaf."""
    return {
        (module, name)
        for module in modules()
        for name in imports(module)
        if name in EFFECTS and layer(module) not in {"app.services", layer(name)}
    }


def circles() -> set[frozenset[str]]:
    """Sets of modules that import each other in a circle."""
    reached: dict[str, set[str]] = {}
    for module in modules():
        seen: set[str] = set()
        queue = list(imports(module))
        while queue:
            name = queue.pop()
            if name not in seen:
                seen.add(name)
                queue += imports(name)
        reached[module] = seen
    return {
        frozenset(other for other in seen if module in reached[other])
        for module, seen in reached.items()
        if module in seen
    }


def told(found: set[tuple[str, str]], known: set[tuple[str, str]]) -> str:
    """What is new, and what is cured and may leave its list."""
    new = [f"{one} -> {other}" for one, other in sorted(found - known)]
    cured = [
        f"cured, take it off the list: {one} -> {other}" for one, other in sorted(known - found)
    ]
    return "\n".join([*new, *cured])


def test_the_walk_sees_the_whole_program() -> None:
    assert {"app.views.papers.paper", "app.services.summaries.publishing"} <= set(modules())
    # Inside a function.
    assert "app.services.operation.sample" in imports("app.cli")
    # Handed on by a package.
    assert "app.references.parsing" in imports("app.services.papers.facts")


def test_every_layer_has_its_place() -> None:
    assert {layer(name) for name in modules()} <= set().union(*LAYERS)


@pytest.mark.slow
def test_imports_go_down() -> None:
    assert climbs() == KNOWN_CLIMBS, told(climbs(), KNOWN_CLIMBS)


def test_leaves_are_pure() -> None:
    assert impurities() == KNOWN_IMPURE, told(impurities(), KNOWN_IMPURE)


def test_effects_are_for_services() -> None:
    assert effectual() == KNOWN_EFFECTS, told(effectual(), KNOWN_EFFECTS)
    assert set(EFFECTS) <= set(modules())


def test_there_is_no_circle() -> None:
    assert circles() == KNOWN_CIRCLES


@pytest.mark.parametrize("top", [APP, TESTS], ids=["app", "tests"])
def test_rooms_are_small(top: Path) -> None:
    folders = {path.parent for path in top.rglob("*.py")}
    for folder in folders:
        inside = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        assert len(inside) <= MAX_MODULES, f"{folder} holds {len(inside)} modules"


def test_every_room_says_what_is_in_it() -> None:
    for module, path in modules().items():
        if path.name == "__init__.py":
            assert ast.get_docstring(parse_file(path)), f"{module} has no docstring"


@pytest.mark.slow
def test_tests_share_helpers_alone() -> None:
    for path in sorted(TESTS.rglob("*.py")):
        for node in ast.walk(parse_file(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests"):
                names = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
                assert not any(name.startswith("test_") or name == "conftest" for name in names), (
                    f"{path} imports from another test module: {node.module}"
                )
