"""The two kinds of form, and fields that refuse what no browser sends.

``PublicForm`` for shoppers has no token: its pages are the same for everybody, and cross-site posts are
refused by ``web_security``. ``StaffForm`` carries a CSRF token. Forms check shape; actions check truth
and raise ``Refused``, which ``refuse`` puts beside its field.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import abort, request
from flask_wtf import FlaskForm
from wtforms import Field, StringField, TextAreaField
from wtforms.form import BaseForm
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import DateInput

from storefront.locale import current, gettext, lazy_gettext
from storefront.money import format_money, parse_money
from storefront.refusals import Refused

__all__ = [
    "DataRequired",
    "DayField",
    "FigureField",
    "Length",
    "LongTextField",
    "MoneyField",
    "Optional",
    "PublicForm",
    "StaffForm",
    "TextField",
    "WholeField",
    "given",
    "required",
    "within",
]

FIRST_YEAR, LAST_YEAR = 1950, 2100  # of the days that a person may type


def required() -> DataRequired:
    """A validator: the field must be filled in, with more than spaces."""
    return DataRequired(lazy_gettext("Fill this in."))


def within(most: int, least: int = 0) -> Length:
    """A validator: at most (and at least) so many characters."""
    return Length(least, most, lazy_gettext("Use at most %(most)s characters.", most=most))


class _Refusing:
    """What both kinds of form share: refusals at their field, and the list of errors for the summary."""

    form_errors: list[str]
    _fields: dict[str, Field]

    def refuse(self, refusal: Refused) -> None:
        """Put a refusal beside its field, or above the form when it belongs to none."""
        field = self._fields.get(refusal.field or "")
        if field is None:
            self.form_errors.append(str(refusal))
        else:
            field.errors = [*field.errors, str(refusal)]

    def listed_errors(self) -> list[tuple[str, str]]:
        """All errors as (id of the field or "", message), in the order of the fields."""
        found = [("", str(message)) for message in self.form_errors]
        for field in self._fields.values():
            found += [(field.id, str(message)) for message in _flat(field.errors)]
        return found


class _Meta(FlaskForm.Meta):  # type: ignore[misc]
    """What is posted as a form is read as a form; a JSON body is an empty one."""

    locales = False

    def wrap_formdata(self, form: BaseForm, formdata: Any) -> Any:
        return None if request.is_json else super().wrap_formdata(form, formdata)


class PublicForm(_Refusing, FlaskForm):  # type: ignore[misc]
    """A form on a public page: no token, no session. Without fields of its own it is a button."""

    class Meta(_Meta):
        csrf = False


class StaffForm(_Refusing, FlaskForm):  # type: ignore[misc]
    """A form for signed-in staff, with a CSRF token."""

    class Meta(_Meta):
        csrf = True


class TextField(StringField):
    """One line of text. White space at both ends goes; NUL is answered with 400 (no browser sends it)."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if self.data is not None:
            refuse_nul(self.data)
            self.data = self.data.strip()


class LongTextField(TextAreaField):
    """Several lines of text; line ends become \\n, NUL is answered with 400."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if self.data is not None:
            refuse_nul(self.data)
            self.data = self.data.replace("\r\n", "\n").replace("\r", "\n").strip()


class MoneyField(TextField):
    """An amount that a person types ("34,95" or "34.95"); `cents` holds whole cents."""

    cents: int | None = None

    def process_data(self, value: Any) -> None:
        super().process_data(
            format_money(value, "nl").removeprefix("€\u00a0") if isinstance(value, int) else value
        )

    def post_validate(self, form: BaseForm, validation_stopped: bool) -> None:
        self.cents = None
        if not self.data:
            return
        try:
            self.cents = parse_money(self.data)
        except ValueError:
            self.errors = [*self.errors, gettext("Write an amount such as 34.95.")]

    def validate(self, form: BaseForm, extra_validators: Any = ()) -> bool:
        super().validate(form, extra_validators)
        return not self.errors


class FigureField(TextField):
    """A decimal number, "70,2" or "70.2"; `value` holds it."""

    value: Decimal | None = None

    def __init__(self, *args: Any, least: Decimal | int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.least = least

    def process_data(self, value: Any) -> None:
        super().process_data(_written(value) if isinstance(value, Decimal | int) else value)

    def read(self, text: str) -> Decimal:
        """The number in `text`; ValueError when there is none."""
        try:
            number = Decimal(text.replace(",", "."))
        except InvalidOperation as error:
            raise ValueError(text) from error
        if not number.is_finite() or len(number.as_tuple().digits) > 12 or abs(number) > 10_000_000:
            raise ValueError(text)
        return number

    def wrong(self) -> str:
        """What to say when it is no number."""
        return gettext("Write a number such as 70.2.")

    def validate(self, form: BaseForm, extra_validators: Any = ()) -> bool:
        super().validate(form, extra_validators)
        self.value = None
        if self.data and not self.errors:
            try:
                self.value = self.read(self.data)
            except ValueError:
                self.errors = [*self.errors, self.wrong()]
            else:
                if self.least is not None and self.value < self.least:
                    too_small = gettext("Write a number of at least %(least)s.", least=self.least)
                    self.errors = [*self.errors, too_small]
        return not self.errors


class WholeField(FigureField):
    """A whole number; `whole` holds it."""

    @property
    def whole(self) -> int | None:
        """The number, or None when nothing was typed."""
        return None if self.value is None else int(self.value)

    def read(self, text: str) -> Decimal:
        if not text.removeprefix("-").isdecimal() or not text.isascii():
            raise ValueError(text)
        return super().read(text)

    def wrong(self) -> str:
        return gettext("Write a whole number such as 30.")


class DayField(TextField):
    """A date of a date input (2026-03-18); `day` holds it.

    Years far away are slips, or mean "for ever": what adds days to them would leave the calendar.
    """

    widget = DateInput()
    day: date | None = None

    def process_data(self, value: Any) -> None:
        self.day = value if isinstance(value, date) else None
        super().process_data(value.isoformat() if isinstance(value, date) else value)

    def validate(self, form: BaseForm, extra_validators: Any = ()) -> bool:
        super().validate(form, extra_validators)
        self.day = None
        if self.data and not self.errors:
            try:
                typed = date.fromisoformat(self.data)
            except ValueError:
                self.errors = [*self.errors, gettext("Write a date as year-month-day, such as 2026-03-18.")]
            else:
                if FIRST_YEAR <= typed.year <= LAST_YEAR:
                    self.day = typed
                else:
                    years = {"first": FIRST_YEAR, "last": LAST_YEAR}
                    self.errors = [*self.errors, gettext("Write a year from %(first)s to %(last)s.", **years)]
        return not self.errors


def given(form: PublicForm | StaffForm, *names: str) -> None:
    """Answer 400 when one of these fields is missing from the post: no form of ours sends that."""
    for name in names:
        field = form._fields[name]
        if not field.raw_data:
            abort(400)


def refuse_nul(text: str) -> None:
    """Answer 400 to a NUL byte: PostgreSQL cannot store it and no browser types it."""
    if "\x00" in text:
        abort(400)


def _flat(errors: Any) -> list[str]:
    if isinstance(errors, dict):
        return [message for part in errors.values() for message in _flat(part)]
    if isinstance(errors, list | tuple):
        return [message for part in errors for message in _flat(part)]
    return [str(errors)]


def _written(value: Decimal | int) -> str:
    """A number for an input: the mark of the language, no marks for thousands."""
    text = f"{Decimal(value):f}"
    return text.replace(".", ",") if current() == "nl" else text
