"""Ingredients and collections: what a product is made of, and where in the shop it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from storefront.accounts.rules import PRODUCTS
from storefront.admin.forms.assortment import CollectionForm, DeleteForm, IngredientForm
from storefront.admin.forms.fields import typed
from storefront.admin.frame import guard, note, say
from storefront.admin.products import touching
from storefront.admin.stale import refuse_stale, remembered
from storefront.catalog import actions, collections, editing
from storefront.catalog.data import CollectionData, CollectionTextData
from storefront.catalog.editing import CollectionEdit, IngredientEdit
from storefront.locale import LANGUAGES
from storefront.locale import gettext as _
from storefront.refusals import Refused
from storefront.transactions import repeated, writing

blueprint = Blueprint("admin_assortment", __name__)
TEXT_FIELDS = ("name", "slug", "intro", "meta_description")
USUAL_PLACE = 100
Thing = TypeVar("Thing", IngredientEdit, CollectionEdit)


@blueprint.get("/")
@guard(PRODUCTS)
def index() -> ResponseReturnValue:
    """All ingredients and all collections."""
    return render_template(
        "admin/assortment.html",
        ingredients=editing.admin_ingredients(),
        collections=editing.admin_collections(),
    )


@blueprint.get("/ingredients/new")
@guard(PRODUCTS)
def new_ingredient() -> ResponseReturnValue:
    """The empty form."""
    return _ingredient_page(IngredientForm(formdata=None), None)


@blueprint.post("/ingredients/new")
@guard(PRODUCTS)
@repeated
def create_ingredient() -> ResponseReturnValue:
    """Add an ingredient."""
    return _save_ingredient(None)


@blueprint.get("/ingredients/<code>")
@guard(PRODUCTS)
def ingredient(code: str) -> ResponseReturnValue:
    """An ingredient."""
    saved = _with_code(editing.admin_ingredients(), code)
    return _ingredient_page(_form_of_ingredient(saved), saved)


@blueprint.post("/ingredients/<code>")
@guard(PRODUCTS)
@repeated
def save_ingredient(code: str) -> ResponseReturnValue:
    """Change an ingredient's names."""
    return _save_ingredient(_with_code(editing.admin_ingredients(), code))


@blueprint.get("/collections/new")
@guard(PRODUCTS)
def new_collection() -> ResponseReturnValue:
    """The empty form."""
    return _collection_page(CollectionForm(formdata=None, position=USUAL_PLACE), None)


@blueprint.post("/collections/new")
@guard(PRODUCTS)
@repeated
def create_collection() -> ResponseReturnValue:
    """Add a collection."""
    return _save_collection(None)


@blueprint.get("/collections/<code>")
@guard(PRODUCTS)
def collection(code: str) -> ResponseReturnValue:
    """A collection."""
    saved = _with_code(editing.admin_collections(), code)
    return _collection_page(_form_of_collection(saved), saved)


@blueprint.post("/collections/<code>")
@guard(PRODUCTS)
@repeated
def save_collection(code: str) -> ResponseReturnValue:
    """Change a collection."""
    return _save_collection(_with_code(editing.admin_collections(), code))


@blueprint.post("/collections/<code>/delete")
@guard(PRODUCTS)
@repeated
def delete_collection(code: str) -> ResponseReturnValue:
    """Take a collection away. When other pages speak of it, they are named and it is asked once more."""
    saved, form = _with_code(editing.admin_collections(), code), DeleteForm()
    if not form.validate_on_submit():
        abort(400)
    if not form.sure.data and touching.touched([], [code]):
        return _collection_page(_form_of_collection(saved), saved, asked=True), 409
    try:
        with writing():
            collections.delete_collection(code)
            note("collection deleted", f"collection {code}")
    except Refused as refusal:
        editor = _form_of_collection(saved)
        editor.refuse(refusal)
        return _collection_page(editor, saved), refusal.status
    say(_("The collection was deleted."))
    return redirect(url_for("admin_assortment.index"), 303)


def _save_ingredient(saved: IngredientEdit | None) -> ResponseReturnValue:
    form = IngredientForm()
    if saved is not None:
        del form.code  # it never changes

    def write() -> None:
        names = {"nl": typed(form.name_nl), "en": typed(form.name_en)}
        if saved is None:
            code = actions.add_ingredient(typed(form.code), names).code
            note("ingredient added", f"ingredient {code}")
        else:
            refuse_stale(form, _form_of_ingredient(_with_code(editing.admin_ingredients(), saved.code)))
            changes = actions.rename_ingredient(saved.code, names)
            note("ingredient changed", f"ingredient {saved.code}", dict(changes))

    return _save(form, write, lambda: _ingredient_page(form, saved))


def _save_collection(saved: CollectionEdit | None) -> ResponseReturnValue:
    form = CollectionForm()
    if saved is not None:
        del form.code  # it never changes

    def write() -> None:
        data = _collection_data(form, saved)
        if saved is None:
            collections.add_collection(data)
            note("collection added", f"collection {data.code}")
        else:
            refuse_stale(form, _form_of_collection(_with_code(editing.admin_collections(), saved.code)))
            note("collection changed", f"collection {data.code}", dict(collections.save_collection(data)))

    return _save(form, write, lambda: _collection_page(form, saved))


def _save(
    form: IngredientForm | CollectionForm, write: Callable[[], None], show: Callable[[], str]
) -> ResponseReturnValue:
    """Write a valid form, or show it again with what is wrong."""
    if not form.validate_on_submit():
        return show(), 422
    try:
        with writing():
            write()
    except Refused as refusal:
        form.refuse(refusal)
        return show(), refusal.status
    say(_("Saved."))
    return redirect(url_for("admin_assortment.index"), 303)


def _with_code(things: list[Thing], code: str) -> Thing:
    found = next((thing for thing in things if thing.code == code), None)
    if found is None:
        abort(404)
    return found


def _form_of_ingredient(saved: IngredientEdit) -> IngredientForm:
    values = {f"name_{lang}": saved.names.get(lang, "") for lang in LANGUAGES}
    form = IngredientForm(formdata=None, data=values)
    del form.code
    remembered(form)
    return form


def _form_of_collection(saved: CollectionEdit) -> CollectionForm:
    texts = {lang: {name: getattr(text, name) for name in TEXT_FIELDS} for lang, text in saved.texts.items()}
    form = CollectionForm(formdata=None, data={"position": saved.position, **texts})
    del form.code
    remembered(form)
    return form


def _collection_data(form: CollectionForm, saved: CollectionEdit | None) -> CollectionData:
    return CollectionData(
        code=saved.code if saved else typed(form.code),
        position=USUAL_PLACE if form.position.whole is None else form.position.whole,
        texts={
            lang: CollectionTextData(**{name: typed(form[lang].form[name]) for name in TEXT_FIELDS})
            for lang in LANGUAGES
        },
    )


def _ingredient_page(form: IngredientForm, saved: IngredientEdit | None) -> str:
    return render_template("admin/ingredient.html", form=form, ingredient=saved)


def _collection_page(form: CollectionForm, saved: CollectionEdit | None, asked: bool = False) -> str:
    return render_template(
        "admin/collection.html",
        form=form,
        collection=saved,
        delete_form=DeleteForm(formdata=None),
        asked=asked,
        touched=touching.touched([], [saved.code]) if saved else [],
    )
