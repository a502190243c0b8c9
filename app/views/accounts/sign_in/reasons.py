"""Why somebody is asked to sign in, by the address to come back to."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from flask import current_app
from werkzeug.exceptions import HTTPException

from app.views.http import access, paths

VOTES_ANCHOR = "page-votes-"  # what `templates/macros/votes.html` gives to the arrows of a summary
REASONS = {
    "summaries.start": "Sign in to write a summary.",
    "summaries.edit": "Sign in to write a summary.",
    "summaries.edit_one": "Sign in to edit your summary.",
    "papers.new": "Sign in to add a paper.",
    "editing.facts": "Sign in to correct this paper.",
    "merges.index": "Sign in to see merged papers.",
    "merges.new": "Sign in to merge papers.",
    "drafts.index": "Sign in to see your drafts.",
    "deletion.index": "Sign in to see your deleted summaries.",
    "pictures.index": "Sign in to see your images.",
    "files.start": "Sign in to import papers or summaries.",
    "email.settings": "Sign in to change your email address.",
    "identities.index": "Sign in to see how you sign in.",
    "passkeys.index": "Sign in to see your passkeys.",
    "sessions.index": "Sign in to see where you’re signed in.",
    "account_deletion.confirm": "Sign in to delete your account.",
    "invitations.index": "Sign in to invite people.",
    "account.settings": "Sign in to see your settings.",
}
OTHERWISE = "Sign in to see this page."


def find_reason(address: str) -> str:
    """One sentence for the sign-in page; empty when nobody is sent back anywhere.

    Args:
        address: path and query of the page to come back to, as the form carries it.
    """
    path, fragment = urlsplit(paths.local_url(address, ""))[2::2]
    if fragment.startswith(VOTES_ANCHOR):
        return "Sign in to vote."
    try:
        endpoint, _ = current_app.url_map.bind("").match(unquote(path), method="GET")
    except HTTPException:
        return ""
    if not access.is_for_members(current_app.view_functions[endpoint]):
        return ""
    return REASONS.get(endpoint, OTHERWISE)
