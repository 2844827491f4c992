"""Batches: making one, and its page with the reports on it."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from storefront.accounts.rules import EVIDENCE
from storefront.admin.evidence.board import blueprint, found, save
from storefront.admin.forms.evidence import STATES, LotForm
from storefront.admin.forms.fields import choices, typed
from storefront.admin.frame import guard
from storefront.admin.stale import remembered
from storefront.catalog import editing as products
from storefront.locale import current
from storefront.locale import gettext as _
from storefront.quality import editing
from storefront.stock import actions, queries
from storefront.stock.models import Lot
from storefront.transactions import repeated

PLAIN = (
    *("code", "state", "site", "supplier", "made_on", "raw_received_on", "received_on", "released_on"),
    *("released_by", "on_sale_since", "sold_out_on", "best_before"),
)
DAYS = ("raw_received_on", "received_on", "released_on", "on_sale_since", "sold_out_on")


@blueprint.get("/lots/new")
@guard(EVIDENCE)
def new_lot() -> ResponseReturnValue:
    """The empty form, for a product when one is named."""
    return _page(_with_choices(LotForm(formdata=None), only=request.args.get("product", "")), None)


@blueprint.post("/lots/new")
@guard(EVIDENCE)
@repeated
def create_lot() -> ResponseReturnValue:
    """Record a new batch."""
    form = _with_choices(LotForm())

    def action() -> str:
        return f"batch {actions.add_lot(_data(form, None)).code}"

    return save(form, None, action, "batch added", lambda: _page(form, None), lambda: _path(form))


@blueprint.get("/lots/<code>")
@guard(EVIDENCE)
def lot(code: str) -> ResponseReturnValue:
    """A batch with its reports."""
    saved = found(queries.lot_to_edit(code))
    return _page(_form_of(saved), saved)


@blueprint.post("/lots/<code>")
@guard(EVIDENCE)
@repeated
def save_lot(code: str) -> ResponseReturnValue:
    """Change a batch."""
    saved = found(queries.lot_to_edit(code))
    form = _with_choices(LotForm(), saved=saved)

    def shown() -> LotForm:
        return _form_of(found(queries.lot_to_edit(code)))

    def action() -> str:
        return f"batch {actions.save_lot(saved.id, _data(form, saved)).code}"

    return save(form, shown, action, "batch changed", lambda: _page(form, saved), lambda: _path(form))


def _form_of(saved: Lot) -> LotForm:
    values = {name: getattr(saved, name) for name in PLAIN} | {"variant": str(saved.variant_id)}
    form = _with_choices(LotForm(formdata=None, data=values), saved=saved)
    remembered(form)
    return form


def _data(form: LotForm, saved: Lot | None) -> actions.LotData:
    made_on, best_before = form.made_on.day, form.best_before.day
    assert made_on is not None and best_before is not None  # the form is valid
    return actions.LotData(
        code=typed(form.code),
        variant_id=int(typed(form.variant)),
        state=typed(form.state),
        site=typed(form.site),
        supplier=typed(form.supplier),
        released_by=typed(form.released_by),
        made_on=made_on,
        best_before=best_before,
        recalled_on=saved.recalled_on if saved else None,
        recall_reasons=saved.recall_reasons if saved else {},
        recall_advice=saved.recall_advice if saved else {},
        **{name: form[name].day for name in DAYS},
    )


def _with_choices(form: LotForm, only: str = "", saved: Lot | None = None) -> LotForm:
    """Sizes to choose from, of one product when it is named, and the certified places of production.

    A recalled batch may stay recalled, and a place without a certificate may stay what it is.
    """
    sizes = products.size_choices(current(), only)
    form.variant.choices = choices((str(id_), label) for id_, label in sizes)
    sites = dict(editing.site_choices())
    if saved and saved.site:
        sites.setdefault(saved.site, _("%(site)s (no certificate)", site=saved.site))
    form.site.choices = choices([("", _("not known")), *sites.items()])
    if saved and saved.state == "recalled":
        form.state.choices = choices([*STATES, ("recalled", _("Recalled"))])
    return form


def _page(form: LotForm, saved: Lot | None) -> str:
    return render_template(
        "admin/lot.html",
        form=form,
        lot=saved,
        sites=editing.site_choices(),
        reports=editing.reports_of(saved.id) if saved else [],
    )


def _path(form: LotForm) -> str:
    return url_for("admin_evidence.lot", code=typed(form.code))
