"""Usernames: what can be one, and which nobody may take for themselves."""

from __future__ import annotations

import hashlib
import re

from app.services.refusals import Refusal
from app.text.folding import remove_marks

RESERVED = "This name is reserved."
# The accounts for texts whose writers are not known begin so.
UNKNOWN = "shortscience-anon"
NUMBER = 6  # digits of the number that tells names apart which are made alike
MAX_PLAIN = 25
NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{1,38}")
# "anon" is the fragment of anonymous summaries; "page-…" are ids of our own pages.
NOT_A_NAME = re.compile(r"anon(\..*)?|page-.*|.*comments")
# "demo" is the account whose password `shortlist demo` sets, and the accounts for imported texts
# without a name must not be anybody's.
_OURS = re.compile(rf"demo|{UNKNOWN}.*")
# Under these names somebody could pass for who runs the site, however they are parted by signs.
_WORDS = """
abuse account accounts admin administration administrator administrators admins anon anonymous api
contact deleted editor editors feedback guest help helpdesk hostmaster info login mail
mailerdaemon maintainer maintainers mod moderation moderator moderators mods nobody none noreply
notifications null official operator owner postmaster privacy root security service settings
shortlist shortlistadmin shortlistteam signup site siteadmin staff superuser support sysadmin
sysop system team unknown users webadmin webmaster
"""
_OFFICIAL = frozenset(_WORDS.split())


def make_user_name(known_as: str) -> str:
    """Make a username for somebody from a name elsewhere.

    That name may be none here.

    Two names never give the same: one that had to be changed ends with a number made of it, and
    does so each time.
    """
    name = known_as.strip().lower()
    # A person's name must not look like one of the accounts for texts without a name either.
    if NAME.fullmatch(name) and not NOT_A_NAME.fullmatch(name) and not name.startswith(UNKNOWN):
        return name
    letters = re.sub(r"[^a-z0-9]+", "-", remove_marks(name)).strip("-")
    plain = letters[:MAX_PLAIN].strip("-") or "user"
    if NOT_A_NAME.fullmatch(plain) or plain.startswith(("page", UNKNOWN)):
        plain = f"user-{plain}"
    return number_name(plain, name)


def number_name(plain: str, key: str) -> str:
    """A username that ends with a number made of a key, the same each time."""
    number = int(hashlib.sha256(key.encode("utf-8", "replace")).hexdigest(), 16) % 10**NUMBER
    return f"{plain[:MAX_PLAIN].strip('-')}-{number:0{NUMBER}}"


def check_name(name: str) -> None:
    """Refuse what cannot stand in an address as a user's name.

    Raises:
        Refusal: for such a name.
    """
    if not NAME.fullmatch(name):
        raise Refusal(
            "name",
            "Use 2 to 39 letters (a–z), digits, dots, hyphens or underscores, starting"
            " with a letter or digit.",
        )
    if NOT_A_NAME.fullmatch(name):
        raise Refusal("name", RESERVED)


def check_unreserved(name: str) -> None:
    """Refuse what only an administrator may call an account, with `shortlist user create`.

    Raises:
        Refusal: for such a name.
    """
    if _OURS.fullmatch(name) or is_official(name):
        raise Refusal("name", RESERVED)


def is_official(name: str) -> bool:
    """Whether under this name somebody could pass for who runs the site."""
    return re.sub(r"[._-]", "", name) in _OFFICIAL
