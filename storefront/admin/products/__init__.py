"""Products: the list, the editor, copying, publishing and archiving."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from storefront import clock
from storefront.accounts.rules import PRODUCTS
from storefront.admin.forms.fields import typed
from storefront.admin.forms.products import AbsorptionForm, DuplicateForm, ProductForm, StateForm
from storefront.admin.frame import actor, guard, note, page_number, say, search_words
from storefront.admin.products import mapping, touching
from storefront.catalog import actions, editing
from storefront.catalog.editing import ProductEdit
from storefront.catalog.preview import preview_token
from storefront.locale import LANGUAGES, current
from storefront.locale import gettext as _
from storefront.media.actions import prepared, store_picture
from storefront.orders import queries as orders
from storefront.plugin_system.calling import call_lists
from storefront.plugin_system.hookspecs import Touched
from storefront.quality import actions as evidence
from storefront.quality import editing as evidence_editing
from storefront.quality import queries as quality
from storefront.refusals import Refused
from storefront.stock import actions as stock
from storefront.stock import queries as stock_queries
from storefront.transactions import repeated, writing
from storefront.web_security import UPLOAD_BYTES

blueprint = Blueprint("admin_products", __name__)
LEAST_WIDTH = 1600  # pixels; a narrower picture is blurred on a large screen
PER_PAGE = 50
TABS = ("published", "draft", "archived")
DONE = {"published": "product published", "draft": "product taken back", "archived": "product archived"}


class Asked(NamedTuple):
    """A question before something happens: the pages it changes, and the state chosen ("" for a save)."""

    touched: list[Touched]
    state: str = ""


@blueprint.get("/")
@guard(PRODUCTS)
def index() -> ResponseReturnValue:
    """The products of one state or of all, with stock, batch, badges, texts and price."""
    state = request.args.get("state", "")
    if state not in TABS:
        state = ""
    search, page = search_words(), page_number()
    rows, total = editing.admin_products(state, search, page, PER_PAGE)
    variant_ids = [id_ for row in rows for id_ in row.variant_ids]
    return render_template(
        "admin/products.html",
        rows=rows,
        total=total,
        page=page,
        per_page=PER_PAGE,
        state=state,
        search=search,
        counts=dict.fromkeys(TABS, 0) | editing.counts_by_state(),
        sizes=editing.sizes_on_sale(),
        address=lambda n: url_for("admin_products.index", page=n, state=state or None, q=search or None),
        levels=stock_queries.levels(variant_ids),
        lots=stock_queries.lots_on_sale(variant_ids, clock.today()),
        badges=quality.badges_of([row.product_id for row in rows], clock.today()),
    )


@blueprint.get("/new")
@guard(PRODUCTS)
def new() -> ResponseReturnValue:
    """The editor, empty."""
    return _editor(mapping.empty_form(), None)


@blueprint.post("/new")
@guard(PRODUCTS)
@repeated
def create() -> ResponseReturnValue:
    """Make a product; it is a draft until it is published."""
    return _save(None)


@blueprint.get("/<code>")
@guard(PRODUCTS)
def edit(code: str) -> ResponseReturnValue:
    """The editor."""
    found = _product(code)
    return _editor(mapping.form_of(found, _levels(found)), found)


@blueprint.post("/<code>")
@guard(PRODUCTS)
@repeated
def save(code: str) -> ResponseReturnValue:
    """Save the editor, or do what another of its buttons says."""
    return _save(_product(code))


@blueprint.get("/<code>/preview")
@guard(PRODUCTS)
def preview(code: str) -> ResponseReturnValue:
    """Lead to the shop's page of a product that is not published, as it was last saved."""
    found = _product(code)
    lang = next((one for one in (current(), *LANGUAGES) if one in found.texts), "")
    if not lang or not found.on_sale:
        editor = mapping.form_of(found, _levels(found))
        editor.refuse(Refused(_("A product needs a size on sale before it can be shown.")))
        return _editor(editor, found), 409
    slug = found.texts[lang].slug
    return redirect(url_for("shop_products.show", lang=lang, slug=slug, preview=preview_token(code)))


