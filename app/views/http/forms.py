"""The forms.

They check shape only; what is right is for the services to say.
"""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.form import BaseForm
from wtforms.validators import DataRequired, InputRequired, Optional, Regexp
from wtforms.widgets import HiddenInput

from app.models.papers.list_entry import PRIORITIES
from app.references.labels import KIND_LABELS, capitalised, field_label
from app.services.papers.fact_changes import DETAIL_FACTS
from app.services.refusals import Refusal
from app.text.lines import plain_ends
from app.views.http import access

# Who can see a summary of each visibility, and what that means.
VISIBLE_TO = {"public": "Public", "unlisted": "Unlisted", "private": "Private"}
# What the button does that saves a new summary.
SAVE_LABELS = {"public": "Publish", "unlisted": "Save unlisted", "private": "Save privately"}
WHO_SEES = {
    "public": "Shown on the paper’s page, in lists, feeds and search.",
    "unlisted": "Only people with the secret link. You can reset or revoke it.",
    "private": "Only you can see it.",
}
# How much of a paper was read, and how a text was made (`sources.provenance`), as a form asks it.
READ_LABELS = {
    "": "Not stated",
    "whole": "The whole paper",
    "parts": "Parts of it",
    "abstract": "The abstract only",
}
MADE_LABELS = {
    "": "Not stated",
    "hand": "By hand",
    "assisted": "With machine help",
    "machine": "By machine",
}
# The same of a shelf, whose members see it whatever it is.
WHO_SEES_SHELF = {
    "public": "Anyone. Listed on your profile and on the pages of its papers.",
    "unlisted": "Members, and people with the secret link. You can reset or revoke it.",
    "private": "Only you and the members you invite.",
}
SHELF_ROLES = {"editor": "Can add papers", "viewer": "Can view"}
# The statuses of a reading list, in the order in which a reader meets them.
STATUS_LABELS = {"to-read": "To read", "reading": "Reading", "read": "Read", "stopped": "Stopped"}


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form whose fields carry the names of a service's arguments."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # as above
        csrf = False  # checked of each request, before its view (`security.csrf`)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self._fields.values():
            field.form = self

    @property
    def first_wrong(self) -> Field | None:
        """The first field with an error: there a reader goes on."""
        return next((field for field in self._fields.values() if field.errors), None)

    def refuse(self, refused: Refusal) -> None:
        """Show a service's refusals beside the fields that they name, or at the top.

        One of a field that has an error already says nothing new.
        """
        for each in refused.all:
            field = self._fields.get(each.field)
            if field is None:
                self.form_errors.append(each.message)
            elif not field.errors:
                field.errors = [each.message]


