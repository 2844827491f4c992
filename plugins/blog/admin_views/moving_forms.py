"""The forms of articles in and out."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import FileStorage

from storefront.plugin_api import (
    BooleanField,
    FieldList,
    FileField,
    HiddenField,
    Refused,
    SelectField,
    StaffForm,
    TextField,
    language,
    lazy_gettext,
    within,
)
from storefront.plugin_api import gettext as _

from .. import library_queries
from ..exchange.shopify import NEW
from ..models import Import


class FolderForm(StaffForm):
    """A zip of articles as files."""

    articles = FileField(lazy_gettext("Zip of articles"))


class ShopifyForm(StaffForm):
    """The files of a Shopify blog."""

    posts = FileField(lazy_gettext("Blog posts (CSV)"))
    redirects = FileField(lazy_gettext("Redirects (CSV)"))
    pictures = FileField(lazy_gettext("Pictures (zip)"))
    blog_lang = SelectField(lazy_gettext("Language of the blog"))
    blog = TextField(lazy_gettext("Handle of the blog"), [within(80)], default="news")
    host = TextField(lazy_gettext("Address of the old shop"), [within(200)])

    def offer(self) -> None:
        """Say what can be chosen."""
        self.blog_lang.choices = [("nl", _("Dutch")), ("en", _("English"))]


class ChoicesForm(StaffForm):
    """Who and what the names and tags of the old blog are here."""

    authors = FieldList(SelectField(validate_choice=False), max_entries=500)
    tags = FieldList(SelectField(validate_choice=False), max_entries=2_000)
    published = BooleanField(lazy_gettext("Publish what was published there, where nothing is missing"))
    do = HiddenField()


def empty_form() -> ShopifyForm:
    """The form to hand a blog in."""
    form = ShopifyForm()
    form.offer()
    return form


def choices_form(found: Import) -> ChoicesForm:
    """The form of what was chosen for a blog that is only looked at."""
    chosen = found.choices
    data = {
        "authors": list(chosen["authors"].values()),
        "tags": list(chosen["tags"].values()),
        "published": chosen["published"],
    }
    form = ChoicesForm(data=data)
    people = [(NEW, _("New, by this name")), ("", _("Nobody")), *library_queries.author_choices()]
    topics = [("", _("Leave it out")), (NEW, _("New topic")), *library_queries.topic_choices(language())]
    for entries, names, choices in (
        (form.authors, chosen["authors"], people),
        (form.tags, chosen["tags"], topics),
    ):
        for field, name in zip(entries, names, strict=False):
            field.choices = choices
            field.label.text = name
    return form


def uploaded(upload: Any, field: str) -> bytes:
    """The bytes of a file that has to be there."""
    if not isinstance(upload, FileStorage) or not upload.filename:
        raise Refused(_("Choose a file first."), field)
    with upload.stream as file:  # a large one lies on the disk
        data: bytes = file.read()
    return data
