"""The names on which a page stands.

When one of them changes, the page is out of date.

A page about one thing shows that thing and things it links to. So it stands on its own path and on
those of its links to papers and summaries, which nobody can forget to declare. Of users whom it
links to it shows what they are called, and of venues and tags the word that the link is. Any other
page, such as the front page, shows what might be anywhere: it stands on `ANYTHING`.
"""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import unquote

from app.change_log import name_of_user

NAME_BYTES = 300  # about as much memory as one takes, by which things are found, too
ANYTHING = "/"  # every change is one of it
_ABOUT_ONE = re.compile(r"/(?:paper|summary|tag|user|venue)/.")
_LINK = re.compile(rb'href="(/(?:paper|summary|user)/[^"?#]+)')


def is_about_one(path: str) -> bool:
    """Whether a page stands only on its subject and what it links to."""
    return _ABOUT_ONE.match(path) is not None


def names_of_page(path: str, html: bytes) -> frozenset[str]:
    """The names on which a page stands.

    Args:
        path: of the page, without percent escapes.
        html: the page, in UTF-8.
    """
    if not is_about_one(path):
        return frozenset((ANYTHING,))
    links = {
        unquote(unescape(link.decode())).replace("//", "/") for link in set(_LINK.findall(html))
    }
    shown = (name_of_user(link) if link.startswith("/user/") else link for link in links)
    return frozenset((path.replace("//", "/"), *shown))
