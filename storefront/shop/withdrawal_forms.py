"""The two steps of a withdrawal: what is declared, and the same once more with the button that confirms."""

from __future__ import annotations

import re
from typing import Any

from flask import abort
from wtforms import Field
from wtforms.validators import ValidationError

from storefront.cart.lines import MAX_LINES
from storefront.forms import PublicForm, TextField, given, within
from storefront.locale import gettext as _
from storefront.locale import lazy_gettext
from storefront.shop.cart_forms import ManyField
from storefront.shop.checkout_forms import complete_address, filled, printable

TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
LONGEST = 40  # an order number with all that people put between its letters
ADDRESS = re.compile(r"[/@]|www\.", re.IGNORECASE)


def no_address(_form: Any, field: Field) -> None:
    """A validator: no web address. The receipt repeats the name, whoever it is sent to."""
    if ADDRESS.search(field.data or ""):
        raise ValidationError(_("Write a name, without an address."))


class StatementForm(PublicForm):
    """Step one asks for what the law allows to be asked: name, contract, and where the receipt goes."""

    name = TextField(lazy_gettext("Name"), [filled(), within(120), printable, no_address])
    number = TextField(lazy_gettext("Order number"), [filled(), within(LONGEST), printable, no_address])
    email = TextField(lazy_gettext("E-mail address"), [filled(), within(254), complete_address])

    def check(self) -> None:
        """Answer 400 to what no form of ours sends."""
        given(self, "name", "number", "email")


class ConfirmForm(StatementForm):
    """Step two: the statement, how much of each line, and the token by which a second click is known."""

    token = TextField()
    line = ManyField()
    quantity = ManyField()

    def check(self) -> None:
        """Answer 400 to what no form of ours sends."""
        super().check()
        if not TOKEN.fullmatch(self.token.data or ""):
            abort(400)

    def quantities(self) -> dict[int, int] | None:
        """How many of each line; None when no lines were shown."""
        ids, amounts = self.line.data or [], self.quantity.data or []
        if len(ids) != len(amounts) or len(ids) > MAX_LINES:
            abort(400)
        if not all(one.isascii() and one.isdecimal() and len(one) < 10 for one in (*ids, *amounts)):
            abort(400)
        return {int(one): int(many) for one, many in zip(ids, amounts, strict=True)} if ids else None
