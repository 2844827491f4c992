"""The forms of the library: sources, people and topics."""

from __future__ import annotations

import re
from typing import Any

from wtforms import Form, ValidationError

from storefront.plugin_api import (
    BooleanField,
    FileField,
    FormField,
    HiddenField,
    LongTextField,
    SelectField,
    StaffForm,
    TextField,
    WholeField,
    gettext,
    required,
    within,
)
from storefront.plugin_api import lazy_gettext as _

from . import citations
from .forms import DeepForm, read_picture
from .people import PAGE

STUDY_TEXTS = ("species", "population", "design", "dose", "duration", "funding", "result")
PUBLISHED = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
PMCID = re.compile(r"PMC\d{4,9}")


class PasteForm(StaffForm):
    """A publication as somebody found it: DOI, PubMed number or an address."""

    pasted = TextField(_("DOI, PubMed number or address"), [required(), within(500)])


class StudyPart(Form):
    """The study card in one language."""

    species = TextField(_("Species"), [within(60)])
    population = TextField(_("Who took part"), [within(300)])
    design = TextField(_("Design"), [within(200)])
    dose = TextField(_("Dose"), [within(200)])
    duration = TextField(_("Duration"), [within(120)])
    funding = LongTextField(_("Funding and interests"), [within(600)])
    result = LongTextField(_("Main result"), [within(1_000)])


class ReferenceForm(DeepForm):
    """A publication in the library, with its study card."""

    kind = SelectField(_("Kind"))
    authors = LongTextField(_("Authors"), [required(), within(4_000)])
    more_authors = BooleanField(_("The paper has more authors than these"))
    title = LongTextField(_("Title"), [required(), within(600)])
    lang = SelectField(_("Language of the title"))
    journal = TextField(_("Journal"), [within(200)])
    journal_abbr = TextField(_("Journal, abbreviated"), [within(120)])
    year = WholeField(_("Year"), [required()], least=1)
    volume = TextField(_("Volume"), [within(20)])
    issue = TextField(_("Issue"), [within(20)])
    pages = TextField(_("Pages"), [within(40)])
    article_no = TextField(_("Article number"), [within(40)])
    published = TextField(_("Day of publication"), [within(10)])
    doi = TextField(_("DOI"), [within(300)])
    pmid = TextField(_("PubMed number"), [within(100)])
    pmcid = TextField(_("PMC number"), [within(100)])
    participants = WholeField(_("Number of participants"), least=1)
    nl = FormField(StudyPart)
    en = FormField(StudyPart)
    compared = BooleanField(_("I have just compared this with the publication"))
    kept_because = TextField(_("Why it stays as it is"), [within(300)])
    shown_at = HiddenField()

    def offer(self) -> None:
        """Say what can be chosen."""
        kinds = {"article": gettext("Study or review"), "opinion": gettext("Opinion of an authority")}
        self.kind.choices = list(kinds.items())
        self.lang.choices = [("en", gettext("English")), ("nl", gettext("Dutch")), ("de", gettext("German"))]

    def validate_year(self, field: WholeField) -> None:
        """A year in which there were journals."""
        if field.data and not re.fullmatch(r"(1[89]|20|21)\d\d", field.data):
            raise ValidationError(gettext("Write a year of four digits."))

    def validate_published(self, field: TextField) -> None:
        """A year, a month or a day."""
        if field.data and not PUBLISHED.fullmatch(field.data):
            raise ValidationError(gettext("Write 2026, 2026-01 or 2026-01-12."))

    def validate_doi(self, field: TextField) -> None:
        """A DOI in any spelling becomes the bare one."""
        clean_doi(field)

    def validate_pmid(self, field: TextField) -> None:
        """A PubMed number or address becomes the bare number."""
        if field.data:
            message = gettext("This is not a PubMed number. It has at most eight digits.")
            field.data = citations.identify(field.data).pmid or _wrong(message)

    def validate_pmcid(self, field: TextField) -> None:
        """A PMC number in any spelling becomes PMC1234567."""
        if field.data:
            number = "PMC" + re.sub(r"(?i)^pmc\s*", "", field.data)
            found = number if PMCID.fullmatch(number) else citations.identify(field.data).pmcid
            field.data = found or _wrong(gettext("This is not a PMC number. It looks like PMC8550608."))

    @property
    def author_names(self) -> list[str]:
        """The authors, one a line; a list with commas or semicolons in one line is taken apart."""
        lines = [line for line in (self.authors.data or "").split("\n") if line.strip()]
        if len(lines) == 1:
            lines = re.split(r"[;,]", lines[0])
        return [" ".join(line.split()).rstrip(".,;") for line in lines if line.strip(" .,;")]


