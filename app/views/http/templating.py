"""Filters and globals of the templates."""

from __future__ import annotations

from collections.abc import MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2.bccache import Bucket, FileSystemBytecodeCache

from app.config import PROGRAM_NAME
from app.models import Summary
from app.models.papers.list_entry import PRIORITIES
from app.references.labels import KIND_LABELS, capitalised, field_label
from app.rendering import plain_takeaway
from app.rendering.headings import ContentsLine, is_long, read_contents, reading_minutes
from app.services.exporting.formats import FORMATS
from app.views.http import access, moments, paths
from app.views.http.forms import (
    SAVE_LABELS,
    SHELF_ROLES,
    STATUS_LABELS,
    VISIBLE_TO,
    WHO_SEES,
    WHO_SEES_SHELF,
)

HUES = 12
HUE_STEP = 5  # accounts that were made one after the other are 150 degrees apart


def init(app: Flask) -> None:
    """Make them known to the templates."""
    moments.init(app)
    app.add_template_filter(size)
    app.add_template_filter(initials)
    app.add_template_filter(hue)
    app.add_template_filter(plain_takeaway)
    app.add_template_global(count)
    app.add_template_global(paths.is_read)
    app.add_template_global(paths.this_address)
    app.add_template_global(lambda: access.config().site_name, "site_name")
    app.add_template_global(lambda: access.config().signup, "signup_is_open")
    app.add_template_global(lambda: access.config().sign_in, "sign_in_settings")
    app.add_template_global(access.asks_password)
    app.add_template_global(fact_label)
    app.add_template_global(reading_guide)
    app.jinja_env.globals.update(  # macros see them too
        remember=cache,
        kind_labels=KIND_LABELS,
        priorities=PRIORITIES,
        program_name=PROGRAM_NAME,
        save_labels=SAVE_LABELS,
        export_formats=FORMATS,
        shelf_roles=SHELF_ROLES,
        status_labels=STATUS_LABELS,
        visible_to_whom=VISIBLE_TO,
        who_sees=WHO_SEES,
        who_sees_shelf=WHO_SEES_SHELF,
    )
    app.context_processor(lambda: {"viewer": access.viewer()})


class TemplateEnvironment(Environment):
    """An environment whose templates share one dictionary of globals.

    Jinja chains another, empty one before it for each template. Each page compares and copies
    these a dozen times, in Python.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template, which has none of its own."""
        return super().make_globals(d) if d else self.globals


class TemplateCache(FileSystemBytecodeCache):
    """Compiled templates in a folder of files: a server that starts again compiles none.

    A template is compiled anew when its text, Jinja or Python is another. Where nothing can be
    written, each process compiles for itself.
    """

    def __init__(self, folder: Path) -> None:
        with suppress(OSError):
            # Whoever can write there runs code in the server.
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        super().__init__(str(folder), f"%s-{version('jinja2')}.bin")

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


@dataclass(frozen=True)
class ReadingGuide:
    """How long a text takes to read, and its list of contents."""

    minutes: int
    lines: list[ContentsLine]


def reading_guide(summary: Summary) -> ReadingGuide | None:
    """What a reader wants to know before a long text; nothing for others."""
    if not is_long(summary.source):
        return None
    lines = read_contents(summary.html)
    return ReadingGuide(reading_minutes(summary.source), lines) if lines else None


def fact_label(name: str) -> str:
    """What a form and a log call a fact of a paper."""
    return capitalised(field_label(name))


def size(number: int) -> str:
    """`185 bytes`, `12 kB`, `1.4 MB`, `2.1 GB`."""
    if number < 1000:
        return count(number, "byte", "bytes")
    if number < 999_500:
        return f"{number / 1000:.0f} kB"
    return f"{number / 1e6:.1f} MB" if number < 999_950_000 else f"{number / 1e9:,.1f} GB"


def initials(name: str) -> str:
    """One or two letters for an avatar."""
    words = [word for word in name.split() if word[0].isalnum()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [name[:1]]
    return "".join(letters).upper()


def hue(user_id: int) -> int:
    """A number from 0 to 11 that stays with a user.

    It is the colour of their avatar.
    """
    return user_id * HUE_STEP % HUES


def count(number: int, one: str, many: str) -> str:
    """`1 summary`, `1,200 summaries`."""
    return f"{number:,} {one if number == 1 else many}"
