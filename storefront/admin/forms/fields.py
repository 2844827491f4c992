"""Fields for figures and days, as people write them in both languages, and the plain part of a form."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import Field, Form, PasswordField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.form import BaseForm
from wtforms.widgets import DateInput, EmailInput

from storefront.forms import TextField, refuse_nul
from storefront.locale import current
from storefront.locale import gettext as _


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
        return _("Write a number such as 70.2.")

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
                    self.errors = [*self.errors, _("Write a number of at least %(least)s.", least=self.least)]
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
        return _("Write a whole number such as 30.")


class DayField(TextField):
    """A date of a date input (2026-03-18); `day` holds it."""

    widget = DateInput()
    day: date | None = None

    def process_data(self, value: Any) -> None:
        super().process_data(value.isoformat() if isinstance(value, date) else value)

    def validate(self, form: BaseForm, extra_validators: Any = ()) -> bool:
        super().validate(form, extra_validators)
        self.day = None
        if self.data and not self.errors:
            try:
                self.day = date.fromisoformat(self.data)
            except ValueError:
                self.errors = [*self.errors, _("Write a date as year-month-day, such as 2026-03-18.")]
        return not self.errors


class AddressField(TextField):
    """An e-mail address."""

    widget = EmailInput()


class SecretField(PasswordField):
    """A password, as it was typed; NUL is answered with 400."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        refuse_nul(self.data or "")


class Part(Form):
    """A row or part of a form; the token stands once, on the whole form."""


def choices(pairs: Iterable[tuple[str, object]]) -> list[SelectChoice]:
    """What a select or radio field offers: (value, label)."""
    return [SelectChoice(value, label) for value, label in pairs]


def typed(field: Field) -> str:
    """What was typed, or an empty text when the field was not sent."""
    return str(field.data or "")


def _written(value: Decimal | int) -> str:
    """A number for an input: the mark of the language, no marks for thousands."""
    text = f"{Decimal(value):f}"
    return text.replace(".", ",") if current() == "nl" else text
