"""Pictures that come in beside a text."""

from __future__ import annotations

import hashlib

from sqlalchemy.orm import Session

from app.models import Summary, User
from app.services.importing.terms import IncomingFile
from app.services.pictures import addresses as picture_addresses
from app.services.pictures.files import encode
from app.services.pictures.uploads import find_picture, store_picture
from app.services.refusals import Refusal
from app.sources.formats.front_matter import BadFile
from app.sources.formats.markdown_pictures import link_kept_pictures


def import_pictures(
    session: Session,
    user: User,
    text: str,
    incoming: IncomingFile,
    here: Summary | None,
    notes: list[str],
    *,
    dry_run: bool,
) -> str:
    """A text that shows pictures at our addresses.

    These replace the files beside it, which are kept.

    Args:
        here: the summary that the text is for, if it is here: its pictures keep their addresses.
        notes: what could not be kept is added to them.
        dry_run: look at the pictures, and keep none.
    """
    find = incoming.picture
    if find is None:
        return text
    addresses: dict[str, str | None] = {}

    def keep(path: str) -> str | None:
        if path not in addresses:
            addresses[path] = _kept(path)
        return addresses[path]

    def _kept(path: str) -> str | None:
        try:
            data = find(path)
            if data is None:
                notes.append(f"image {path:.100} not found")
                return None
            if dry_run:
                digest = hashlib.sha256(encode(data).content).hexdigest()
                picture = find_picture(session, user, digest, here)
            else:
                picture = store_picture(session, user, data, within=here)
            return None if picture is None else f"/pictures/{picture.name}"
        except (BadFile, Refusal) as error:
            notes.append(f"image {path:.100}: {error}")
            return None

    text = link_kept_pictures(text, keep)
    if here is None or dry_run:
        return text
    # As it would be saved, so that it can be compared with what is.
    return picture_addresses.replace_names(
        text, picture_addresses.resolve_addresses(session, user, here, text)
    )
