"""The forms of the blog's admin. What was typed always comes back with its errors."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from wtforms import Field, Form, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from storefront.plugin_api import (
    BooleanField,
    DayField,
    FileField,
    FormField,
    HiddenField,
    LongTextField,
    Refused,
    SelectField,
    SelectMultipleField,
    StaffForm,
    TextField,
    WholeField,
    gettext,
    required,
    within,
)
from storefront.plugin_api import lazy_gettext as _

from . import citations

BODY_CHARACTERS = 100_000
KINDS = ("product", "order_now", "citation", "link")  # what the picker can put into a text
STUDY_TEXTS = ("species", "population", "design", "dose", "duration", "funding", "result")
PUBLISHED = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
PMCID = re.compile(r"PMC\d{4,9}")
PICTURE_FILE = re.compile(r"[0-9a-f]{64}(-\d+)?\.[a-z]{3,4}")
SIDE = range(1, 30_000)
Choices = list[tuple[str, str]]


class TicksField(SelectMultipleField):
    """Several of a list, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class DeepForm(StaffForm):
    """A form with parts: a refusal reaches the field inside, named as in the page ("nl-title")."""

    def refuse(self, refusal: Refused) -> None:
        """Put a refusal beside its field, however deep it lies; above the form when it belongs to none."""
        for field in self.leaves():
            if refusal.field and field.name == refusal.field:
                field.errors = [*field.errors, str(refusal)]
                return
        self.form_errors.append(str(refusal))

    def listed_errors(self) -> list[tuple[str, str]]:
        """All errors as (id of the field or "", message), in the order of the page."""
        found = [("", str(message)) for message in self.form_errors]
        for field in self.leaves():
            found += [(field.id, f"{where(field)}{message}") for message in field.errors]
        return found

    def leaves(self) -> Iterator[Field]:
        """Every field that a person fills in, those of parts too."""
        for field in self:
            if isinstance(field, FormField):
                yield from field.form
            else:
                yield field


def where(field: Field) -> str:
    """The language in front of a message about one language's text: "EN: "."""
    lang, dash, _name = field.name.partition("-")
    return f"{lang.upper()}: " if dash and len(lang) == 2 else ""


class TextPart(Form):
    """An article in one language."""

    title = TextField(_("Title"), [within(200)])
    slug = TextField(_("Web address"), [within(120)])
    lead = LongTextField(_("Introduction"), [within(1_000)])
    excerpt = LongTextField(_("Excerpt for cards"), [within(600)])
    meta_description = LongTextField(_("Description for search engines"), [within(200)])
    image_alt = TextField(_("Alternative text of the picture"), [within(300)])
    body = LongTextField(_("Text"), [within(BODY_CHARACTERS)])


class ArticleForm(DeepForm):
    """An article in both languages, with the picker that puts things into its text.

    shown_at: when the article was last saved as this form was shown. over: the version that the writer
    chose to replace after somebody else had saved. shown: the language in front.
    """

    nl = FormField(TextPart)
    en = FormField(TextPart)
    author = SelectField(_("Author"))
    reviewer = SelectField(_("Reviewer"))
    main_topic = SelectField(_("Main topic"))
    topics = TicksField(_("Also listed under"))
    ingredients = TicksField(_("What the article is about"))
    featured = BooleanField(_("Leads the blog"))
    published_on = DayField(_("Published on"))
    reviewed_on = DayField(_("Reviewed on"))
    review_due = DayField(_("Review again by"))
    picture = FileField(_("Picture"))
    no_picture = BooleanField(_("Show no picture"))
    picture_kept = HiddenField()
    shown_at = HiddenField()
    over = HiddenField()
    shown = HiddenField()
    do = HiddenField()
    look_in = HiddenField()
    look_for = TextField(_("Search"), [within(300)])
    insert = HiddenField()
    chosen = SelectMultipleField(validate_choice=False)
    heading = TextField(_("Heading of the order-now block"), [within(160)])
    text_picture = FileField(_("Picture for the text"))
    text_picture_alt = TextField(_("Alternative text"), [within(300)])

    def offer(self, authors: Choices, topics: Choices, ingredients: dict[str, str]) -> None:
        """Say what can be chosen."""
        self.author.choices = [("", gettext("Choose…")), *authors]
        self.reviewer.choices = [("", gettext("Nobody yet")), *authors]
        self.main_topic.choices = [("", gettext("None")), *topics]
        self.topics.choices = topics
        self.ingredients.choices = list(ingredients.items())

    def text(self, lang: str) -> TextPart:
        """The part of one language."""
        part: TextPart = self[lang].form
        return part

    @property
    def chosen_topics(self) -> list[str]:
        """All topics, the main one first."""
        keys = [self.main_topic.data, *(self.topics.data or [])]
        return list(dict.fromkeys(key for key in keys if key))

    @property
    def kept_picture(self) -> dict[str, Any]:
        """The stored picture that this form carries, or nothing when there is none."""
        return read_picture(self.picture_kept.data)


class PreviewForm(StaffForm):
    """What a preview is made of."""

    lang = HiddenField()
    title = TextField(validators=[within(200)])
    lead = LongTextField(validators=[within(1_000)])
    body = LongTextField(validators=[within(BODY_CHARACTERS)])


class PictureForm(StaffForm):
    """A picture that goes into a text."""

    text_picture = FileField()
    text_picture_alt = TextField(validators=[within(300)])


class ButtonForm(StaffForm):
    """A button: nothing but the token."""


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
    erratum_doi = TextField(_("DOI of a correction"), [within(300)])
    participants = WholeField(_("Number of participants"), least=1)
    nl = FormField(StudyPart)
    en = FormField(StudyPart)
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

    def validate_erratum_doi(self, field: TextField) -> None:
        """The same for the correction."""
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


class AuthorPart(Form):
    """A person in one language."""

    role = TextField(_("Role"), [within(120)])
    bio = LongTextField(_("Biography"), [within(1_000)])


class AuthorForm(DeepForm):
    """A person who writes or reviews."""

    name = TextField(_("Name"), [required(), within(120)])
    nl = FormField(AuthorPart)
    en = FormField(AuthorPart)


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
    collection = SelectField(_("Collection"))

    def offer(self, collections: dict[str, str], chosen: str) -> None:
        """Say what can be chosen: (code -> name), and what was chosen before, were it gone."""
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


def read_picture(kept: str | None) -> dict[str, Any]:
    """The picture that a hidden field carries, or {} when it was tampered with or is empty."""
    try:
        given = json.loads(kept or "{}")
        files = [given["file"], given["raster"]]
        sides = [given["width"], given["height"]]
    except (ValueError, KeyError, TypeError):
        return {}
    fits = all(isinstance(file, str) and PICTURE_FILE.fullmatch(file) for file in files)
    if not fits or not all(isinstance(side, int) and side in SIDE for side in sides):
        return {}
    return {"file": files[0], "raster": files[1], "width": sides[0], "height": sides[1]}


def read_moment(text: str | None) -> datetime | None:
    """The moment that a hidden field carries, or None."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None