class LinesField(TextAreaField):
    """Text of several lines; a browser ends each with two characters, and we with one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if self.data:
            self.data = plain_ends(self.data)


class PaperForm(Form):
    title = StringField("Title", [InputRequired("Enter a title.")])
    authors = LinesField("Authors")
    venue = StringField("Venue")
    year = StringField(
        "Year", [Optional(), Regexp(r"^\s*\d{4}\s*$", message="Enter a four-digit year.")]
    )
    doi = StringField(KIND_LABELS["doi"])
    arxiv_id = StringField(KIND_LABELS["arxiv"])
    url = StringField("URL")
    key = StringField(KIND_LABELS["key"])
    section = SelectField("Section", validate_choice=False)
    keywords = StringField("Keywords")
    abstract = LinesField("Abstract", description="LaTeX between $…$ is supported.")


# What BibTeX calls the kinds of works.
ENTRY_TYPES = (
    *("article", "inproceedings", "book", "incollection", "inbook", "proceedings"),
    *("phdthesis", "mastersthesis", "techreport", "unpublished", "misc"),
)


class PaperFactsForm(PaperForm):
    """The form for all facts of a paper that is here."""

    type = SelectField(capitalised(field_label("type")), validate_choice=False)
    reason = StringField("Reason", description="One line; others can read it.")
    stamp = HiddenField()  # see `services.papers.editing.stamp_facts`


for _name in DETAIL_FACTS:
    if _name != "type":
        setattr(PaperFactsForm, _name, StringField(capitalised(field_label(_name))))


class LookUpForm(Form):
    pasted = LinesField(
        "Identifier, URL, citation or title",
        [DataRequired("Paste an identifier, URL, citation or title.")],
    )


class OptionalCheckbox(BooleanField):
    """A tick box that says when a form did not hold it.

    Its value is `None` then.

    A browser sends nothing for a box without a tick, so an empty hidden field of the same name goes
    before it (`macros/forms.html`).
    """

    def process_formdata(self, valuelist: list[str]) -> None:
        told = [value not in self.false_values for value in valuelist]
        self.data = any(told) if told else None  # type: ignore[assignment]  # that is the point

    def _value(self) -> str:
        return "y"  # and not what the hidden field beside it holds


def _anonymous_field() -> OptionalCheckbox:
    return OptionalCheckbox("Anonymous", description="Hide my name from other users.")


class SharingForm(Form):
    visibility = RadioField("Visibility", choices=VISIBLE_TO, validate_choice=False)
    anonymous = _anonymous_field()
    agrees = BooleanField("Licence")


class SummaryForm(Form):
    visibility = SelectField("Visibility", choices=VISIBLE_TO, validate_choice=False)
    anonymous = _anonymous_field()
    summary = IntegerField(widget=HiddenInput())  # which one it changes; 0 for a new one
    source = LinesField("Summary")
    takeaway = StringField("Takeaway", description="The paper in one sentence. Shown in lists.")
    read = SelectField("I read", choices=READ_LABELS, validate_choice=False)
    made = SelectField("Written", choices=MADE_LABELS, validate_choice=False)
    interest = OptionalCheckbox("I’m an author or have an interest")
    agrees = BooleanField("Licence")
    tags = StringField("Tags", description="Comma-separated, up to 8, e.g. detection, two-stage.")
    revision = IntegerField(widget=HiddenInput())
    draft = IntegerField(widget=HiddenInput())
    base = HiddenField()  # see `content.SummarySettings.to_text`


class _CurrentPassword(InputRequired):
    """Asks for the password of who has one to type."""

    def __call__(self, form: BaseForm, field: Field) -> None:
        if access.asks_password():
            super().__call__(form, field)


def _current_password_field() -> PasswordField:
    return PasswordField("Current password", [_CurrentPassword("Enter your current password.")])


def _new_password_field(label: str) -> PasswordField:
    return PasswordField(
        label, [InputRequired("Choose a password.")], description="At least 8 characters."
    )


def _user_name_field() -> StringField:
    return StringField(
        "Username",
        [InputRequired("Choose a username.")],
        description="Letters, digits, . - _ . Part of your profile URL; can’t be changed later.",
    )


class SignUpForm(Form):
    name = _user_name_field()
    display_name = StringField("Display name", description="Shown on your summaries.")
    password = _new_password_field("Password")
    next = HiddenField()
    invitation = HiddenField()


class ProvenSignUpForm(Form):
    """Signs up who has proved elsewhere who they are."""

    name = _user_name_field()
    display_name = StringField("Display name", description="Shown on your summaries.")


class ProofForm(Form):
    """Changes with what somebody signs in, and asks who they are for that."""

    current = _current_password_field()


class PasskeyForm(ProofForm):
    """Adds or removes a passkey; the browser fills in what it made."""

    name = StringField("Name", description="Such as the device that keeps it.")
    credential = HiddenField()


class PasskeyEntryForm(Form):
    """Signs in with a passkey; the browser fills in what it signed."""

    credential = HiddenField()
    next = HiddenField()


class LoginForm(Form):
    name = StringField("Username", [InputRequired("Enter your username.")])
    password = PasswordField("Password", [InputRequired("Enter your password.")])
    next = HiddenField()


class EmailForm(Form):
    address = StringField("Email address", [InputRequired("Enter an email address.")])
    current = _current_password_field()


class RemovalForm(Form):
    """Takes the email address away.

    Its field has an id of its own on the page.
    """

    password = _current_password_field()


class AccountDeletionForm(Form):
    texts = RadioField(
        "Public and unlisted summaries",
        [InputRequired("Choose what happens to your summaries.")],
        choices={"keep": "Keep as anonymous", "delete": "Delete"},
    )
    current = _current_password_field()


class RecoveryForm(Form):
    name = StringField(
        "Username or email address", [InputRequired("Enter your username or email address.")]
    )


class NewPasswordForm(Form):
    new = _new_password_field("New password")


class ProfileForm(Form):
    display_name = StringField("Display name", description="Shown on your summaries.")
    bio = LinesField("About you", description="Markdown; LaTeX between $…$ is supported.")


class PasswordForm(Form):
    current = _current_password_field()
    new = _new_password_field("New password")


class ListEntryForm(Form):
    status = SelectField("Status", choices=STATUS_LABELS, validate_choice=False)
    priority = SelectField(
        "Priority",
        choices={name: name.capitalize() for name in PRIORITIES},
        validate_choice=False,
    )
    remark = StringField("Remark", description="One line, shown to you wherever the paper is.")
    labels = StringField("Labels", description="Comma-separated, e.g. thesis, chapter 2.")
    citekey = StringField(
        "Your citation key", description="Used in your BibTeX file, e.g. ren2015faster."
    )
    notes = LinesField("Notes", description="Markdown; LaTeX between $…$ is supported.")


class ShelfForm(Form):
    title = StringField("Title", [InputRequired("Enter a title.")])
    slug = StringField(
        "Address",
        description="The end of its URL. Made from the title if empty. Links to an "
        "earlier address lead here.",
    )
    description = LinesField("Description", description="Markdown; LaTeX between $…$ is supported.")
    visibility = RadioField("Visibility", choices=VISIBLE_TO, validate_choice=False)


class ShelfMemberForm(Form):
    name = StringField("Username", [InputRequired("Enter a username.")])
    role = SelectField("Role", choices=SHELF_ROLES, validate_choice=False)
