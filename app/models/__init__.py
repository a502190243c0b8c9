"""The tables.

Importing this package makes all of them known to `Base.metadata`.
"""

from app.models.backup import Backup
from app.models.derived import Change, DerivedVersion
from app.models.identity import Identity
from app.models.job import Job
from app.models.mail import Bounce, EmailAddress, Mail, MailToken
from app.models.papers.author import Author, AuthorName, PaperAuthor
from app.models.papers.bibliography import Bibliography, BibliographyQuestion
from app.models.papers.dump_import import DumpImport
from app.models.papers.list_entry import EntryCopy, ListEntry, ReadingList
from app.models.papers.list_import import ListImport, ListImportPart, ListImportRow
from app.models.papers.list_label import EntryLabel, ListLabel
from app.models.papers.merge import MergedDraft, PaperDifference, PaperMerge
from app.models.papers.offer import LookUp, OfferedRecord
from app.models.papers.paper import Identifier, Paper, folded
from app.models.papers.retraction import RetractionRecord
from app.models.papers.revision import PaperRevision
from app.models.papers.section import Section
from app.models.papers.shelf import FormerSlug, Shelf, ShelfEntry, ShelfMember
from app.models.papers.similar import SimilarMark, SimilarPaper, SimilarWord
from app.models.papers.venue import Venue, VenueYear
from app.models.passkey import Passkey, UsedChallenge
from app.models.reading import (
    BallotVote,
    Participation,
    Reading,
    ReadingFeed,
    ReadingGroup,
)
from app.models.search_entry import HiddenEntry, SearchEntry, SearchWord
from app.models.summaries.draft import Draft
from app.models.summaries.link import Link
from app.models.summaries.picture import FormerPicture, Picture, PictureUse
from app.models.summaries.summary import DeletedSummary, Revision, Summary
from app.models.summaries.tag import SummaryTag, Tag
from app.models.summaries.vote import Vote
from app.models.tally import Total, Writer
from app.models.user import (
    DeletionRequest,
    FormerName,
    Invitation,
    LicenceAgreement,
    LoginSession,
    SignIn,
    User,
)

__all__ = [
    "Author",
    "AuthorName",
    "Backup",
    "BallotVote",
    "Bibliography",
    "BibliographyQuestion",
    "Bounce",
    "Change",
    "DeletedSummary",
    "DeletionRequest",
    "DerivedVersion",
    "Draft",
    "DumpImport",
    "EmailAddress",
    "EntryCopy",
    "EntryLabel",
    "FormerName",
    "FormerPicture",
    "FormerSlug",
    "HiddenEntry",
    "Identifier",
    "Identity",
    "Invitation",
    "Job",
    "LicenceAgreement",
    "Link",
    "ListEntry",
    "ListImport",
    "ListImportPart",
    "ListImportRow",
    "ListLabel",
    "LoginSession",
    "LookUp",
    "Mail",
    "MailToken",
    "MergedDraft",
    "OfferedRecord",
    "Paper",
    "PaperAuthor",
    "PaperDifference",
    "PaperMerge",
    "PaperRevision",
    "Participation",
    "Passkey",
    "Picture",
    "PictureUse",
    "Reading",
    "ReadingFeed",
    "ReadingGroup",
    "ReadingList",
    "RetractionRecord",
    "Revision",
    "SearchEntry",
    "SearchWord",
    "Section",
    "Shelf",
    "ShelfEntry",
    "ShelfMember",
    "SignIn",
    "SimilarMark",
    "SimilarPaper",
    "SimilarWord",
    "Summary",
    "SummaryTag",
    "Tag",
    "Total",
    "UsedChallenge",
    "User",
    "Venue",
    "VenueYear",
    "Vote",
    "Writer",
    "folded",
]
