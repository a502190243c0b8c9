"""Static files and fonts under addresses that change with their content.

All of `static/` hangs below one hash, so that style sheets and modules can refer to each other by
relative addresses and every file may be cached for ever.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, redirect
from werkzeug.wrappers import Response

from app.services.operation.fonts.files import find_fonts, licence_of
from app.services.operation.fonts.recipes import SMALL_MATH, SMALL_TEXT
from app.views.assets import bundles
from app.views.assets.files import AssetFile, with_files
from app.views.assets.font_faces import font_faces

FONTS = "/fonts/"


def init(app: Flask, *, static: Path, fonts: Path) -> None:
    """Serve `static` and the fonts, and tell templates where they are."""
    found = find_fonts(fonts)
    urls = {recipe: FONTS + path.name for recipe, path in found.items()}
    prefix, shared = _static_files(static, font_faces(urls))
    files = dict(shared)
    for path in [*found.values(), *map(licence_of, found.values())]:
        if path.is_file():
            files[FONTS + path.name] = AssetFile(path.name, path.read_bytes())
    app.wsgi_app = with_files(app.wsgi_app, files)  # type: ignore[method-assign]
    blueprint = Blueprint("assets", __name__)

    @blueprint.get("/favicon.svg")
    @blueprint.get("/favicon.ico")
    def favicon() -> Response:
        # Where programs look for it, and an address that texts can hold.
        return redirect(f"{prefix}favicon.svg", 302)

    app.register_blueprint(blueprint)
    # Globals, not a context processor: macros see them too.
    app.jinja_env.globals.update(
        asset=lambda path: prefix + path,
        font_url=urls.get(SMALL_MATH, ""),
        text_font_url=urls.get(SMALL_TEXT, ""),
        is_on_every_page=bundles.is_on_every_page,
        sheets_of_page=bundles.sheets_of_page,
    )


@cache
def _static_files(folder: Path, faces: str) -> tuple[str, dict[str, AssetFile]]:
    """What all addresses of the folder's files begin with, and the files by their addresses.

    They are read once in a process: whoever changes one starts the server again.
    """
    contents = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    for name, parts in bundles.SHEETS.items():
        texts = [contents[f"css/{part}.css"].decode() for part in parts]
        if name == bundles.SITE:
            texts.append(faces)
        contents[f"css/{name}.css"] = bundles.join_sheets(texts).encode()
    for name, parts in bundles.MODULES.items():
        texts = [contents[f"js/{part}.js"].decode() for part in parts]
        contents[f"js/{name}.js"] = bundles.join_modules(texts).encode()
    digest = hashlib.sha256()
    for name, body in contents.items():
        digest.update(name.encode() + b"\0" + body)
    prefix = f"/static/{digest.hexdigest()[:12]}/"
    return prefix, {prefix + name: AssetFile(name, body) for name, body in contents.items()}
