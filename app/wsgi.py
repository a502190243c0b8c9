"""The app as WSGI servers want it: `app.wsgi:app`.

`shortlist serve` has migrated before.
"""

from __future__ import annotations

import sys

from app import create_app
from app.config import Config
from app.logs import configure_logging
from app.server import open_database
from app.settings.values import ConfigError
from app.views.http.templating import TemplateCache

config = Config.from_environment()
configure_logging(as_json=config.log_json, requests=config.log_requests)
if config.secret_key is None:
    raise ConfigError("SHORTLIST_SECRET_KEY is not set.")
# Seconds for which a thread computes before others have their turn. Python's own 5 ms are long to
# somebody who reads a page, and gives way for each query, while a large form is taken apart.
sys.setswitchinterval(0.0005)
app = create_app(config, open_database(config))
app.jinja_env.bytecode_cache = TemplateCache(config.data_dir / "templates")