class UpdateForm(StaffForm):
    """What was published about a work later."""

    update_kind = SelectField(_("What was published"))
    update_doi = TextField(_("DOI of the notice"), [within(300)])
    note_nl = LongTextField(_("What it means for our articles"), [within(600)])
    note_en = LongTextField(_("What it means for our articles"), [within(600)])

    def offer(self) -> None:
        """Say what can be chosen."""
        kinds = {
            "erratum": gettext("Correction (erratum)"),
            "concern": gettext("Expression of concern"),
            "retraction": gettext("Retraction"),
        }
        self.update_kind.choices = list(kinds.items())

    def validate_update_doi(self, field: TextField) -> None:
        """A DOI in any spelling becomes the bare one."""
        clean_doi(field)


class AuthorPart(Form):
    """A person in one language."""

    role = TextField(_("Role"), [within(120)])
    bio = LongTextField(_("Biography"), [within(1_000)])


class AuthorForm(DeepForm):
    """A person who writes or reviews."""

    name = TextField(_("Name"), [required(), within(120)])
    nl = FormField(AuthorPart)
    en = FormField(AuthorPart)
    picture = FileField(_("Picture"))
    no_picture = BooleanField(_("Show no picture"))
    picture_kept = HiddenField()
    same_as = LongTextField(_("Other pages of theirs"), [within(1_000)])

    @property
    def kept_picture(self) -> dict[str, Any]:
        """The stored picture that this form carries, or nothing when there is none."""
        return read_picture(self.picture_kept.data)

    @property
    def pages(self) -> list[str]:
        """The addresses of other pages, each once."""
        return list(dict.fromkeys((self.same_as.data or "").split()))

    def validate_same_as(self, _field: LongTextField) -> None:
        """Addresses of pages, one a line."""
        for address in self.pages:
            if not PAGE.fullmatch(address):
                _wrong(gettext("“%(address)s” is no page; an address begins with https://.", address=address))


class TopicPart(Form):
    """A topic in one language; without a name it has no page in it."""

    name = TextField(_("Name"), [within(120)])
    slug = TextField(_("Web address"), [within(120)])
    intro = LongTextField(_("Introduction"), [within(1_000)])
    order_heading = TextField(_("Heading of the order-now block"), [within(160)])


class TopicForm(DeepForm):
    """What articles are about."""

    nl = FormField(TopicPart)
    en = FormField(TopicPart)
    position = WholeField(_("Place in the list"), least=1)
    parent = SelectField(_("Stands below"))
    collection = SelectField(_("Collection"))

    def offer(self, collections: dict[str, str], chosen: str, parents: list[tuple[str, str]]) -> None:
        """Say what can be chosen: (code -> name), and what was chosen before, were it gone."""
        self.parent.choices = [("", gettext("No other topic")), *parents]
        gone = {} if not chosen or chosen in collections else {chosen: chosen}
        self.collection.choices = [("", gettext("None")), *(collections | gone).items()]


def clean_doi(field: TextField) -> None:
    """A DOI in any spelling becomes the bare one; what holds none is refused."""
    if field.data:
        field.data = citations.doi_in(field.data) or _wrong(
            gettext("This is not a DOI. A DOI looks like 10.3233/JAD-150538.")
        )


def _wrong(message: str) -> str:
    raise ValidationError(message)
