"""The tables. Importing this package makes all of them known to `Base.metadata`."""

from app.models.author import Author, AuthorName, PaperAuthor
from app.models.derived import DerivedVersion
from app.models.draft import Draft
from app.models.dump_import import DumpImport
from app.models.link import Link
from app.models.merge import MergedDraft, PaperDifference, PaperMerge
from app.models.paper import Identifier, Paper, folded
from app.models.picture import FormerPicture, Picture, PictureUse
from app.models.search_entry import SearchEntry, SearchWord
from app.models.section import Section
from app.models.similar import SimilarMark, SimilarPaper, SimilarWord
from app.models.summary import DeletedSummary, Revision, Summary
from app.models.tag import SummaryTag, Tag
from app.models.tally import Total, Writer
from app.models.user import FormerName, LoginSession, User
from app.models.venue import Venue, VenueYear
from app.models.vote import Vote

__all__ = [
    "Author",
    "AuthorName",
    "DeletedSummary",
    "DerivedVersion",
    "Draft",
    "DumpImport",
    "FormerName",
    "FormerPicture",
    "Identifier",
    "Link",
    "LoginSession",
    "MergedDraft",
    "Paper",
    "PaperAuthor",
    "PaperDifference",
    "PaperMerge",
    "Picture",
    "PictureUse",
    "Revision",
    "SearchEntry",
    "SearchWord",
    "Section",
    "SimilarMark",
    "SimilarPaper",
    "SimilarWord",
    "Summary",
    "SummaryTag",
    "Tag",
    "Total",
    "User",
    "Venue",
    "VenueYear",
    "Vote",
    "Writer",
    "folded",
]
