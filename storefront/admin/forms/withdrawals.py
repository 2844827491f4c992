"""Forms about withdrawals: counting what came back, naming the order, closing."""

from __future__ import annotations

from wtforms import BooleanField, FieldList, FormField, HiddenField

from storefront.admin.forms import NestedForm
from storefront.admin.forms.fields import Part
from storefront.forms import MoneyField, TextField, WholeField, required, within
from storefront.locale import lazy_gettext as _


class ReturnedPart(Part):
    """What came back of a line, and whether it can be sold again."""

    quantity = WholeField(_("Came back"), [within(5)], least=0)
    restock = BooleanField(_("Back into stock"))


class ReturnForm(NestedForm):
    """The goods are back. amount: another sum than the computed one."""

    lines = FieldList(FormField(ReturnedPart))
    amount = MoneyField(_("Another amount to give back"), [within(20)])


class CloseForm(NestedForm):
    """Nothing comes back."""

    reason = TextField(_("Reason"), [required(), within(300)])


class OrderForm(NestedForm):
    """The order that a statement means. sure: the one that was shown as somebody else's."""

    number = TextField(_("Order number"), [required(), within(40)])
    sure = HiddenField()
