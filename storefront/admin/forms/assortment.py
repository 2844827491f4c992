"""The forms of ingredients and collections."""

from __future__ import annotations

from wtforms import FormField, HiddenField

from storefront.admin.forms import NestedForm
from storefront.admin.forms.fields import Part
from storefront.admin.forms.products import CODE
from storefront.forms import LongTextField, StaffForm, TextField, WholeField, required, within
from storefront.locale import lazy_gettext as _


class IngredientForm(NestedForm):
    """An ingredient. shown_as: a fingerprint of what was saved when the form was shown."""

    shown_as = HiddenField()
    code = TextField(_("Code"), [required(), within(40), CODE])
    name_nl = TextField(_("Name"), [required(), within(80)])
    name_en = TextField(_("Name"), [required(), within(80)])


class CollectionTextPart(Part):
    """A collection in one language."""

    name = TextField(_("Name"), [required(), within(120)])
    slug = TextField(_("Web address"), [within(120)])
    intro = LongTextField(_("Introduction"), [within(4000)])
    meta_description = TextField(_("Description for search engines"), [within(200)])


class CollectionForm(NestedForm):
    """A collection in both languages. shown_as: as above."""

    shown_as = HiddenField()
    code = TextField(_("Code"), [required(), within(40), CODE])
    position = WholeField(_("Place in the menu"), [within(5)], least=0)
    nl = FormField(CollectionTextPart)
    en = FormField(CollectionTextPart)


class DeleteForm(StaffForm):
    """The button that deletes; sure: the pages it touches were named."""

    sure = HiddenField()
