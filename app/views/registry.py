"""All blueprints, and what they share: access, errors, headers, template helpers, assets."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from app.config import Config
from app.views import pictures
from app.views.accounts import (
    account,
    email,
    files,
    invitations,
    recovery,
    sessions,
    users,
)
from app.views.accounts import deletion as account_deletion
from app.views.accounts.sign_in import identities, passkeys, providers, user_header
from app.views.assets import assets
from app.views.catalogue import authors, tags, venues
from app.views.exports import paper_files, set_files
from app.views.http import (
    access,
    compression,
    errors,
    incoming,
    paths,
    request_log,
    security,
    shared_pages,
    templating,
)
from app.views.lists import entries, list_imports, reading_list
from app.views.maps import maps
from app.views.papers import (
    adding,  # noqa: F401  (its pages belong to the blueprint of papers)
    bibliography,
    comparing,
    editing,
    links,
    merges,
    paper,
)
from app.views.parts import list_pages, own_entries, row_html
from app.views.shelves import ballots, reading_feeds, readings, shelf
from app.views.shelves import editing as shelf_editing
from app.views.shelves import entries as shelf_entries
from app.views.shelves import members as shelf_members
from app.views.site import about, feeds, first_steps, health, home, legacy, search, well_known
from app.views.summaries import deletion, drafts, editor_requests, history, sharing, summary, votes


def register(app: Flask, config: Config, *, static: Path) -> None:
    """Attach all pages to the app."""
    # First, and so the last to see an answer.
    request_log.init(app, config)
    compression.init(app)
    access.init(app, config)
    incoming.init(app)
    security.init(app, config)
    user_header.init(app)
    shared_pages.init(app)
    errors.init(app)
    templating.init(app)
    own_entries.init(app)
    paths.init(app)
    row_html.init(app)
    list_pages.init(app)
    for noun in (
        account,
        account_deletion,
        authors,
        ballots,
        bibliography,
        comparing,
        deletion,
        drafts,
        editing,
        editor_requests,
        entries,
        email,
        feeds,
        files,
        first_steps,
        health,
        history,
        home,
        identities,
        invitations,
        legacy,
        links,
        list_imports,
        maps,
        merges,
        about,
        paper,
        paper_files,
        passkeys,
        pictures,
        reading_feeds,
        providers,
        reading_list,
        readings,
        recovery,
        search,
        sessions,
        set_files,
        sharing,
        shelf,
        shelf_editing,
        shelf_entries,
        shelf_members,
        summary,
        tags,
        users,
        venues,
        votes,
        well_known,
    ):
        app.register_blueprint(noun.blueprint)
    assets.init(app, static=static, fonts=config.data_dir / "fonts")
