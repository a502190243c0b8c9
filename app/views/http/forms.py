"""The forms.

They check shape only; what is right is for the services to say.
"""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Optional, Regexp
from wtforms.widgets import HiddenInput

from app.references.labels import KIND_LABELS, capitalised, field_label
from app.services.papers.fact_changes import DETAIL_FACTS
from app.services.refusals import Refusal
from app.text.lines import plain_ends

# Who can see a summary of each visibility, and what that means.
VISIBLE_TO = {"public": "Everybody", "unlisted": "Whoever has its link", "private": "Only you"}
WHO_SEES = {
    "public": "It stands on the page of the paper, in lists, feeds and search.",
    "unlisted": (
        "It stands in no list. You get a secret link that you can give to others, renew and close."
    ),
    "private": "A note to yourself: nobody else can see it or learn that it exists.",
}


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form whose fields carry the names of a service's arguments."""

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
    title = StringField("Title", [InputRequired("A paper needs a title.")])
    authors = LinesField("Authors")
    year = StringField(
        "Year", [Optional(), Regexp(r"^\s*\d{4}\s*$", message="A year has four digits.")]
    )
    venue = StringField("Venue")
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
        [DataRequired("Paste or type something that names the paper.")],
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


class SharingForm(Form):
    visibility = RadioField(
        "Who can see it",
        choices=VISIBLE_TO,
        validate_choice=False,
    )
    anonymous = OptionalCheckbox("Anonymous", description="Your name is shown to nobody else.")


class SummaryForm(SharingForm):
    summary = IntegerField(widget=HiddenInput())  # which one it changes; 0 for a new one
    source = LinesField("Summary")
    takeaway = StringField(
        "Takeaway", description="The one sentence to remember; it stands in every list."
    )
    tags = StringField("Tags", description="Separated by commas, such as detection, two-stage.")
    revision = IntegerField(widget=HiddenInput())
    draft = IntegerField(widget=HiddenInput())
    base = HiddenField()  # see `content.SummarySettings.to_text`


class SignUpForm(Form):
    name = StringField(
        "User name",
        [InputRequired("Choose a user name.")],
        description="Letters, digits, dots, hyphens and underscores; it stands in addresses.",
    )
    display_name = StringField("Display name", description="Shown on your summaries.")
    password = PasswordField(
        "Password", [InputRequired("Choose a password.")], description="At least 8 characters."
    )
    next = HiddenField()


class LoginForm(Form):
    name = StringField("User name", [InputRequired("Type your user name.")])
    password = PasswordField("Password", [InputRequired("Type your password.")])
    next = HiddenField()


class ProfileForm(Form):
    display_name = StringField("Display name", description="Shown on your summaries.")
    bio = LinesField("About you", description="Markdown, with formulas between $ signs.")


class PasswordForm(Form):
    current = PasswordField("Current password", [InputRequired("Type your current password.")])
    new = PasswordField(
        "New password", [InputRequired("Choose a password.")], description="At least 8 characters."
    )
