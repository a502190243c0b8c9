"""The app as WSGI servers want it: `app.wsgi:app`. `shortlist serve` has migrated before."""

from __future__ import annotations

from app import create_app
from app.config import Config, ConfigError
from app.server import open_database

config = Config.from_environment()
if config.secret_key is None:
    raise ConfigError("SHORTLIST_SECRET_KEY is not set.")
app = create_app(config, open_database(config))
