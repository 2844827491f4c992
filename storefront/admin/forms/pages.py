"""The form of a page's texts."""

from __future__ import annotations

from wtforms import FormField, HiddenField

from storefront.admin.forms import NestedForm
from storefront.admin.forms.fields import Part
from storefront.forms import LongTextField, TextField, required, within
from storefront.locale import lazy_gettext as _


class PageTextPart(Part):
    """A page in one language."""

    title = TextField(_("Title"), [required(), within(160)])
    slug = TextField(_("Web address"), [required(), within(120)])
    meta_description = TextField(_("Description for search engines"), [within(200)])
    body = LongTextField(_("Text"), [required(), within(60_000)])


class PageForm(NestedForm):
    """A page in both languages. shown_at: when it was last saved as this form was shown."""

    nl = FormField(PageTextPart)
    en = FormField(PageTextPart)
    shown_at = HiddenField()
