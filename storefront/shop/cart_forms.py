"""The cart's forms. They check shape only; what a quantity may be is said by cart/lines.py."""

from __future__ import annotations

from flask import abort
from wtforms import Field

from storefront.cart.lines import LONGEST_SOURCE, MAX_LINES
from storefront.forms import PublicForm, TextField, given, refuse_nul
from storefront.locale import lazy_gettext


class AddForm(PublicForm):
    """Puts something into the cart. Product pages, cards and articles have it."""

    sku = TextField()
    quantity = TextField(default="1")
    source = TextField(default="")

    def check(self) -> None:
        """Answer 400 to what no form of ours sends."""
        given(self, "sku")
        if not self.sku.data or len(self.source.data or "") > LONGEST_SOURCE:
            abort(400)


class ManyField(Field):
    """A field that stands in the form once per line; `data` is the list of all its values."""

    def process_formdata(self, valuelist: list[str]) -> None:
        for value in valuelist:
            refuse_nul(value)
        self.data = [value.strip() for value in valuelist]


class UpdateForm(PublicForm):
    """Changes the quantities of all lines at once."""

    sku = ManyField()
    quantity = ManyField()

    def typed(self) -> dict[str, str]:
        """What was typed for each SKU."""
        given(self, "sku", "quantity")
        if len(self.sku.data) != len(self.quantity.data) or len(self.sku.data) > MAX_LINES:
            abort(400)
        return dict(zip(self.sku.data, self.quantity.data, strict=True))


class RemoveForm(PublicForm):
    """Takes a line out of the cart."""

    sku = TextField()

    def check(self) -> None:
        """Answer 400 to what no form of ours sends."""
        given(self, "sku")


class CodeForm(PublicForm):
    """Puts a discount code on the cart; an empty one takes it off."""

    code = TextField(lazy_gettext("Discount code"))

    def check(self) -> None:
        """Answer 400 to what no form of ours sends."""
        given(self, "code")
