"""What delivery costs in each country, and the VAT rates with their days."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from storefront.accounts.rules import SETTINGS
from storefront.admin.forms.delivery import MethodForm, RateForm
from storefront.admin.forms.fields import typed
from storefront.admin.frame import guard, note, real_today, say
from storefront.admin.stale import refuse_stale, remembered
from storefront.locale import gettext as _
from storefront.pricing import actions, queries
from storefront.pricing.queries import Method
from storefront.refusals import Refused
from storefront.transactions import repeated, writing

blueprint = Blueprint("admin_delivery", __name__)


@blueprint.get("/")
@guard(SETTINGS)
def index() -> ResponseReturnValue:
    """Every way of delivery, every VAT rate, and the form for a new rate."""
    return _overview(RateForm(formdata=None))


@blueprint.post("/rates")
@guard(SETTINGS)
@repeated
def add_rate() -> ResponseReturnValue:
    """Add a VAT rate from a day on."""
    form = RateForm()
    if not form.validate_on_submit():
        return _overview(form), 422
    country, vat_class = typed(form.country), typed(form.vat_class)
    basis_points = (form.percent.value or 0) * 100
    first_day = form.valid_from.day or real_today()
    try:
        if basis_points != int(basis_points):
            raise Refused(_("Write at most two decimals."), field="percent")
        with writing():
            actions.announce_vat_rate(country, vat_class, int(basis_points), first_day, real_today())
            details: dict[str, object] = {"percent": typed(form.percent), "from": typed(form.valid_from)}
            note("VAT rate added", f"VAT {country} {vat_class}", details)
    except Refused as refusal:
        form.refuse(refusal)
        return _overview(form), refusal.status
    say(_("Saved."))
    return redirect(url_for("admin_delivery.index"), 303)


@blueprint.get("/<country>/<code>")
@guard(SETTINGS)
def method(country: str, code: str) -> ResponseReturnValue:
    """A way of delivery."""
    found = _found(country, code)
    return _editor(_form_of(found), found)


@blueprint.post("/<country>/<code>")
@guard(SETTINGS)
@repeated
def save_method(country: str, code: str) -> ResponseReturnValue:
    """Change a way of delivery."""
    found, form = _found(country, code), MethodForm()
    if not form.validate_on_submit():
        return _editor(form, found), 422
    try:
        with writing():
            refuse_stale(form, _form_of(_found(country, code)))
            actions.change_shipping_method(
                country,
                code,
                {"nl": typed(form.name_nl), "en": typed(form.name_en)},
                {"nl": typed(form.details_nl), "en": typed(form.details_en)},
                form.price.cents or 0,
                form.free_from.cents,
            )
            details: dict[str, object] = {"price": typed(form.price), "free from": typed(form.free_from)}
            note("delivery changed", f"delivery {country} {code}", details)
    except Refused as refusal:
        form.refuse(refusal)
        return _editor(form, found), refusal.status
    say(_("Saved."))
    return redirect(url_for("admin_delivery.index"), 303)


def _found(country: str, code: str) -> Method:
    found = None if "\x00" in country + code else queries.shipping_method(country, code)
    if found is None:
        abort(404)
    return found


def _form_of(found: Method) -> MethodForm:
    values = {
        "name_nl": found.names.get("nl", ""),
        "name_en": found.names.get("en", ""),
        "details_nl": found.details.get("nl", ""),
        "details_en": found.details.get("en", ""),
        "price": found.price_cents,
        "free_from": found.free_from_cents,
    }
    form = MethodForm(formdata=None, data=values)
    remembered(form)
    return form


def _editor(form: MethodForm, found: Method) -> str:
    return render_template("admin/delivery_method.html", form=form, method=found)


def _overview(form: RateForm) -> str:
    return render_template(
        "admin/delivery.html",
        form=form,
        methods=queries.shipping_methods(),
        rates=queries.all_rates(),
        today=real_today(),
    )
