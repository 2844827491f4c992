"""Error pages of the admin, inside its frame. `app` asks `error_page` for every path under /admin."""

from __future__ import annotations

from flask import render_template
from werkzeug.exceptions import HTTPException

from storefront.locale import lazy_gettext as _

UNREAD = (_("This request could not be read"), _("Go back, reload the page and try again."))
WORDS = {
    400: UNREAD,
    403: (_("This is not open to you"), _("Ask an admin to do it, or to change your role.")),
    404: (_("Not found"), _("It does not exist, or not any more.")),
    405: UNREAD,
    409: (_("Somebody else was faster"), _("Reload the page and look at what it says now.")),
    413: (_("Too large"), _("Choose smaller files, at most 20 MB together.")),
    429: (_("Too often"), _("Wait a few minutes and try again.")),
}
BROKEN = (_("Something went wrong"), _("It was noted. Try again in a moment."))


def error_page(error: HTTPException) -> tuple[str, int]:
    """The page for an error under /admin."""
    status = error.code or 500
    title, advice = WORDS.get(status, BROKEN)
    return render_template("admin/error.html", title=title, advice=advice, status=status), status
