"""The forms of the article editor. What was typed always comes back with its errors."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from wtforms import Field, Form
from wtforms.widgets import CheckboxInput, ListWidget

from storefront.plugin_api import (
    BooleanField,
    DayField,
    FieldList,
    FileField,
    FormField,
    HiddenField,
    LongTextField,
    Refused,
    SelectField,
    SelectMultipleField,
    StaffForm,
    TextField,
    gettext,
    within,
)
from storefront.plugin_api import lazy_gettext as _

from .selling_forms import CtaPart

BODY_CHARACTERS = 100_000
RELATED = 5  # articles that an editor can choose to stand beside one
REVIEW_AFTER = ("6", "12")  # months
KINDS = ("product", "order_now", "collection", "citation", "picture", "article", "link")
"""What the picker finds to be put into a text."""

PICTURE_FILE = re.compile(r"[0-9a-f]{64}(-\d+(x\d+)?)?\.[a-z]{3,4}")
SHAPES, CROP = ("1x1", "4x3", "16x9"), {"file", "width", "height"}
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
    published_on = DayField(_("Published on"))
    publish_day = DayField(_("Publish on"))
    publish_hour = TextField(_("Hour"), [within(5)])


class ArticleForm(DeepForm):
    """An article in both languages, with the picker that puts things into its text.

    shown_at: when the article was last saved as this form was shown. over: the version that the writer
    chose to replace after somebody else had saved. working_key: the window's, under which its text is kept.
    shown: the language in front.
    """

    nl = FormField(TextPart)
    en = FormField(TextPart)
    nl_cta = FormField(CtaPart)
    en_cta = FormField(CtaPart)
    source_lang = SelectField(_("Written first in"))
    author = SelectField(_("Author"))
    reviewer = SelectField(_("Reviewer"))
    main_topic = SelectField(_("Main topic"))
    topics = TicksField(_("Also listed under"))
    ingredients = TicksField(_("What the article is about"))
    featured = BooleanField(_("Leads the blog"))
    reviewed_on = DayField(_("Reviewed on"))
    review_due = DayField(_("Review again by"))
    review_after = SelectField(_("Review again"))
    related = FieldList(SelectField(validate_choice=False), min_entries=RELATED, max_entries=RELATED)
    picture = FileField(_("Picture"))
    no_picture = BooleanField(_("Show no picture"))
    picture_kept = HiddenField()
    shown_at = HiddenField()
    over = HiddenField()
    working_key = HiddenField()
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
        self.source_lang.choices = [("nl", gettext("Dutch")), ("en", gettext("English"))]
        after = [(months, gettext("After %(months)s months", months=months)) for months in REVIEW_AFTER]
        self.review_after.choices = [("", gettext("On the day below")), *after]
        self.author.choices = [("", gettext("Choose…")), *authors]
        self.reviewer.choices = [("", gettext("Nobody yet")), *authors]
        self.main_topic.choices = [("", gettext("None")), *topics]
        self.topics.choices = topics
        self.ingredients.choices = list(ingredients.items())

    def text(self, lang: str) -> TextPart:
        """The part of one language."""
        part: TextPart = self[lang].form
        return part

    def cta(self, lang: str) -> CtaPart:
        """The call to action of one language."""
        part: CtaPart = self[f"{lang}_cta"].form
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
    code = HiddenField()
    title = TextField(validators=[within(200)])
    lead = LongTextField(validators=[within(1_000)])
    image_alt = TextField(validators=[within(300)])
    body = LongTextField(validators=[within(BODY_CHARACTERS)])
    author = HiddenField()
    reviewer = HiddenField()
    main_topic = HiddenField()
    picture_kept = HiddenField()
    no_picture = HiddenField()


class PictureForm(StaffForm):
    """A picture that goes into a text."""

    text_picture = FileField()
    text_picture_alt = TextField(validators=[within(300)])


class WorkingForm(StaffForm):
    """What stands in a window of the editor and is not saved yet, as JSON."""

    fields = HiddenField(validators=[within(400_000, 1)])


class DropForm(StaffForm):
    """A working copy that is to be thrown away."""

    key = HiddenField()


class ButtonForm(StaffForm):
    """A button: nothing but the token."""


def read_picture(kept: str | None) -> dict[str, Any]:
    """The picture that a hidden field carries, or {} when it was tampered with or is empty."""
    try:
        given = json.loads(kept or "{}")
        found = {name: given[name] for name in ("file", "raster", "width", "height")}
        more = {name: given[name] for name in ("widths", "crops") if name in given}
        crops = list(more.get("crops", {}).values())
        files = [found["file"], found["raster"], *(crop["file"] for crop in crops)]
        sides = [crop[side] for crop in (found, *crops) for side in ("width", "height")]
        sides += more.get("widths", [])
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
    fits = all(isinstance(file, str) and PICTURE_FILE.fullmatch(file) for file in files)
    if not fits or not all(isinstance(side, int) and side in SIDE for side in sides):
        return {}
    if any(shape not in SHAPES or set(crop) != CROP for shape, crop in more.get("crops", {}).items()):
        return {}
    return found | more


def read_moment(text: str | None) -> datetime | None:
    """The moment that a hidden field carries, or None."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None
