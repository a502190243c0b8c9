"""Shortlist: summaries of papers, linked from paper to paper.

`create_app` makes the web app.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Config
    from app.db import Database

MAX_REQUEST_BYTES = 1_000_000


def create_app(config: Config, database: Database) -> Flask:
    """The web app on a database whose schema is up to date.

    Args:
        config: settings; a `secret_key` is needed.
        database: kept open as long as the app lives.
    """
    # Inside, because every import of a part of this package runs this file: `shortlist --help`
    # answers without loading the web app.
    from werkzeug.middleware.proxy_fix import ProxyFix

    from app.cache.log import open_log
    from app.cache.pages import PageCache
    from app.cache.wsgi import CachedApp
    from app.paths import STATIC, TEMPLATES
    from app.services.shared_rate_counts import choose_storage
    from app.views.http.incoming import App, CookieSessions
    from app.views.http.security import with_headers
    from app.views.http.templating import TemplateEnvironment
    from app.views.registry import register
    from app.views.site.probes import with_probes

    storage, storage_options = choose_storage(config, database)
    app = App("app", template_folder=str(TEMPLATES), static_folder=None)
    app.session_interface = CookieSessions()
    app.jinja_environment = TemplateEnvironment
    app.config.update(
        SECRET_KEY=config.secret_key,
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_REQUEST_BYTES,
        SESSION_COOKIE_NAME="__Host-shortlist" if config.https else "shortlist",
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.https,
        PERMANENT_SESSION_LIFETIME=90 * 24 * 3600,
        SESSION_REFRESH_EACH_REQUEST=False,
        # Somebody may write for a day; the token lives as long as the sign-in.
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_ENABLED=config.rate_limits,
        RATELIMIT_STORAGE_URI=storage,
        RATELIMIT_STORAGE_OPTIONS=storage_options,
    )
    app.extensions["shortlist"] = (config, database)
    app.url_map.merge_slashes = False  # keys may be addresses: /paper/http://arxiv.org/abs/…
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    register(app, config, static=STATIC)
    if config.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # as Flask's documentation says
            app.wsgi_app,
            x_for=config.proxies,
            x_proto=config.proxies,
            x_host=config.proxies,
        )
    app.wsgi_app = with_probes(app.wsgi_app, app, config)  # type: ignore[method-assign]
    app.wsgi_app = with_headers(app.wsgi_app, config)  # type: ignore[method-assign]
    if config.cache_bytes:
        header = config.sign_in.user_header
        cache = PageCache(open_log(database), config.cache_bytes, header.name if header else "")
        app.extensions["page_cache"] = cache
        app.wsgi_app = CachedApp(app.wsgi_app, cache)  # type: ignore[method-assign]
    return app
