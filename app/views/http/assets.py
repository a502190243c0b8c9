"""Static files under an address that changes with their content, and the math font.

All of `static/` hangs below one hash, so that style sheets and modules can refer to each other by
relative addresses and every file may be cached for ever.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Blueprint, Flask, redirect
from werkzeug.wrappers import Response
from whitenoise import WhiteNoise

from app.services.operation.math_font import find_math_font

YEAR = 365 * 24 * 3600
FONTS = "/fonts/"


def init(app: Flask, *, static: Path, fonts: Path) -> None:
    """Serve `static` and the font folder, and give templates `asset()` and `font_url`."""
    prefix = f"/static/{_digest(static)}/"
    served = WhiteNoise(
        app.wsgi_app,
        root=str(static),
        prefix=prefix,
        max_age=YEAR,
        immutable_file_test=lambda _path, _url: True,
        allow_all_origins=False,
    )
    font = find_math_font(fonts)
    if font is not None:
        served.add_files(str(fonts), prefix=FONTS)
    app.wsgi_app = served  # type: ignore[method-assign]  # as Flask's documentation says
    blueprint = Blueprint("assets", __name__)
    font_url = FONTS + font.name if font is not None else ""

    @blueprint.get("/fonts.css")
    def fonts_css() -> Response:
        # "optional" and not "swap": text must not jump when the font arrives; pages preload it.
        # No font yet (a library user who never ran `serve`): the reader's own math font serves.
        css = (
            '@font-face{font-family:"STIX Two Math";font-display:optional;'
            f'src:url("{font_url}") format("woff2")}}'
            if font_url
            else "/* no math font was made */"
        )
        response = Response(css, mimetype="text/css")
        response.cache_control.public = True
        response.cache_control.max_age = 3600
        return response

    @blueprint.get("/favicon.svg")
    @blueprint.get("/favicon.ico")
    def favicon() -> Response:
        # Where programs look for it, and an address that texts can hold.
        return redirect(f"{prefix}favicon.svg", 302)

    app.register_blueprint(blueprint)

    # Globals, not a context processor: macros see them too.
    app.add_template_global(lambda path: prefix + path, "asset")
    app.jinja_env.globals["font_url"] = font_url


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
