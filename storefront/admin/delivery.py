"""Where the shop sends to and what that costs, the VAT rates, and how near the EU's threshold is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from storefront.accounts.rules import SETTINGS
from storefront.admin.forms import EmptyForm, NestedForm
from storefront.admin.forms.delivery import MOST_STEPS, MethodForm, RateForm, ZoneForm
from storefront.admin.forms.fields import typed
from storefront.admin.frame import guard, note, real_today, say
from storefront.admin.stale import refuse_stale, remembered
from storefront.locale import gettext as _
from storefront.orders.turnover import LIMIT_CENTS, sold_abroad
from storefront.pricing import actions, queries, shipping
from storefront.pricing.countries import ABROAD
from storefront.pricing.queries import Days, Method, Step, Zone
from storefront.refusals import Refused
from storefront.transactions import repeated, writing

blueprint = Blueprint("admin_delivery", __name__)


@blueprint.get("/")
@guard(SETTINGS)
def index() -> ResponseReturnValue:
    """Every zone with its ways of delivery, every VAT rate, and the form for a new rate."""
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


@blueprint.get("/new")
@guard(SETTINGS)
def new_zone() -> ResponseReturnValue:
    """The empty form of a zone."""
    return _zone_page(ZoneForm(formdata=None), None)


@blueprint.post("/new")
@guard(SETTINGS)
@repeated
def create_zone() -> ResponseReturnValue:
    """Add a zone."""
    form = ZoneForm()

    def act() -> None:
        shipping.add_zone(typed(form.code), _names(form), form.countries.data or [])
        note("zone added", f"zone {typed(form.code)}", {"countries": form.countries.data})

    return _saved(form, None, act, lambda: _zone_page(form, None))


@blueprint.get("/<zone>")
@guard(SETTINGS)
def zone(zone: str) -> ResponseReturnValue:
    """A zone."""
    found = _zone(zone)
    return _zone_page(_form_of_zone(found), found)


@blueprint.post("/<zone>")
@guard(SETTINGS)
@repeated
def save_zone(zone: str) -> ResponseReturnValue:
    """Change a zone's names and countries."""
    found, form = _zone(zone), ZoneForm()

    def act() -> None:
        shipping.change_zone(zone, _names(form), form.countries.data or [])
        note("zone changed", f"zone {zone}", {"countries": form.countries.data})

    return _saved(form, lambda: _form_of_zone(_zone(zone)), act, lambda: _zone_page(form, found))


@blueprint.post("/<zone>/remove")
@guard(SETTINGS)
@repeated
def remove_zone(zone: str) -> ResponseReturnValue:
    """Remove a zone without ways of delivery."""
    found = _zone(zone)

    def act() -> None:
        shipping.remove_zone(zone)
        note("zone removed", f"zone {zone}")

    return _removed(act, lambda form: _zone_page(form, found), lambda: _form_of_zone(found))


@blueprint.get("/<zone>/new")
@guard(SETTINGS)
def new_method(zone: str) -> ResponseReturnValue:
    """The empty form of a way of delivery."""
    form = MethodForm(formdata=None)
    form.steps.append_entry()
    return _method_page(form, _zone(zone), None)


@blueprint.post("/<zone>/new")
@guard(SETTINGS)
@repeated
def create_method(zone: str) -> ResponseReturnValue:
    """Add a way of delivery, or do what another button of the form says."""
    found, form = _zone(zone), MethodForm()
    if form.do.data:
        _press(form, form.do.data)
        return _method_page(form, found, None)

    def act() -> None:
        code = typed(form.code)
        texts, days = (_names(form), _details(form)), _days(form)
        shipping.add_method(zone, code, *texts, _steps(form), form.free_from.cents, days=days)
        note("delivery added", f"delivery {zone} {code}", _noted(form))

    return _saved(form, None, act, lambda: _method_page(form, found, None))


@blueprint.get("/<zone>/<code>")
@guard(SETTINGS)
def method(zone: str, code: str) -> ResponseReturnValue:
    """A way of delivery."""
    found = _method(zone, code)
    return _method_page(_form_of(found), _zone(zone), found)


@blueprint.post("/<zone>/<code>")
@guard(SETTINGS)
@repeated
def save_method(zone: str, code: str) -> ResponseReturnValue:
    """Change a way of delivery, or do what another button of the form says."""
    found, form = _method(zone, code), MethodForm()
    if form.do.data:
        _press(form, form.do.data)
        return _method_page(form, _zone(zone), found)

    def act() -> None:
        texts, days = (_names(form), _details(form)), _days(form)
        shipping.change_method(zone, code, *texts, _steps(form), form.free_from.cents, days)
        note("delivery changed", f"delivery {zone} {code}", _noted(form))

    return _saved(
        form, lambda: _form_of(_method(zone, code)), act, lambda: _method_page(form, _zone(zone), found)
    )


