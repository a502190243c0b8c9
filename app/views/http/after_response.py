"""What is done after an answer has been sent, so that nobody waits for it."""

from __future__ import annotations

import logging
from threading import Lock

from flask import Flask, current_app, g
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from app.db import Database
from app.services.similar import similarity

MAX_SECONDS = 1.0
_BUSY = Lock()  # one at a time in a process: what is left stays marked, and others go on with it


def init(app: Flask) -> None:
    """Work out the similar papers that a write has marked, once its answer is sent."""

    @app.after_request
    def note(response: Response) -> Response:
        opened = g.get("db")
        if opened is not None and similarity.has_marked(opened):
            database: Database = current_app.extensions["shortlist"][1]
            response.call_on_close(lambda: _refresh(database))
        return response


def _refresh(database: Database) -> None:
    if not _BUSY.acquire(blocking=False):
        return
    try:
        with database.session() as session:
            for _ in similarity.refresh(session, MAX_SECONDS):
                pass
    except SQLAlchemyError:
        # The answer is sent, and the marks are kept for the next time.
        logging.getLogger(__name__).warning("Similar papers could not be renewed", exc_info=True)
    finally:
        _BUSY.release()
