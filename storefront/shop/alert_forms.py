"""What somebody sends who wants to be told when a product is back."""

from __future__ import annotations

from storefront.forms import PublicForm, TextField, given, within
from storefront.locale import lazy_gettext
from storefront.shop.checkout_forms import complete_address, filled


class AlertForm(PublicForm):
    """A product by its code, and where the mail goes."""

    code = TextField()
    email = TextField(lazy_gettext("E-mail address"), [filled(), within(254), complete_address])

    def check(self) -> None:
        """Answer 400 to what no form of ours sends."""
        given(self, "code", "email")
