"""Whether a process has ended is never guessed."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from app.services.operation.jobs import processes


def test_a_hidden_process_has_not_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A system that hides what others run shows nothing of it in `/proc`."""
    identity = processes.identify_process()
    monkeypatch.setattr(processes, "_PROC", tmp_path)
    assert not processes.has_ended(identity)


def test_what_cannot_be_read_has_not_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    space, number, began = processes.identify_process().split("-")
    (tmp_path / number / "stat").mkdir(parents=True)  # an error on reading, also for root
    monkeypatch.setattr(processes, "_PROC", tmp_path)
    assert not processes.has_ended(f"{space}-{number}-{began}")


def test_copies_of_a_running_machine_are_not_one(monkeypatch: pytest.MonkeyPatch) -> None:
    number = processes.identify_process().partition("-")[2]
    monkeypatch.setattr(socket, "gethostname", lambda: "a-copy")
    processes._name_space.cache_clear()
    try:
        of_copy = processes.identify_process()
    finally:
        processes._name_space.cache_clear()
        monkeypatch.undo()
    assert of_copy.partition("-")[2] == number
    assert not processes.has_ended(f"{of_copy.rpartition('-')[0]}-1")
