"""The form for a new member of the staff."""

from __future__ import annotations

from wtforms import RadioField
from wtforms.validators import Email

from storefront.accounts.rules import ADMIN, MARKETER
from storefront.admin.forms import NestedForm
from storefront.admin.forms.fields import AddressField, SecretField, choices
from storefront.forms import TextField, required, within
from storefront.locale import lazy_gettext as _


class StaffMemberForm(NestedForm):
    """Name, address, password and role."""

    name = TextField(_("Name"), [required(), within(120)])
    email = AddressField(
        _("E-mail address"),
        [required(), within(254), Email(_("Write an address such as name@example.com."))],
    )
    password = SecretField(_("Password"), [required(), within(200)])
    role = RadioField(
        _("Role"),
        choices=choices(
            [
                (MARKETER, _("Marketer: writes articles and links them to products")),
                (ADMIN, _("Admin: can do everything")),
            ]
        ),
        default=MARKETER,
    )
