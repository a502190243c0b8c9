"""Pictures: uploaded, shown, listed and removed by their owner."""

from __future__ import annotations

from flask import Blueprint, abort, flash, jsonify, render_template, request, url_for
from werkzeug.wrappers import Response

from app.queries import pictures as queries
from app.queries.shelves.reading_texts import find_shown_picture
from app.services.pictures import picture_file, uploads
from app.services.pictures.storage import find_storage, remove_files
from app.services.refusals import Refusal
from app.views.http import listing
from app.views.http.access import db, needs_sign_in, signed_in, viewer
from app.views.http.paths import see_other
from app.views.http.security import UPLOAD_LIMIT, WRITE_LIMIT, open_to_other_sites

blueprint = Blueprint("pictures", __name__)
blueprint.add_app_template_filter(uploads.format_picture_markdown, "picture_markdown")
PAGE_SIZE = 48
TYPES = {"png": "image/png", "jpg": "image/jpeg"}


@blueprint.get("/pictures/<name>")
def show(name: str) -> Response:
    picture = None
    if uploads.PICTURE_NAME.fullmatch(name):
        picture = queries.find_visible_picture(db(), name, viewer())
        if picture is None:
            picture = find_shown_picture(db(), name, viewer())
    if picture is None:
        abort(404)
    # The address stays ours, wherever the file is: a bucket knows nothing of who may see it.
    is_known = request.if_none_match.contains(picture.digest)
    content = b"" if is_known else find_storage(db().info).read(picture.name)
    if content is None:
        abort(404)
    response = Response(content, mimetype=TYPES[name.rsplit(".", 1)[1]])
    # Asked for again each time: its summary may be private by then.
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(picture.digest)
    if viewer() is None or queries.find_visible_picture(db(), name, None) is not None:
        open_to_other_sites(response)
    return response.make_conditional(request)


@blueprint.get("/pictures")
@needs_sign_in
def index() -> str:
    return _page()


@blueprint.post("/pictures")
@UPLOAD_LIMIT
@needs_sign_in
def add() -> str | Response | tuple[str, int] | tuple[Response, int]:
    """Upload one: JSON for the editor, the list for a form."""
    as_json = request.accept_mimetypes.best == "application/json"
    try:
        markdown = uploads.add_from_form(
            db(), signed_in(), request.files.get("picture"), request.form.get("alt", "")
        )
    except Refusal as refused:
        db().rollback()
        if as_json:
            return jsonify(error=refused.message), 422
        return _page(refused.message), 422
    db().commit()
    if as_json:
        return jsonify(
            markdown=markdown, url=f"/pictures/{uploads.find_picture_names(markdown)[0]}"
        )
    flash("Image uploaded. Paste its Markdown into a summary within a day.", "good")
    return see_other(url_for("pictures.index"))


@blueprint.post("/pictures/<name>/remove")
@WRITE_LIMIT
@needs_sign_in
def remove(name: str) -> Response:
    try:
        file = uploads.remove_picture(db(), signed_in(), name)
    except Refusal as refused:
        db().rollback()
        flash(f"Not deleted: {refused.message}", "warning")
        return see_other(url_for("pictures.index"))
    if file is None:
        abort(404)
    db().commit()
    remove_files(find_storage(db().info), [file])
    flash("Image deleted.", "good")
    return see_other(url_for("pictures.index"))


def _page(problem: str = "") -> str:
    user = signed_in()
    rows = queries.list_pictures(db(), user, number=listing.page_number(), size=PAGE_SIZE)
    count, total = queries.measure_pictures(db(), user)
    return render_template(
        "pictures/index.html",
        page=listing.make_number_page(rows[:PAGE_SIZE], len(rows) > PAGE_SIZE),
        problem=problem,
        used=count,
        used_bytes=total,
        most=uploads.MAX_PICTURES,
        most_bytes=uploads.MAX_TOTAL,
        max_bytes=picture_file.MAX_BYTES,
    )
