"""Error pages.

What somebody typed is shown again, with a button that sends it once more.
"""

from __future__ import annotations

import math

from flask import Flask, current_app, jsonify, make_response, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, InternalError, OperationalError
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    RequestEntityTooLarge,
    SecurityError,
    TooManyRequests,
)
from werkzeug.wrappers import Response

from app.services.pictures.contract import StorageUnavailable
from app.views.http import access, paths, security, shared_pages
from app.views.http.forms import LoginForm

MESSAGES = {
    400: ("Something went wrong", "Please go back and try again."),
    401: (
        "Please sign in",
        "You’re signed out: your session ended, or you signed out in another window.",
    ),
    403: ("No permission", "You don’t have access to this page."),
    404: ("Page not found", "It doesn’t exist, or you don’t have access."),
    405: ("Something went wrong", "Please go back and try again."),
    413: ("Too large", "You can send up to 1 MB of text, 10 MB per image and 50 MB per import."),
    422: ("Something went wrong", "Please check the form and try again."),
    429: ("Please wait", "Too many attempts. Try again in {wait}."),
    500: ("Something went wrong", "Something broke on our side. We’ve logged it."),
    503: (
        "Temporarily unavailable",
        "The database isn’t responding. Try again in a few seconds.",
    ),
}
# The same whether it was there before, so that nobody learns that from it.
GONE = "It was removed or merged, or you don’t have access. Your text was not saved."
IMAGES_AWAY = "Images can’t be loaded right now. Try again in a few seconds."
RETRY_SECONDS = 10
GUESTS_FORMS = (
    *("account.enter", "account.create"),
    *("recovery.ask", "recovery.reset", "email.confirm"),
    *("providers.begin", "providers.create", "recovery.use_link"),
    *("passkeys.begin", "passkeys.enter"),
)
# Where a draft may be kept, when what was sent was too large to be read.
TOO_LARGE_IN_EDITOR = (
    "Images can be up to 10 MB, text up to 64 kB. Go back in your browser: your text should still"
    " be in the form. If not, open the editor again: it has your text as of the last preview, saved"
    " draft or added image. Make the image smaller before you add it again."
)
SECRET_FORMS = (
    *GUESTS_FORMS,
    *("account.change_password", "email.change", "email.remove", "account_deletion.ask"),
    *("identities.link", "identities.unlink"),
    *("passkeys.begin_adding", "passkeys.add", "passkeys.remove"),
)
# What is shown again: the fields of our forms that hold somebody's work.
KEPT_TEXTS = {
    *("source", "takeaway", "tags", "title", "authors", "year", "venue", "doi", "arxiv_id", "url"),
    *("key", "keywords", "abstract", "reason", "remark", "notes", "labels", "citekey", "bibtex"),
    *("note", "pasted", "description", "slug", "display_name", "bio"),
}
# What is sent with it, without which it would be saved as something else.
KEPT_SETTINGS = {
    *("summary", "visibility", "anonymous", "revision", "draft", "base", "save", "preview"),
    *("read", "made", "interest", "section", "status", "priority", "anyway", "value", "audience"),
}
# Without what keeps a text for a reading, sending it again would publish it.
KEPT_BEGINNING = "reading-"
MAX_KEPT = 100


def init(app: Flask) -> None:
    """Attach the pages."""
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(DataError, _cannot_be_stored)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(StorageUnavailable, _storage_away)
    app.register_error_handler(InterfaceError, _perhaps_away)
    app.register_error_handler(InternalError, _perhaps_away)
    app.register_error_handler(TooManyRequests, _too_many)
    app.register_error_handler(HTTPException, _page)


def _page(error: HTTPException) -> Response | tuple[str, int] | tuple[Response, int]:
    shared_pages.keep_private()
    code = error.code or 500
    if code < 400:  # a redirect that routing raised
        return error.get_response()
    if isinstance(error, SecurityError):
        # An address we do not go by: no page can be made, since links need one.
        return "This site does not go by that name.", code
    if isinstance(error, InternalServerError):
        # The page must not ask a database that has just failed who is looking.
        access.drop_session()
    title, message = MESSAGES.get(code, MESSAGES[400])
    if code == 403 and request.method not in ("GET", "HEAD"):
        message = "You don’t have permission to do this."
    custom = getattr(error, "description", None)
    if code in (403, 422) and custom and custom != type(error).description:
        message = custom
    return _answer(code, title, message)


