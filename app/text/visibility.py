"""Who can see a summary: the words of forms, files and the database."""

from __future__ import annotations

VISIBILITIES = ("public", "unlisted", "private")  # from the widest to the narrowest
