"""Forms about ways of delivery and VAT rates."""

from __future__ import annotations

from wtforms import HiddenField, RadioField, SelectField

from storefront.admin.forms import NestedForm
from storefront.admin.forms.fields import choices
from storefront.forms import DayField, FigureField, MoneyField, TextField, required, within
from storefront.locale import lazy_gettext as _


class MethodForm(NestedForm):
    """A way of delivery. shown_as: what was saved when the form was shown."""

    name_nl = TextField(_("Name"), [required(), within(120)])
    name_en = TextField(_("Name"), [required(), within(120)])
    details_nl = TextField(_("How and how fast"), [required(), within(160)])
    details_en = TextField(_("How and how fast"), [required(), within(160)])
    price = MoneyField(_("Price incl. VAT"), [required(), within(20)])
    free_from = MoneyField(_("Free from an order of"), [within(20)])
    shown_as = HiddenField()


class RateForm(NestedForm):
    """A VAT rate that begins on a day."""

    country = SelectField(
        _("Country"), choices=choices([("NL", _("Netherlands")), ("BE", _("Belgium"))]), default="NL"
    )
    vat_class = RadioField(
        _("VAT"),
        choices=choices([("reduced", _("Reduced rate")), ("standard", _("Standard rate"))]),
        default="reduced",
    )
    percent = FigureField(_("Percentage"), [required(), within(6)], least=0)
    valid_from = DayField(_("First day"), [required(), within(10)])
