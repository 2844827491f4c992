"""The form of a discount."""

from __future__ import annotations

from wtforms import HiddenField, RadioField

from storefront.admin.forms import NestedForm
from storefront.admin.forms.fields import choices
from storefront.admin.forms.products import Checkboxes
from storefront.forms import DayField, FigureField, MoneyField, TextField, WholeField, required, within
from storefront.locale import lazy_gettext as _

KINDS = (
    ("percent", _("A percentage off each piece")),
    ("piece", _("An amount off each piece")),
    ("amount", _("An amount off the order")),
    ("shipping", _("Free delivery")),
)


class DiscountForm(NestedForm):
    """A discount code or an automatic offer. shown_as: what was saved when the form was shown."""

    shown_as = HiddenField()
    code = TextField(_("Code"), [within(40)])
    name_nl = TextField(_("Name"), [required(), within(80)])
    name_en = TextField(_("Name"), [required(), within(80)])
    kind = RadioField(_("What it takes off"), choices=choices(KINDS), default="percent")
    percent = FigureField(_("Percentage"), [within(6)], least=0)
    amount = MoneyField(_("Amount in euro"), [within(20)])
    minimum = MoneyField(_("Counts from an amount of"), [within(20)])
    products = Checkboxes(_("Products"))
    collections = Checkboxes(_("Collections"))
    starts_on = DayField(_("First day"), [required(), within(10)])
    ends_on = DayField(_("Last day"), [within(10)])
    most_uses = WholeField(_("Maximum number of orders"), [within(7)], least=1)
    most_per_customer = WholeField(_("Maximum per customer"), [within(5)], least=1)
