"""Forms about orders: search, sending, cancelling, refunding."""

from __future__ import annotations

from flask import abort
from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectField, SelectMultipleField

from storefront.admin.forms import NestedForm
from storefront.admin.forms.fields import Part
from storefront.forms import MoneyField, TextField, required, within
from storefront.locale import lazy_gettext as _


class PackedPart(Part):
    """The batch from which a line was packed."""

    lot = SelectField(_("Batch"))


class SendForm(NestedForm):
    """Mark as sent, with the batch of each line and the carrier's code when there is one."""

    lines = FieldList(FormField(PackedPart))
    tracking_code = TextField(_("Tracking code"), [within(80)])


class PackForm(NestedForm):
    """The orders of a list that were packed, by their numbers."""

    number = SelectMultipleField(_("Order"), validate_choice=False)

    def numbers(self) -> list[str]:
        """Those that were ticked."""
        return sorted(set(self.number.data or []))


class RefundForm(NestedForm):
    """Give back everything or an amount: two forms on the page, each with its own button.

    already, basis: what had been given back when the page was shown, and upon what it is decided; a second
    click, or one that comes too late, is refused by them.
    """

    how = HiddenField()
    amount = MoneyField(_("Amount to give back"), [within(20)])
    restock = BooleanField(_("Put goods that were not sent back into stock"))
    already = HiddenField()
    basis = HiddenField()

    def is_part(self) -> bool:
        """True for an amount, False for everything; 400 to what no form of ours sends."""
        if self.how.data not in ("full", "part"):
            abort(400)
        return bool(self.how.data == "part")

    def seen_cents(self) -> int:
        """`already` as cents; 400 to what no form of ours sends."""
        text: str = self.already.data or ""
        if not (text.isascii() and text.isdecimal() and len(text) <= 9):
            abort(400)
        return int(text)


class SettleForm(NestedForm):
    """A refund that came back was paid in another way."""

    how = TextField(_("How was it paid?"), [required(), within(200)])
