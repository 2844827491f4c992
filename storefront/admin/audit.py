"""The audit list: who changed what, and when."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from storefront.accounts import queries
from storefront.accounts.rules import STAFF
from storefront.admin.frame import guard, page_number

blueprint = Blueprint("admin_audit", __name__)


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
        address=lambda n: url_for("admin_audit.index", page=n, target=target or None),
    )
