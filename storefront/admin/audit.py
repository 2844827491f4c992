"""The audit list: who changed what, and when."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from storefront.accounts import queries
from storefront.accounts.rules import STAFF
from storefront.admin.frame import guard, page_number
from storefront.admin.log_words import detail_words, target_words
from storefront.locale import lazy_gettext as _

blueprint = Blueprint("admin_audit", __name__)
# The log keeps the English words; these are translated when they are shown. Plugins' words stay as they are.
ACTIONS = {
    "product added": _("product added"),
    "product changed": _("product changed"),
    "product copied": _("product copied"),
    "product published": _("product published"),
    "product taken back": _("product taken back"),
    "product archived": _("product archived"),
    "absorption changed": _("absorption changed"),
    "ingredient added": _("ingredient added"),
    "ingredient changed": _("ingredient changed"),
    "collection added": _("collection added"),
    "collection deleted": _("collection deleted"),
    "collection changed": _("collection changed"),
    "batch added": _("batch added"),
    "batch changed": _("batch changed"),
    "report added": _("report added"),
    "report changed": _("report changed"),
    "certificate added": _("certificate added"),
    "certificate changed": _("certificate changed"),
    "certificate withdrawn": _("certificate withdrawn"),
    "laboratory added": _("laboratory added"),
    "laboratory changed": _("laboratory changed"),
    "order packed": _("order packed"),
    "order sent": _("order sent"),
    "order delivered": _("order delivered"),
    "order cancelled": _("order cancelled"),
    "order refunded": _("order refunded"),
    "refund settled": _("refund paid in another way"),
    "goods came back": _("goods came back"),
    "return noted": _("return noted"),
    "withdrawal matched": _("withdrawal matched with its order"),
    "withdrawal closed": _("withdrawal closed"),
    "page changed": _("page changed"),
    "VAT rate added": _("VAT rate added"),
    "delivery changed": _("delivery changed"),
    "job tried again": _("job tried again"),
    "jobs tried again": _("jobs tried again"),
    "job let go": _("job let go"),
    "staff added": _("staff added"),
    "staff let in": _("staff let in"),
    "staff shut out": _("staff shut out"),
}


@blueprint.get("/")
@guard(STAFF)
def index() -> ResponseReturnValue:
    """One page of the list, newest first; all of it or that of one thing."""
    page, target = page_number(), request.args.get("target", "")[:120]
    records, total = queries.audit_records(page, target)
    return render_template(
        "admin/audit.html",
        records=records,
        total=total,
        page=page,
        per_page=queries.AUDIT_PAGE,
        target=target,
        action_words=lambda action: ACTIONS.get(action, action),
        target_words=target_words,
        detail_words=detail_words,
        address=lambda n: url_for("admin_audit.index", page=n, target=target or None),
    )
