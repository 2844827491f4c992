"""An edit of something that was changed meanwhile: a form remembers what it showed, as one hash."""

from __future__ import annotations

import hashlib
import json

from storefront.admin.forms import NestedForm
from storefront.locale import gettext as _
from storefront.refusals import Refused

NOT_SHOWN = {"csrf_token", "shown_as", "do"}


def fingerprint(form: NestedForm) -> str:
    """What a form says, as one hash: two forms that say the same have the same."""
    values = {name: value for name, value in form.data.items() if name not in NOT_SHOWN}
    # 70,2 in Dutch is 70.2 in English, and the language may be switched while a form is open.
    text = json.dumps(values, sort_keys=True, default=str).replace(",", ".")
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def remembered(form: NestedForm) -> NestedForm:
    """The form with the fingerprint of what it shows in its field `shown_as`."""
    form["shown_as"].data = fingerprint(form)
    return form


def refuse_stale(form: NestedForm, saved: NestedForm) -> None:
    """Raise Refused when what is saved is not what this form was made from."""
    if form["shown_as"].data != fingerprint(saved):
        raise Refused(
            _("Somebody else saved this since you opened it. Open it again in another tab and compare."),
            status=409,
        )
