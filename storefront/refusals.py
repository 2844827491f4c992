"""What an action raises when the truth does not allow what was asked."""

from __future__ import annotations


class Refused(Exception):
    """A refusal with a message for a person.

    message: a sentence in the visitor's language (already translated, or a lazy text).
    field: the name of the form field that it belongs to, or None for the whole form.
    status: the HTTP status with which the form is shown again (422 can be mended, 409 sold out, 404 unknown).
    """

    def __init__(self, message: object, field: str | None = None, status: int = 422) -> None:
        super().__init__(str(message))
        self.message = message
        self.field = field
        self.status = status

    def __str__(self) -> str:
        return str(self.message)
