"""The forms of the development tools. No token: they stand on public pages too, and never in production."""

from __future__ import annotations

from wtforms import HiddenField
from wtforms.widgets import DateInput

from storefront.forms import PublicForm, TextField


class EnterForm(PublicForm):
    """Quick sign-in; next: where to go afterwards."""

    next = HiddenField()


class ShownDateForm(PublicForm):
    """The date to look at; end or an empty date: the real one. back: where the form stood."""

    shown = TextField(widget=DateInput())
    end = HiddenField()
    back = HiddenField()
