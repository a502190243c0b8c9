"""Templates that are compiled once for all processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jinja2 import DictLoader

from app.views.http.templating import TemplateCache, TemplateEnvironment


def render(folder: Path, text: str, compiled: list[str]) -> str:
    """What a new process shows; the texts that it compiles are added to a list."""

    class Counted(TemplateEnvironment):
        def compile(self, source: Any, *args: Any, **options: Any) -> Any:
            compiled.append(source)
            return super().compile(source, *args, **options)

    environment = Counted(_App(), loader=DictLoader({"page.html": text}))  # type: ignore[arg-type]
    environment.bytecode_cache = TemplateCache(folder)
    return environment.get_template("page.html").render(name="you")


class _App:
    """All that an environment asks of an app."""

    def create_global_jinja_loader(self) -> None:
        return None


def test_another_process_compiles_nothing(tmp_path: Path) -> None:
    compiled: list[str] = []
    for _ in range(2):
        assert render(tmp_path / "new" / "templates", "Hello, {{ name }}", compiled) == "Hello, you"
    assert len(compiled) == 1
    assert (tmp_path / "new" / "templates").stat().st_mode & 0o077 == 0
    assert render(tmp_path / "new" / "templates", "Bye, {{ name }}", compiled) == "Bye, you"
    assert len(compiled) == 2


@pytest.mark.parametrize("fault", ["no folder", "damaged"])
def test_a_page_is_shown_without_the_cache(tmp_path: Path, fault: str) -> None:
    folder = tmp_path / "templates"
    if fault == "no folder":
        folder.write_text("A file stands here.")
    else:
        render(folder, "Hello", [])
        for path in folder.iterdir():
            path.write_bytes(path.read_bytes()[:-10])
    assert render(folder, "Hello", []) == "Hello"
