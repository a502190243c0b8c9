"""All blueprints, and what they share: access, errors, headers, template helpers, assets."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from app.config import Config
from app.views import (
    access,
    account,
    adding,  # noqa: F401  (its pages belong to the blueprint of papers)
    afterwards,
    assets,
    authors,
    citing,
    deletion,
    drafts,
    editor,
    errors,
    feeds,
    files,
    history,
    home,
    incoming,
    legacy,
    links,
    maps,
    merges,
    pages,
    papers,
    pictures,
    search,
    security,
    sharing,
    summaries,
    tags,
    templating,
    users,
    venues,
    votes,
)


def register(app: Flask, config: Config, *, static: Path) -> None:
    """Attach all pages to the app."""
    access.init(app, config)
    incoming.init(app)
    afterwards.init(app)
    security.init(app, config)
    errors.init(app)
    templating.init(app)
    for noun in (
        account,
        authors,
        citing,
        deletion,
        drafts,
        editor,
        feeds,
        files,
        history,
        home,
        legacy,
        links,
        maps,
        merges,
        pages,
        papers,
        pictures,
        search,
        sharing,
        summaries,
        tags,
        users,
        venues,
        votes,
    ):
        app.register_blueprint(noun.blueprint)
    assets.init(app, static=static, fonts=config.data_dir / "fonts")
