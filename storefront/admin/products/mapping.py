"""Between the product editor's form and the data that the catalogue's actions take."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import abort, current_app
from itsdangerous import BadSignature, URLSafeSerializer

from storefront.admin.forms.fields import choices, typed
from storefront.admin.forms.products import MOST_ROWS, ProductForm
from storefront.catalog import queries
from storefront.catalog.data import ProductData, TextData, VariantData
from storefront.catalog.editing import ProductEdit
from storefront.catalog.rules import nrv_percent
from storefront.locale import LANGUAGES, current
from storefront.locale import gettext as _
from storefront.money import format_money, per

TEXT_FIELDS = (
    *(
        "name",
        "short_name",
        "slug",
        "summary",
        "meta_description",
        "what_is_in_it",
        "legal_name",
        "directions",
    ),
    *("limit_note", "storage"),
)
ALLERGEN = "*"
KILOGRAM = 1000
SEALED = {None: "", True: "yes", False: "no"}  # of a size; None is as its product
Picture = dict[str, Any]


def with_choices(form: ProductForm) -> ProductForm:
    """The form with the ingredients and collections to choose from."""
    form.ingredient.choices = choices(queries.ingredient_choices(current()))
    form.collections.choices = choices(queries.collection_choices(current()))
    return form


def empty_form() -> ProductForm:
    """The form of a new product: one size, one fact."""
    form = ProductForm(formdata=None, adults_only=True, sealed=True, position=100)
    form.variants.append_entry({"on_sale": True, "stock": 0})
    form.facts.append_entry()
    return with_choices(form)


def form_of(edit: ProductEdit, levels: Mapping[int, int]) -> ProductForm:
    """The form of a product as it is saved."""
    product = edit.product
    values: dict[str, Any] = {lang: _texts(edit, lang) for lang in LANGUAGES} | {
        "ingredient": edit.ingredient,
        "form": product.form,
        "daily_units": product.daily_units,
        "unit_price_base_grams": str(product.unit_price_base_grams),
        "main_analyte": product.main_analyte,
        "position": product.position,
        "vat_class": product.vat_class,
        "adults_only": product.adults_only,
        "sealed": product.sealed,
        "collections": edit.collections,
        "shown_at": edit.updated_at.isoformat(),
        "variants": [_variant(variant, levels.get(variant.id, 0)) for variant in edit.variants],
        "facts": [_fact(fact) for fact in product.facts],
        "pictures": [_picture(picture, place) for place, picture in enumerate(product.pictures, start=1)],
    }
    form = with_choices(ProductForm(formdata=None, data=values))
    del form.code  # it never changes
    return form


def data_of(form: ProductForm, edit: ProductEdit | None) -> ProductData:
    """What a valid form says."""
    known = {variant.sku: variant.id for variant in edit.variants} if edit else {}
    return ProductData(
        code=edit.product.code if edit else typed(form.code),
        ingredient=form.ingredient.data,
        form=form.form.data,
        daily_units=form.daily_units.value or Decimal(0),
        units={lang: form[lang].unit.data for lang in LANGUAGES},
        texts={lang: _text_data(form[lang].form) for lang in LANGUAGES},
        variants=[_variant_data(entry.form, known) for entry in form.variants.entries],
        collections=form.collections.data or [],
        position=100 if form.position.whole is None else form.position.whole,
        unit_price_base_grams=int(form.unit_price_base_grams.data),
        main_analyte=typed(form.main_analyte),
        adults_only=form.adults_only.data,
        sealed=form.sealed.data,
        vat_class=form.vat_class.data,
        origins={lang: form[lang].origin.data for lang in LANGUAGES},
        pictures=chosen_pictures(form),
        facts=[_fact_data(entry.form) for entry in form.facts.entries],
    )


def counted(form: ProductForm) -> dict[str, tuple[int, int | None]]:
    """The stock of each article number that staff counted, and what the form had shown, where they differ."""
    levels: dict[str, tuple[int, int | None]] = {}
    for entry in form.variants.entries:
        part = entry.form
        if part.stock.whole is not None and part.stock.data != part.stock_was.data:
            was = part.stock_was.data or ""
            levels[typed(part.sku)] = (part.stock.whole, int(was) if was.isdecimal() else None)
    return levels


def press(form: ProductForm, button: str) -> None:
    """Add or remove a row: "add:variants", "remove:nl-questions-2". Anything else is no button of ours."""
    what, _, name = button.partition(":")
    lists: dict[str, Any] = {
        "variants": form.variants,
        "facts": form.facts,
        "nl-questions": form.nl.questions,
        "en-questions": form.en.questions,
    }
    if what == "add" and name in lists:
        rows = lists[name]
        if len(rows.entries) < MOST_ROWS:
            rows.append_entry({"on_sale": True} if name == "variants" else None)
        return
    for rows in lists.values():
        for entry in rows.entries:
            if what == "remove" and entry.name == name:
                rows.entries.remove(entry)
                return
    abort(400)


def add_pictures(form: ProductForm, pictures: list[Picture]) -> None:
    """Put newly stored pictures behind those that the form shows."""
    for picture in pictures:
        if len(form.pictures.entries) < MOST_ROWS:
            form.pictures.append_entry(_picture(picture, len(form.pictures.entries) + 1))


def shown_pictures(form: ProductForm) -> list[Picture]:
    """The picture of each row, in the order of the rows."""
    return [_opened(entry.form.ticket.data) for entry in form.pictures.entries]


def chosen_pictures(form: ProductForm) -> list[Picture]:
    """The pictures that stay, in the order of their places."""
    rows = [entry.form for entry in form.pictures.entries if not entry.form.remove.data]
    ordered = sorted(rows, key=lambda part: MOST_ROWS if part.place.whole is None else part.place.whole)
    return [
        _opened(part.ticket.data) | {"alt": {"nl": typed(part.alt_nl), "en": typed(part.alt_en)}}
        for part in ordered
    ]


def figures(edit: ProductEdit) -> dict[str, str]:
    """What follows from weight, days and price of each size, by article number: unit price, price a day."""
    base = edit.product.unit_price_base_grams
    lang = current()
    words = {}
    for variant in edit.variants:
        unit = format_money(per(variant.price_cents, variant.net_grams, base), lang)
        day = format_money(per(variant.price_cents, Decimal(variant.days), 1), lang)
        per_unit = (
            _("%(amount)s per kg", amount=unit)
            if base == KILOGRAM
            else _("%(amount)s per 100 g", amount=unit)
        )
        words[variant.sku] = f"{per_unit}, " + _("%(amount)s a day", amount=day)
    return words


def percents(edit: ProductEdit) -> dict[int, int | None]:
    """The share of the reference intake of each fact that has one, by its place."""
    return {place: nrv_percent(fact) for place, fact in enumerate(edit.product.facts)}


def shown_at(form: ProductForm) -> datetime:
    """When the product was last saved as the form shows it."""
    try:
        return datetime.fromisoformat(form.shown_at.data or "")
    except ValueError:
        abort(400)


def _texts(edit: ProductEdit, lang: str) -> dict[str, Any]:
    product, text = edit.product, edit.texts.get(lang)
    shared = {"origin": product.origins.get(lang, ""), "unit": product.units.get(lang, "")}
    if text is None:
        return shared
    return (
        shared
        | {name: getattr(text, name) for name in TEXT_FIELDS}
        | {
            "ingredients": "\n".join(
                (ALLERGEN if row["allergen"] else "") + row["text"] for row in text.ingredients
            ),
            "warnings": "\n".join(text.warnings),
            "questions": text.questions,
        }
    )


def _text_data(part: Any) -> TextData:
    rows = [line.strip() for line in part.ingredients.data.splitlines() if line.strip()]
    return TextData(
        **{name: part[name].data for name in TEXT_FIELDS},
        ingredients=[
            {"text": row.lstrip(ALLERGEN).strip(), "allergen": row.startswith(ALLERGEN)} for row in rows
        ],
        warnings=[line.strip() for line in part.warnings.data.splitlines() if line.strip()],
        questions=[
            {"q": entry.form.q.data, "a": entry.form.a.data}
            for entry in part.questions.entries
            if entry.form.q.data
        ],
    )


def _variant(variant: Any, level: int) -> dict[str, Any]:
    return {
        "known": variant.sku,
        "label_nl": variant.labels.get("nl", ""),
        "label_en": variant.labels.get("en", ""),
        "sku": variant.sku,
        "gtin": variant.gtin or "",
        "net_grams": variant.net_grams,
        "shipping_grams": variant.shipping_grams,
        "sealed": SEALED[variant.sealed],
        "pieces": variant.pieces,
        "days": variant.days,
        "price": format_money(variant.price_cents, "nl").removeprefix("€\u00a0"),
        "stock": level,
        "stock_was": str(level),
        "on_sale": variant.on_sale,
    }


def _variant_data(part: Any, known: Mapping[str, int]) -> VariantData:
    return VariantData(
        id=known.get(part.known.data),
        sku=part.sku.data,
        labels={"nl": part.label_nl.data, "en": part.label_en.data},
        net_grams=part.net_grams.value or Decimal(0),
        days=part.days.whole or 0,
        price_cents=part.price.cents or 0,
        pieces=part.pieces.whole,
        shipping_grams=part.shipping_grams.whole,
        sealed=next(value for value, word in SEALED.items() if word == (part.sealed.data or "")),
        gtin=part.gtin.data or None,
        on_sale=part.on_sale.data,
    )


def _fact(fact: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name_nl": fact["names"].get("nl", ""),
        "name_en": fact["names"].get("en", ""),
        "amount": Decimal(fact["amount"]),
        "unit": fact["unit"],
        "nrv": Decimal(fact["nrv"]) if fact.get("nrv") else None,
        "of_which": fact.get("of_which", False),
    }


def _fact_data(part: Any) -> dict[str, Any]:
    return {
        "names": {"nl": part.name_nl.data, "en": part.name_en.data},
        "amount": f"{part.amount.value:f}",
        "unit": part.unit.data,
        "nrv": None if part.nrv.value is None else f"{part.nrv.value:f}",
        "of_which": part.of_which.data,
    }


def _picture(picture: Picture, place: int) -> dict[str, Any]:
    alt = picture.get("alt") or {}
    return {
        "ticket": _tickets().dumps(picture),
        "alt_nl": alt.get("nl", ""),
        "alt_en": alt.get("en", ""),
        "place": place,
    }


def _opened(ticket: str | None) -> Picture:
    """The picture of a ticket that we signed."""
    try:
        picture: Picture = _tickets().loads(ticket or "")
    except BadSignature:
        abort(400)
    return picture


def _tickets() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="picture of a form")
