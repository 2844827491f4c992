"""The checkout's one form: contact, address, delivery, payment, consent."""

from __future__ import annotations

import re
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask import abort
from wtforms import BooleanField, Field, SubmitField
from wtforms.validators import DataRequired, ValidationError

from storefront.cart.lines import MAX_LINES
from storefront.forms import PublicForm, TextField, given, within
from storefront.locale import gettext as _
from storefront.locale import lazy_gettext
from storefront.orders.rules import Buyer
from storefront.payments.methods import all_methods, method
from storefront.pricing.countries import COUNTRIES, HOME
from storefront.shop.cart_forms import ManyField

NL_POSTCODE = re.compile(r"([1-9][0-9]{3})\s*([A-Z]{2})")
NL_NEVER = ("SA", "SD", "SS")  # letters that the Dutch post does not give out
POSTCODE = re.compile(r"(?:[A-Z]{1,2}-)?[0-9A-Z][0-9A-Z -]{1,8}[0-9A-Z]")  # of the other countries
BE_POSTCODE = re.compile(r"(?:B[-\s]?)?([1-9][0-9]{3})")
PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{5,28}")
SEEN = re.compile(r"([A-Z]{2}\.[a-z0-9_-]{1,40}\.[0-9]{1,12} ?)*")
CONTROL = re.compile(r"[\x01-\x1f\x7f]")


def filled() -> DataRequired:
    """A validator: something other than white space."""
    return DataRequired(lazy_gettext("Fill this in."))


def printable(_form: Any, field: Field) -> None:
    """A validator: no control characters in a line of text."""
    if CONTROL.search(field.data or ""):
        raise ValidationError(_("This contains a character that we cannot use."))


def complete_address(_form: Any, field: Field) -> None:
    """A validator: an e-mail address that every mail server takes; the domain is not asked."""
    if "@" not in field.data:
        raise ValidationError(_("There is no @ in it. For example: lotte.jansen@example.nl"))
    try:
        found = validate_email(
            field.data, check_deliverability=False, globally_deliverable=False, allow_smtputf8=False
        )
    except EmailNotValidError:
        found = None
    if found is None or "." not in found.domain:
        raise ValidationError(_("This is not a complete address. For example: lotte.jansen@example.nl"))
    field.data = found.ascii_email or found.normalized


class CheckoutForm(PublicForm):
    """What a buyer fills in. Labels are part of the outside contract: browser tests find fields by them."""

    email = TextField(lazy_gettext("E-mail address"), [filled(), within(254), complete_address])
    phone = TextField(lazy_gettext("Phone (optional)"), [within(30)], default="")
    name = TextField(lazy_gettext("Name"), [filled(), within(120), printable])
    country = TextField(lazy_gettext("Country"), default="NL")
    postcode = TextField(lazy_gettext("Postcode"), [filled(), within(16)])
    street = TextField(lazy_gettext("Street and house number"), [filled(), within(160), printable])
    city = TextField(lazy_gettext("City"), [filled(), within(100), printable])
    shipping = TextField(lazy_gettext("Delivery method"), default="")
    payment = TextField(lazy_gettext("Payment method"), default=lambda: all_methods()[0].code)
    terms = BooleanField(lazy_gettext("Consent to the terms"))
    code = TextField(lazy_gettext("Discount code"))
    seen = TextField(default="")  # the totals that stood on the page, see Choice.shown
    sku = ManyField()  # the lines of the cart, with
    quantity = ManyField()  # how many of each
    remove = TextField()  # the SKU of the line whose button was pressed
    update = SubmitField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at_line: dict[str, str] = {}  # SKU -> what is wrong with its quantity
        self.typed: dict[str, str] = {}  # SKU -> the quantity as it was typed

    @property
    def orders(self) -> bool:
        """True when the button was pressed that orders, not one that only changes the page."""
        return self.is_submitted() and not self.update.data and not self.remove.data

    @property
    def refused(self) -> bool:
        """True when something must change before the order can be placed."""
        return bool(self.form_errors or self.errors or self.at_line)

    def quantities(self) -> dict[str, str]:
        """What was typed for each SKU."""
        return dict(zip(self.sku.data or (), self.quantity.data or (), strict=True))

    def check(self) -> None:
        """Answer 400 to what no form of ours sends."""
        given(self, "email", "name", "street", "postcode", "city", "country", "seen")
        if self.country.data not in COUNTRIES or not SEEN.fullmatch(self.seen.data or ""):
            abort(400)
        if self.code.data and len(self.code.data) > 200:
            abort(400)
        if len(self.sku.data or ()) != len(self.quantity.data or ()) or len(self.sku.data or ()) > MAX_LINES:
            abort(400)
        if method(self.payment.data or "") is None:
            abort(400)

    def validate_phone(self, field: Field) -> None:
        """Digits, spaces and the usual marks; it may stay empty."""
        if field.data and not PHONE.fullmatch(field.data):
            raise ValidationError(_("Write digits only, such as 06 12345678 or +32 470 12 34 56."))

    def validate_postcode(self, field: Field) -> None:
        """A postcode of the chosen country, in its usual spelling from here on."""
        typed = field.data.upper()
        if self.country.data == "BE":
            found = BE_POSTCODE.fullmatch(typed)
            if found is None:
                raise ValidationError(_("Enter four digits, such as 9000."))
            field.data = found[1]
            return
        if self.country.data != HOME:
            if not POSTCODE.fullmatch(typed):
                raise ValidationError(_("Enter the postcode of the chosen country."))
            field.data = typed
            return
        found = NL_POSTCODE.fullmatch(typed)
        if found is None or found[2] in NL_NEVER:
            raise ValidationError(_("Enter four digits and two letters, such as 9711 LM."))
        field.data = f"{found[1]} {found[2]}"

    def validate_terms(self, field: Field) -> None:
        """Nobody orders without having agreed."""
        if not field.data:
            raise ValidationError(_("We cannot carry out your order without your consent."))

    def buyer(self) -> Buyer:
        """Who orders, and where it goes."""
        return Buyer(
            email=self.email.data or "",
            name=self.name.data or "",
            street=self.street.data or "",
            postcode=self.postcode.data or "",
            city=self.city.data or "",
            country=self.country.data or "",
            phone=self.phone.data or "",
        )
