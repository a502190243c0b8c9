"""HOUSE.md's arrows: imports go downward only, also those inside functions."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

APP = Path(__file__).parents[1] / "app"
# From the top to the bottom. What stands on one line may not import each other.
LAYERS = [
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
    {"app.db", "app.rendering", "app.sources"},
    {"app.config", "app.places", "app.references", "app.text"},
]
# They import nothing of the program but what is pure.
LEAVES = {"app.rendering", "app.sources"}
# A pure leaf touches nothing but what it is given, so every layer may import it.
PURE = {"app.references", "app.text"}
# Modules of the library by which a leaf would reach for something else.
EFFECTS = {
    *("sqlalchemy", "alembic", "flask", "werkzeug", "os", "pathlib", "socket", "subprocess"),
    *("threading", "multiprocessing", "tempfile", "shutil", "io", "time", "datetime", "random"),
    *("secrets", "logging", "urllib.request", "http", "sqlite3", "psycopg", "sys"),
}
# Parts of the regular expressions that describe arXiv identifiers, DOIs, dblp keys, ORCID iDs.
GRAMMAR = (
    *(r"\d{4}\.\d{4,5}", r"\d{4}[.]\d", r"arxiv\.org/", r"abs/(", r"10\.\d{4", r"doi\.org"),
    *("conf|journals", r"[A-Z]\d{2}-\d{4}", r"\d{4}-\d{4}-\d{4}", r"orcid\.org"),
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}


def layer(module: str) -> str:
    return ".".join(module.split(".")[:2])


def modules() -> list[tuple[str, Path]]:
    found = []
    for path in sorted(APP.rglob("*.py")):
        parts = ["app", *path.relative_to(APP).with_suffix("").parts]
        found.append((".".join(part for part in parts if part != "__init__"), path))
    return found


def imports(module: str, path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = (
                    module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
                )
                above = package[: len(package) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    known = {name for name, _ in modules()}
    return {name for name in found if name in known}


def test_the_walk_sees_the_whole_program() -> None:
    names = {name for name, _ in modules()}
    assert {"app.views.papers", "app.services.summaries", "app.rendering.tex"} <= names
    inside_a_function = imports("app.cli", APP / "cli" / "__init__.py")
    assert "app.services.texts" in inside_a_function


@pytest.mark.parametrize(("module", "path"), modules(), ids=str)
def test_imports_go_down(module: str, path: Path) -> None:
    here = layer(module)
    assert here in RANK, f"{here} has no place among the layers"
    for name in imports(module, path):
        there = layer(name)
        # `app` itself is named by every `from app import x`; only create_app's file is meant.
        if there == here or name == "app" or (there in PURE and RANK[there] > RANK[here]):
            continue
        assert RANK[there] > RANK[here], f"{module} imports {name}, which is not below it"
        if there in PURE:
            continue
        assert here not in LEAVES | PURE, f"{module} imports {name}, but is in a leaf"
        if there in LEAVES:
            assert here == "app.services", f"{module} imports {name}; only services may"


def foreign(path: Path) -> set[str]:
    """The packages from outside of the program that a module imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module or "")
    return {part for name in found for part in (name, name.split(".")[0])} - {"app"}


@pytest.mark.parametrize(
    ("module", "path"), [each for each in modules() if layer(each[0]) in PURE], ids=str
)
def test_a_pure_leaf_touches_nothing(module: str, path: Path) -> None:
    assert foreign(path).isdisjoint(EFFECTS), module
    calls = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert calls.isdisjoint({"open", "print", "input", "eval", "exec", "__import__"}), module


def test_an_impure_module_is_seen() -> None:
    assert {"os", "socket"} <= foreign(APP / "server.py")


@pytest.mark.parametrize(("module", "path"), modules(), ids=str)
def test_the_grammar_of_identifiers_has_one_home(module: str, path: Path) -> None:
    """No regular expression elsewhere describes an identifier."""
    if layer(module) == "app.references":
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found = [each for each in GRAMMAR if each in node.value]
            assert not found, f"{module} knows the form of an identifier: {found[0]}"
