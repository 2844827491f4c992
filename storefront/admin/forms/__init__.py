"""The forms of the admin. Each carries a token; what was typed comes back with its errors."""

from __future__ import annotations

from collections.abc import Iterator

from wtforms import Field, FieldList, FormField, HiddenField

from storefront.admin.forms.fields import AddressField, SecretField
from storefront.forms import StaffForm, required, within
from storefront.locale import LANGUAGES
from storefront.locale import lazy_gettext as _
from storefront.refusals import Refused


class EmptyForm(StaffForm):
    """A button: nothing but the token."""


class LanguageForm(StaffForm):
    """The language switch of the admin."""

    lang = HiddenField()
    back = HiddenField()


class SignInForm(StaffForm):
    """E-mail address and password."""

    email = AddressField(_("E-mail address"), [required(), within(254)])
    password = SecretField(_("Password"), [required(), within(200)])
    next = HiddenField(validators=[within(2000)])


class NestedForm(StaffForm):
    """A form of many fields, also in rows or parts: refusals reach their field, the summary names it."""

    def refuse(self, refusal: Refused) -> None:
        """Put a refusal beside the field with that name, however deep it lies."""
        field = self._named(refusal.field or "")
        if field is None:
            self.form_errors.append(str(refusal))
        else:
            field.errors = [*field.errors, str(refusal)]

    def clear_errors(self) -> None:
        """Forget what was wrong: a button was pressed that saves nothing."""
        self.form_errors = []
        for field in leaves(self):
            field.errors = []

    def _named(self, name: str) -> Field | None:
        """The field of that name; the number in "variants-0-sku" counts the rows, whatever their names."""
        parts = name.split("-")
        rows = self._fields.get(parts[0])
        if len(parts) == 3 and isinstance(rows, FieldList) and parts[1].isdecimal():
            number = int(parts[1])
            return rows.entries[number].form._fields.get(parts[2]) if number < len(rows.entries) else None
        return next((field for field in leaves(self) if field.name == name), None)

    def listed_errors(self) -> list[tuple[str, str]]:
        """All errors as (id of the field or "", label and message), in the order of the page."""
        found = [("", str(message)) for message in self.form_errors]
        for field in leaves(self):
            found += [(field.id, f"{_spoken_label(field)}: {message}") for message in field.errors]
        return found


def _spoken_label(field: Field) -> str:
    """The label of a field, with the language where the form has it once for each."""
    lang = next(
        (lang for lang in LANGUAGES if field.name.startswith(f"{lang}-") or field.name.endswith(f"_{lang}")),
        "",
    )
    return f"{field.label.text} {lang.upper()}".strip()


def leaves(form: StaffForm) -> Iterator[Field]:
    """Every field that a person fills in, those of rows and parts too."""
    for field in form:
        yield from _leaves_of(field)


def _leaves_of(field: Field) -> Iterator[Field]:
    if isinstance(field, FormField):
        for inner in field.form:
            yield from _leaves_of(inner)
    elif isinstance(field, FieldList):
        for entry in field.entries:
            yield from _leaves_of(entry)
    else:
        yield field