@blueprint.post("/<code>/duplicate")
@guard(PRODUCTS)
@repeated
def duplicate(code: str) -> ResponseReturnValue:
    """Make a draft with the same texts and sizes."""
    found, form = _product(code), DuplicateForm()
    if not form.validate_on_submit():
        return _editor(mapping.form_of(found, _levels(found)), found, copy=form), 422
    try:
        with writing():
            new_code = actions.duplicate_product(code, form.code.data, actor())
            _open_levels(_product(new_code), {})
            note("product copied", f"product {new_code}", {"from": code})
    except Refused as refusal:
        form.refuse(refusal)
        return _editor(mapping.form_of(found, _levels(found)), found, copy=form), refusal.status
    say(_("The copy is a draft. Change what is different, then publish it."))
    return redirect(url_for("admin_products.edit", code=new_code), 303)


@blueprint.post("/<code>/state")
@guard(PRODUCTS)
@repeated
def set_state(code: str) -> ResponseReturnValue:
    """Publish, take back to draft, or archive."""
    found, form = _product(code), StateForm()
    wanted = form.state.data or ""
    if not form.validate_on_submit() or wanted not in DONE:
        abort(400)
    leaves = found.product.state == "published" and wanted != "published"
    if leaves and not form.sure.data and (touched := touching.touched_by(found)):
        return _editor(mapping.form_of(found, _levels(found)), found, asked=Asked(touched, wanted)), 409
    try:
        with writing():
            changes = actions.set_state(code, wanted)
            note(DONE[wanted], f"product {code}", dict(changes))
    except Refused as refusal:
        editor = mapping.form_of(found, _levels(found))
        editor.refuse(Refused(refusal.message))
        return _editor(editor, found), refusal.status
    words = {
        "published": _("The product is in the shop now."),
        "draft": _("The product is a draft again, and out of the shop."),
        "archived": _("The product is archived, and out of the shop."),
    }
    say(words[wanted])
    return redirect(url_for("admin_products.edit", code=code), 303)


@blueprint.post("/<code>/absorption")
@guard(PRODUCTS)
@repeated
def set_absorption(code: str) -> ResponseReturnValue:
    """Link the assessment that lets the purity badge say "and absorption", or take it away."""
    found, form = _product(code), AbsorptionForm()
    parts = (typed(form.citation), typed(form.doi), typed(form.assessor), typed(form.year))
    valid = form.validate_on_submit()
    if valid and any(parts) and not all(parts):
        form.form_errors.append(_("Fill in all four, or none."))
    if not valid or form.form_errors:
        return _editor(mapping.form_of(found, _levels(found)), found, absorption=form), 422
    with writing():
        evidence.set_absorption(found.product.id, *parts[:3], form.year.whole or 0)
        note("absorption changed", f"product {code}", {"doi": parts[1]})
    say(_("Saved."))
    return redirect(url_for("admin_products.edit", code=code) + "#evidence", 303)


def _save(found: ProductEdit | None) -> ResponseReturnValue:
    request.max_content_length = UPLOAD_BYTES
    form = mapping.with_choices(ProductForm())
    if found is not None:
        del form.code  # it never changes
    valid = form.validate()
    if form.csrf_token.errors:
        return _editor(form, found), 422
    button = form.do.data or ""
    if button and button != "upload":
        mapping.press(form, button)
        form.clear_errors()
        return _editor(form, found)
    stored = _store_uploads(form)
    if form.uploads.errors:
        return _editor(form, found), 422
    if stored or button:  # new pictures have to be described before they can be saved
        form.clear_errors()
        return _editor(form, found, uploaded=stored)
    if not valid:
        return _editor(form, found), 422
    return _write(form, found)


def _write(form: ProductForm, found: ProductEdit | None) -> ResponseReturnValue:
    data, counted = mapping.data_of(form, found), mapping.counted(form)
    if touched := touching.to_confirm(found, form, data, _levels(found) if found else {}, counted):
        return _editor(form, found, asked=Asked(touched)), 409
    try:
        with writing():
            if found is None:
                code = actions.create_product(data, actor()).code
                changes: dict[str, Any] = {}
            else:
                code = found.product.code
                changes = actions.save_product(code, data, mapping.shown_at(form), actor())
            stocked = _open_levels(_product(code), counted)
            changes |= {f"{sku} stock": pair for sku, pair in stocked.items() if pair[0] != pair[1]}
            if changes or found is None:
                note("product changed" if found else "product added", f"product {code}", changes)
    except Refused as refusal:
        form.refuse(refusal)
        return _editor(form, found), refusal.status
    say(_("Saved."))
    for sku, (before, after) in stocked.items():
        if after != counted[sku][0]:
            say(
                _(
                    "Stock of %(sku)s: %(before)s → %(after)s. It changed while you counted; the difference "
                    "between what stood here and what you typed was taken over.",
                    sku=sku,
                    before=before,
                    after=after,
                )
            )
    return redirect(url_for("admin_products.edit", code=code), 303)


