"""Every kind of page, and who looks at it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.contact_sheet.libraries import Places

ALL = ("guest", "member", "administrator")
MEMBERS = ("member", "administrator")


@dataclass(frozen=True)
class Page:
    """One kind of page.

    Attributes:
        endpoint: the view that shows it.
        address: its path and query; names in braces are those of `Places`.
        roles: who is shown it: all to whom it looks different.
    """

    endpoint: str
    address: str
    roles: tuple[str, ...] = ("guest",)

    def path(self, places: Places) -> str | None:
        """Its path in a library; `None` where it needs what the library does not have."""
        if any(f"{{{name}}}" in self.address and not value for name, value in vars(places).items()):
            return None
        return self.address.format(**vars(places))


PAGES = (
    Page("home.front", "/", ALL),
    Page("home.front", "/?tab=recent&openings=1"),
    Page("home.front", "/?period=day"),
    Page("papers.show", "/paper/{paper}", ALL),
    Page("papers.show", "/paper/{other}"),
    Page("papers.show", "/paper/{bare}", ("guest", "member")),
    Page("papers.show", "/paper/10.1000/unknown"),
    Page("summaries.show", "/summary/{summary}", ("guest", "member")),
    Page("sharing.shared", "/shared/{code}"),
    Page("history.index", "/summary/{summary}/history", ("guest", "member")),
    Page("history.show", "/revision/{old}"),
    Page("history.compare", "/summary/{summary}/compare?from={old}&to={revision}"),
    Page("links.mentions", "/mentions/{paper}"),
    Page("links.card", "/card/{paper}"),
    Page("links.wanted_papers", "/wanted"),
    Page("maps.paper", "/map/paper/{paper}?steps=2"),
    Page("maps.tag", "/map/tag/{tag}"),
    Page("maps.venue", "/map/venue/{venue}"),
    Page("maps.user", "/map/user/mira"),
    Page("venues.index", "/venues"),
    Page("venues.show", "/venue/{venue}"),
    Page("authors.show", "/author/{author}"),
    Page("users.index", "/users"),
    Page("users.show", "/user/mira", ("guest", "member")),
    Page("tags.index", "/tags"),
    Page("tags.show", "/tag/{tag}"),
    Page("set_files.tag", "/tag/{tag}/print"),
    Page("search.results", "/search"),
    Page("search.results", "/search?q={words}"),
    Page("search.results", "/search?q=nothingatall"),
    Page("search.suggest", "/search/suggest?q={words}"),
    Page("pages.about", "/about"),
    Page("pages.help", "/help"),
    Page("bibliography.start", "/bibliography"),
    Page("bibliography.show", "/bibliography/{bibliography}", ("guest", "member")),
    Page("bibliography.progress", "/bibliography/{asked}/crossref"),
    Page("bibliography.offer", "/bibliography/{bibliography}/changes"),
    Page("account.login", "/login?next=/write"),
    Page("account.signup", "/signup?next=/write"),
    Page("recovery.start", "/recover"),
    Page("recovery.asked", "/recover/sent"),
    Page("recovery.choose", "/recover/used"),
    Page("email.open_link", "/email/confirm/used"),
    Page("email.start_unsubscribing", "/mail/unsubscribe/key"),
    Page("errors", "/no/such/page"),
    Page("summaries.start", "/write", ("member",)),
    Page("summaries.edit", "/write/{paper}", ("member",)),
    Page("summaries.edit", "/write/{bare}", ("member",)),
    Page("summaries.edit_one", "/summary/{summary}/edit", ("member",)),
    Page("papers.new", "/papers/new", ("member",)),
    Page("papers.new", "/papers/new?q={words}", ("member",)),
    Page("editing.facts", "/paper/{paper}/facts", MEMBERS),
    Page("editing.changes", "/paper/{bare}/changes", ("member",)),
    Page("editing.index", "/papers/changes", ("member",)),
    Page("health.show", "/admin/health", ("administrator",)),
    Page("editing.confirm_removal", "/paper/{bare}/remove", MEMBERS),
    Page("deletion.confirm", "/summary/{summary}/delete", ("member",)),
    Page("deletion.index", "/deleted", ("member",)),
    Page("sharing.settings", "/summary/{summary}/sharing", ("member",)),
    Page("reading_list.index", "/list", ("member",)),
    Page("reading_list.index", "/list?sort=hand&q={words}", ("member",)),
    Page("reading_list.year", "/list/year", ("member",)),
    Page("lists.edit", "/list/entry/{paper}", ("member",)),
    Page("shelves.index", "/shelves", ("member",)),
    Page("shelves.show", "/shelf/mira/{shelf}", ("guest", "member")),
    Page("shelves.show_links", "/map/shelf/mira/{shelf}"),
    Page("shelves.compare", "/shelf/mira/{shelf}/compare?{compared}"),
    Page("shelf_editing.new", "/shelves/new", ("member",)),
    Page("shelf_editing.edit", "/shelf/mira/{shelf}/edit", ("member",)),
    Page("shelf_editing.confirm", "/shelf/mira/{shelf}/delete", ("member",)),
    Page("shelf_members.index", "/shelf/mira/{shelf}/members", ("member",)),
    Page("shelf_entries.choose", "/shelves/add/{bare}", ("member",)),
    Page("readings.index", "/shelf/mira/{shelf}/readings", ("guest", "member")),
    Page("readings.show", "/shelf/mira/{shelf}/readings/1", ("guest", "member")),
    Page("readings.show", "/shelf/mira/{shelf}/readings/2", ("guest", "member")),
    Page("readings.edit", "/shelf/mira/{shelf}/readings/2/edit", ("member",)),
    Page("comparing.show", "/paper/{paper}/compare"),
    Page("list_imports.start", "/list/import", ("member",)),
    Page("list_imports.show", "/list/import/{token}", ("member",)),
    Page("drafts.index", "/drafts", ("member",)),
    Page("pictures.index", "/pictures", ("member",)),
    Page("links.health", "/links", ("member",)),
    Page("links.health_of_all", "/links/all", MEMBERS),
    Page("files.start", "/settings/import", ("member",)),
    Page("account.settings", "/settings", MEMBERS),
    Page("email.settings", "/settings/email", ("member",)),
    Page("account_deletion.confirm", "/settings/delete", ("member",)),
    Page("invitations.index", "/invitations", ("administrator",)),
    Page("sessions.index", "/settings/sessions", ("member",)),
    Page("identities.index", "/settings/sign-in", ("member",)),
    Page("passkeys.index", "/settings/passkeys", ("member",)),
    Page("merges.index", "/merges", MEMBERS),
    Page("merges.new", "/merges/new?one={paper}", ("administrator",)),
    Page("merges.new", "/merges/new?one={paper}&other={other}", ("administrator",)),
)
# What is no page for the eye: files, feeds, fragments, redirects.
NOT_PAGES = {
    *("assets.favicon", "editor.suggest_tags", "feeds.rss_all", "feeds.rss_full"),
    *("search.description", "paper_files.show", "paper_files.unapi"),
    *("set_files.author", "set_files.everything", "set_files.reading_list", "set_files.search"),
    *("set_files.shelf", "set_files.user", "set_files.venue"),
    *("drafts.token", "editor.suggest", "feeds.atom", "feeds.robots", "feeds.rss"),
    # Shown on the way back from a provider, and by a link that works once.
    *("providers.choose_name", "providers.come_back", "recovery.open_link"),
    *("reading_feeds.atom", "reading_feeds.calendar"),
    *("reading_feeds.secret_atom", "reading_feeds.secret_calendar"),
    *(
        "shelves.atom",
        "feeds.sitemap",
        "feeds.sitemap_part",
        "files.export",
        "files.take_archive",
        "home.openings",
        "home.random",
    ),
    *("legacy.paper", "legacy.user", "legacy.venue", "papers.sent_again", "pictures.show"),
    *("well_known.change_password", "well_known.security_txt"),
    "assets.font",
    "assets.static",
}
