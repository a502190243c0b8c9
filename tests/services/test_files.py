"""All files are written by one rule: whole or not at all, and there after a crash."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from app.services.exporting import vault
from app.services.files import PRIVATE, READABLE, replace_file, write_file
from app.services.lookup import cache
from app.services.operation.fonts import files as fonts
from app.services.pictures.storage import FolderStorage
from app.services.refusals import Refusal


@pytest.mark.parametrize("mode", [PRIVATE, READABLE])
def test_a_file_takes_the_place_of_another(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "note.txt"
    path.write_text("old")
    write_file(path, b"new", mode)
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == mode
    assert list(tmp_path.iterdir()) == [path]


def test_it_is_on_the_disk_before_it_has_its_name_and_the_name_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    fsync, replace = os.fsync, os.replace

    def sync(number: int) -> None:
        done.append("folder" if os.path.samestat(os.fstat(number), tmp_path.stat()) else "file")
        fsync(number)

    def rename(old: str, new: Path) -> None:
        done.append("name")
        replace(old, new)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", rename)
    write_file(tmp_path / "note.txt", b"new")
    assert done == ["file", "name", "folder"]


def test_what_fails_on_the_way_leaves_all_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("old")

    def half() -> None:
        with replace_file(path) as file:
            file.write(b"half of the ne")
            raise KeyError

    with pytest.raises(KeyError):
        half()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


# Each place that writes files, by a call that writes one below a folder.
HOMES: dict[str, Callable[[Path], object]] = {
    "vault": lambda folder: vault.make_folder_writer(folder)("ann/text.md", b"text"),
    "picture": lambda folder: FolderStorage(folder).write("picture.png", b"picture"),
    "answer": lambda folder: cache.write_answer(folder, "question", cache.CachedAnswer()),
    "font": fonts.ensure_fonts,
}


@pytest.mark.slow
@pytest.mark.parametrize("home", HOMES)
def test_a_full_disk_leaves_no_pieces(
    home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    try:
        HOMES[home](tmp_path)
    except (OSError, Refusal):
        pass
    else:
        assert home == "answer"  # a look-up works without
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