def _too_many(error: TooManyRequests) -> Response:
    seconds = (
        error.retry_after if isinstance(error.retry_after, int) else security.seconds_to_wait()
    )
    title, message = MESSAGES[429]
    message = message.format(wait=format_wait(seconds))
    if request.endpoint in ("account.enter", "passkeys.enter") and not _wants_json():
        form = LoginForm()
        form.form_errors.append(message)
        kept_for = request.form.get("kept_for", "")
        page = render_template(
            "account/login.html", form=form, kept_for=kept_for, kept=kept_fields()
        )
        response = make_response(page, 429)
    else:
        response = make_response(_answer(429, title, message))
    response.headers["Retry-After"] = str(seconds)
    return response


def format_wait(seconds: int) -> str:
    """How long to wait, said in whole minutes or hours, and never too short."""
    minutes = math.ceil(seconds / 60)
    if minutes < 60:
        return "one minute" if minutes <= 1 else f"{minutes} minutes"
    hours = math.ceil(minutes / 60)
    return "one hour" if hours == 1 else f"{hours} hours"


def _expired(_error: CSRFError) -> Response | tuple[str, int] | tuple[Response, int]:
    if access.viewer() is None and request.endpoint not in GUESTS_FORMS:
        return _answer(401, *MESSAGES[401])
    return _answer(
        400,
        "Form expired",
        "Your session changed. Nothing is lost – submit again.",
    )


def _database_away(error: OperationalError) -> Response:
    return _say_database_away(error)


def _storage_away(
    error: StorageUnavailable,
) -> Response | tuple[str, int] | tuple[Response, int]:
    current_app.logger.error("Images cannot be read: %s", error)
    shared_pages.keep_private()
    response = make_response(_answer(503, MESSAGES[503][0], IMAGES_AWAY))
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _perhaps_away(error: DBAPIError) -> Response:
    """A read-only PostgreSQL, or a connection that it ended, is no fault of the program."""
    if not error.connection_invalidated:
        raise error
    return _say_database_away(error)


def _say_database_away(error: DBAPIError) -> Response:
    current_app.logger.error("The database does not answer: %s", error.orig)
    access.drop_session()
    response = make_response(_answer(503, *MESSAGES[503]))
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _cannot_be_stored(
    _error: DataError,
) -> Response | tuple[str, int] | tuple[Response, int]:
    access.drop_session()
    return _answer(422, MESSAGES[422][0], "Your text has characters that can’t be stored.")


def _answer(
    code: int, title: str, message: str
) -> Response | tuple[str, int] | tuple[Response, int]:
    if _wants_json():
        return jsonify(error=message), code
    kept = _kept(code)
    if kept and code == 404:
        message = GONE
    in_editor = request.endpoint == "summaries.save"
    way_on = [("Home", url_for("home.front"))]
    if code != 404:  # whose page has a search box
        way_on.append(("Search", url_for("search.results")))
    if code == 401:
        there = paths.local_url(request.form.get("next"), url_for("home.front"))
        back = paths.this_path() if _can_be_opened(request.path) else there
        way_on.insert(0, ("Sign in", url_for("account.login", next=back)))
    if code == 413 and in_editor:
        message = TOO_LARGE_IN_EDITOR
        way_on.insert(0, ("Back to the editor", paths.this_path()))
    to_sign_in = code == 401 and in_editor and access.config().sign_in.passwords
    page = render_template(
        "errors/error.html",
        status=code,
        title=title,
        message=message,
        way_on=way_on,
        kept=kept,
        kept_url=paths.this_address(),
        kept_for=(request.view_args or {}).get("key") if kept and to_sign_in else None,
        # Only where it is shown: a form's token needs a cookie.
        login=LoginForm(formdata=None) if kept and to_sign_in else None,
    )
    return page, code


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _can_be_opened(path: str) -> bool:
    """Whether a path has a page of its own, to come back to after signing in."""
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    return True


def _kept(code: int) -> list[tuple[str, str]] | None:
    """What was typed, when there is something worth keeping and the request could be read."""
    if request.method != "POST" or code in (405, 413) or request.endpoint in SECRET_FORMS:
        return None
    if request.endpoint is None:  # no form of ours sends there
        return None
    try:
        typed = kept_fields()
    except RequestEntityTooLarge:
        return None
    if code == 404:  # there is nowhere to send it again
        typed = [(name, value) for name, value in typed if name in KEPT_TEXTS and value]
    return typed if any(len(value) > 1 for _, value in typed) else None


def kept_fields() -> list[tuple[str, str]]:
    """The fields of the request that hold somebody's work."""
    fields = request.form.items(multi=True)
    kept = [
        (name, value)
        for name, value in fields
        if name in KEPT_TEXTS | KEPT_SETTINGS or name.startswith(KEPT_BEGINNING)
    ]
    return kept[:MAX_KEPT]