@blueprint.post("/<zone>/<code>/remove")
@guard(SETTINGS)
@repeated
def remove_method(zone: str, code: str) -> ResponseReturnValue:
    """Offer a way of delivery no longer."""
    found = _method(zone, code)

    def act() -> None:
        shipping.remove_method(zone, code)
        note("delivery removed", f"delivery {zone} {code}")

    return _removed(act, lambda form: _method_page(form, _zone(zone), found), lambda: _form_of(found))


def _saved(
    form: NestedForm,
    saved: Callable[[], NestedForm] | None,
    act: Callable[[], None],
    show: Callable[[], str],
) -> ResponseReturnValue:
    """Save a valid form. saved: the form of what is saved now, None for a new thing."""
    if not form.validate_on_submit():
        return show(), 422
    try:
        with writing():
            if saved is not None:
                refuse_stale(form, saved())
            act()
    except Refused as refusal:
        if refusal.status == 404:
            abort(404)
        form.refuse(refusal)
        return show(), refusal.status
    say(_("Saved."))
    return redirect(url_for("admin_delivery.index"), 303)


FormT = TypeVar("FormT", ZoneForm, MethodForm)


def _removed(
    act: Callable[[], None], show: Callable[[FormT], str], saved: Callable[[], FormT]
) -> ResponseReturnValue:
    button, form = EmptyForm(), saved()
    if not button.validate_on_submit():
        abort(400)
    try:
        with writing():
            act()
    except Refused as refusal:
        if refusal.status == 404:
            abort(404)
        form.refuse(refusal)
        return show(form), refusal.status
    say(_("Removed."))
    return redirect(url_for("admin_delivery.index"), 303)


def _press(form: MethodForm, button: str) -> None:
    """Add or remove a row of prices."""
    what, _colon, name = button.partition(":")
    named = [entry for entry in form.steps.entries if entry.name == name]
    if what == "add" and name == "steps":
        if len(form.steps.entries) < MOST_STEPS:
            form.steps.append_entry()
    elif what == "remove" and named:
        form.steps.entries.remove(named[0])
    else:
        abort(400)


def _zone(code: str) -> Zone:
    found = next((one for one in queries.shipping_zones() if one.code == code), None)
    if found is None:
        abort(404)
    return found


def _method(zone: str, code: str) -> Method:
    found = queries.method_of_zone(zone, code)
    if found is None:
        abort(404)
    return found


def _names(form: ZoneForm | MethodForm) -> dict[str, str]:
    return {"nl": typed(form.name_nl), "en": typed(form.name_en)}


def _details(form: MethodForm) -> dict[str, str]:
    return {"nl": typed(form.details_nl), "en": typed(form.details_en)}


def _days(form: MethodForm) -> Days | None:
    fields = {name: form[name] for name in ("handling_days", "days_from", "days_to")}
    days = [field.whole for field in fields.values()]
    if all(number is None for number in days):
        return None
    for name, number in zip(fields, days, strict=True):
        if number is None:
            raise Refused(_("Fill in all three, or none."), field=name)
    return Days(*days)


def _steps(form: MethodForm) -> list[Step]:
    rows = [entry.form for entry in form.steps.entries]
    return [Step(row.price.cents or 0, row.up_to_grams.whole, row.from_value.cents or 0) for row in rows]


def _noted(form: MethodForm) -> dict[str, object]:
    prices = ", ".join(typed(entry.form.price) for entry in form.steps.entries)
    return {"price": prices, "free from": typed(form.free_from)}


def _form_of_zone(found: Zone) -> ZoneForm:
    values = {
        "code": found.code,
        "name_nl": found.names.get("nl", ""),
        "name_en": found.names.get("en", ""),
        "countries": list(found.countries),
    }
    form = ZoneForm(formdata=None, data=values)
    remembered(form)
    return form


def _form_of(found: Method) -> MethodForm:
    values = {
        "code": found.code,
        "steps": [
            {
                "up_to_grams": step.up_to_grams,
                "from_value": step.from_cents or None,
                "price": step.price_cents,
            }
            for step in found.steps
        ],
        "free_from": found.free_from_cents,
        "name_nl": found.names.get("nl", ""),
        "name_en": found.names.get("en", ""),
        "details_nl": found.details.get("nl", ""),
        "details_en": found.details.get("en", ""),
    }
    if found.days:
        values |= {"handling_days": found.days.handling}
        values |= {"days_from": found.days.least, "days_to": found.days.most}
    form = MethodForm(formdata=None, data=values)
    remembered(form)
    return form


def _zone_page(form: ZoneForm, found: Zone | None) -> str:
    return render_template("admin/delivery_zone.html", form=form, zone=found, button=EmptyForm(formdata=None))


def _method_page(form: MethodForm, zone: Zone, found: Method | None) -> str:
    button = EmptyForm(formdata=None)
    return render_template("admin/delivery_method.html", form=form, zone=zone, method=found, button=button)


def _overview(form: RateForm) -> str:
    return render_template(
        "admin/delivery.html",
        form=form,
        zones=queries.shipping_zones(),
        methods=queries.once_per_zone(queries.shipping_methods()),
        rates=queries.all_rates(),
        today=real_today(),
        abroad=sold_abroad(ABROAD, real_today().year),
        limit_cents=LIMIT_CENTS,
    )
