"""Discount codes and automatic offers: the list, a new one, a change, and the end of one."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from storefront.accounts.rules import SETTINGS
from storefront.admin.forms import EmptyForm
from storefront.admin.forms.discounts import DiscountForm
from storefront.admin.forms.fields import choices, typed
from storefront.admin.frame import guard, note, real_today, say
from storefront.admin.stale import refuse_stale, remembered
from storefront.catalog import queries as catalog
from storefront.locale import current
from storefront.locale import gettext as _
from storefront.offers.reductions import members_of
from storefront.pricing import discount_editing as editing
from storefront.pricing import discounts
from storefront.pricing.discount_editing import DiscountData
from storefront.pricing.models import Discount
from storefront.pricing.reductions import PERCENT, SHIPPING
from storefront.refusals import Refused
from storefront.transactions import repeated, writing

blueprint = Blueprint("admin_discounts", __name__)


@blueprint.get("/")
@guard(SETTINGS)
def index() -> ResponseReturnValue:
    """Every discount, with how often it is used."""
    return _list(EmptyForm(formdata=None))


@blueprint.get("/new")
@guard(SETTINGS)
def new() -> ResponseReturnValue:
    """The empty form."""
    return _editor(DiscountForm(formdata=None, starts_on=real_today()), None)


@blueprint.post("/new")
@guard(SETTINGS)
@repeated
def create() -> ResponseReturnValue:
    """Add a discount."""
    return _save(DiscountForm(), None)


@blueprint.get("/<int:discount_id>")
@guard(SETTINGS)
def show(discount_id: int) -> ResponseReturnValue:
    """A discount."""
    found = _found(discount_id)
    return _editor(_form_of(found), found)


@blueprint.post("/<int:discount_id>")
@guard(SETTINGS)
@repeated
def save(discount_id: int) -> ResponseReturnValue:
    """Change a discount."""
    found, form = _found(discount_id), DiscountForm()
    del form.code  # it never changes
    return _save(form, found)


@blueprint.post("/<int:discount_id>/end")
@guard(SETTINGS)
@repeated
def end(discount_id: int) -> ResponseReturnValue:
    """End a discount. One that somebody ended a moment before stays as it is."""
    found, form = _found(discount_id), EmptyForm()
    if not form.validate_on_submit():
        abort(400)
    try:
        with writing():
            editing.end_discount(discount_id, real_today())
            note("discount ended", f"discount {found.code or found.id}")
    except Refused as refusal:
        form.refuse(refusal)
        return _list(form), 409
    say(_("Saved."))
    return redirect(url_for("admin_discounts.index"), 303)


def _list(form: EmptyForm) -> str:
    return render_template(
        "admin/discounts.html", discounts=discounts.all_discounts(), today=real_today(), form=form
    )


def _save(form: DiscountForm, saved: Discount | None) -> ResponseReturnValue:
    _with_choices(form)
    if not form.validate_on_submit():
        return _editor(form, saved), 422
    today = real_today()
    try:
        data = _data(form, saved)
        with writing():
            if saved is None:
                added = editing.add_discount(data, today)
                note("discount added", f"discount {added.code or added.id}")
            else:
                refuse_stale(form, _form_of(_found(saved.id)))
                changes = editing.change_discount(saved.id, data, today)
                note("discount changed", f"discount {saved.code or saved.id}", dict(changes))
    except Refused as refusal:
        form.refuse(refusal)
        return _editor(form, saved), refusal.status
    say(_("Saved."))
    return redirect(url_for("admin_discounts.index"), 303)


def _found(discount_id: int) -> Discount:
    found = discounts.discount(discount_id)
    if found is None:
        abort(404)
    return found


def _data(form: DiscountForm, saved: Discount | None) -> DiscountData:
    basis_points = (form.percent.value or 0) * 100
    if form.kind.data == PERCENT and basis_points != int(basis_points):
        raise Refused(_("Write at most two decimals."), field="percent")
    _refuse_idle(form)
    value = int(basis_points) if form.kind.data == PERCENT else form.amount.cents or 0
    code = typed(form.code) if saved is None else saved.code or ""
    products, collections = _what_for(form, is_automatic=not code)
    data = DiscountData(
        code=code,
        names={"nl": typed(form.name_nl), "en": typed(form.name_en)},
        kind=typed(form.kind),
        value=value,
        starts_on=form.starts_on.day or real_today(),
        ends_on=form.ends_on.day,
        minimum_cents=form.minimum.cents or 0,
        products=products,
        collections=collections,
        most_uses=form.most_uses.whole,
        most_per_customer=form.most_per_customer.whole,
    )
    return replace(data, value=0) if data.kind == SHIPPING else data


def _refuse_idle(form: DiscountForm) -> None:
    """Refuse a percentage beside an amount, and either beside free delivery: only one would be kept."""
    filled = [name for name in ("percent", "amount") if typed(form[name])]
    counts = {PERCENT: ["percent"], SHIPPING: []}.get(typed(form.kind), ["amount"])
    for name in filled:
        if name not in counts and (len(filled) == 2 or not counts):
            raise Refused(_("This does not count for what is chosen above. Leave it empty."), field=name)


def _what_for(form: DiscountForm, is_automatic: bool) -> tuple[list[str], list[str]]:
    """The products and collections. An automatic offer is for what is in its collections when it is saved.

    What it was for is needed later: the lowest price of 30 days is computed from it.
    """
    products, collections = form.products.data or [], form.collections.data or []
    if not is_automatic or not collections:
        return products, collections
    members = set[str]().union(*members_of(collections).values())
    found = members.intersection(code for code, _name in catalog.product_choices(current()))
    if not found:
        raise Refused(_("There is nothing in it."), field="collections")
    return sorted(found.union(products)), []


def _form_of(found: Discount) -> DiscountForm:
    is_percent = found.kind == PERCENT
    values = {
        "name_nl": found.names.get("nl", ""),
        "name_en": found.names.get("en", ""),
        "kind": found.kind,
        "percent": editing.percent_of(found.value) if is_percent else None,
        "amount": found.value if not is_percent and found.value else None,
        "minimum": found.minimum_cents or None,
        "products": found.products,
        "collections": found.collections,
        "starts_on": found.starts_on,
        "ends_on": found.ends_on,
        "most_uses": found.most_uses,
        "most_per_customer": found.most_per_customer,
    }
    form = DiscountForm(formdata=None, data=values)
    del form.code
    remembered(form)
    return form


def _with_choices(form: DiscountForm) -> None:
    form.products.choices = choices(catalog.product_choices(current()))
    form.collections.choices = choices(catalog.collection_choices(current()))


def _editor(form: DiscountForm, saved: Discount | None) -> str:
    _with_choices(form)
    frozen = saved is not None and saved.code is None and saved.starts_on <= real_today()
    return render_template(
        "admin/discount.html", form=form, discount=saved, end_form=EmptyForm(formdata=None), frozen=frozen
    )
