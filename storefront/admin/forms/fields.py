"""Fields that only the admin has, the plain part of a form, and what select fields offer."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import Field, Form, PasswordField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.widgets import EmailInput

from storefront.forms import TextField, refuse_nul


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