def _open_levels(
    saved: ProductEdit, counted: dict[str, tuple[int, int | None]]
) -> dict[str, tuple[int, int]]:
    """Write what was counted, and return it: before, after. A size that has no stock level yet gets one."""
    before = _levels(saved)
    changes: dict[str, tuple[int, int]] = {}
    for variant in saved.variants:
        if variant.sku in counted:
            level, shown = counted[variant.sku]
            changes[variant.sku] = stock.set_level(variant.id, level, actor(), shown)
        elif not before[variant.id]:
            stock.set_level(variant.id, 0, actor())
    return changes


def _store_uploads(form: ProductForm) -> int:
    """Store the chosen files at once, so that they are not lost when something else has to be mended."""
    files = [file for file in form.uploads.data or [] if getattr(file, "filename", "")]
    stored = []
    for file in files:
        try:
            picture = prepared(file.read())  # slow: before the transaction
            with writing():
                stored.append(store_picture(picture, actor()))
        except Refused as refusal:
            form.uploads.errors = [*form.uploads.errors, f"{file.filename}: {refusal}"]
    mapping.add_pictures(form, stored)
    return len(stored)


def _product(code: str) -> ProductEdit:
    found = editing.product_to_edit(code)
    if found is None:
        abort(404)
    return found


def _levels(found: ProductEdit) -> dict[int, int]:
    return stock_queries.levels([variant.id for variant in found.variants])


def _editor(
    form: ProductForm,
    found: ProductEdit | None,
    copy: DuplicateForm | None = None,
    absorption: AbsorptionForm | None = None,
    uploaded: int = 0,
    asked: Asked | None = None,
) -> str:
    product = found.product if found else None
    return render_template(
        "admin/product.html",
        form=form,
        edit=found,
        product=product,
        pictures=mapping.shown_pictures(form),
        uploaded=uploaded,
        least_width=LEAST_WIDTH,
        figures=mapping.figures(found) if found else {},
        stock_hints=_stock_hints(found) if found else {},
        percents=mapping.percents(found) if found else {},
        explanations=quality.explain_for(product.id, clock.today()) if product else [],
        lots=stock_queries.lots_of_variants([v.id for v in found.variants]) if found else [],
        panels=call_lists("admin_product_panels", product_id=product.id, product_code=product.code)
        if product
        else [],
        absorption_form=absorption or _absorption_form(found),
        copy_form=copy or DuplicateForm(formdata=None),
        state_form=StateForm(formdata=None),
        inside_sentence=_inside_sentence,
        asked=asked,
        touched=asked.touched if asked else touching.touched_by(found) if found else [],
    )


def _stock_hints(found: ProductEdit) -> dict[str, str]:
    """What the stock of each size counts, by its article number."""
    kept = orders.kept([variant.id for variant in found.variants])
    counts = _("What can still be bought. Saving takes over the difference with what stood here.")
    hints = {}
    for variant in found.variants:
        unpaid, to_send = kept.get(variant.id, (0, 0))
        besides = _(
            "Not in it, though on the shelf: %(unpaid)s of unpaid orders, %(to_send)s still to be sent.",
            unpaid=unpaid,
            to_send=to_send,
        )
        hints[variant.sku] = f"{counts} {besides}" if unpaid or to_send else counts
    return hints


def _absorption_form(found: ProductEdit | None) -> AbsorptionForm:
    saved = evidence_editing.absorption_of(found.product.id) if found else None
    return AbsorptionForm(formdata=None, obj=saved)


def _inside_sentence(text: str) -> str:
    """A sentence behind "because": its first letter small, unless it begins a number or a short form."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
