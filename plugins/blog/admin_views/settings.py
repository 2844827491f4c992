"""The switches of the blog, for the owner of the shop."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template
from flask.typing import ResponseReturnValue

from storefront.plugin_api import (
    BooleanField,
    Refused,
    StaffForm,
    TextField,
    actor,
    audit,
    forget_note,
    lazy_gettext,
    required,
    requires,
    url,
    within,
    writing,
)
from storefront.plugin_api import gettext as _

from .. import journeys, looking, lookup, switches

SETTINGS = "blog.settings"
SWITCHES = (looking.SWITCH, journeys.SWITCH)
blueprint = Blueprint("blog_settings", __name__)


class SettingsForm(StaffForm):
    """What the blog does only where it is wanted; a field for each of `SWITCHES`."""

    lookup = BooleanField(lazy_gettext("Look sources up in Crossref and PubMed"))
    journeys = BooleanField(lazy_gettext("Ask readers whether the shop may remember what they read"))


class ForgetForm(StaffForm):
    """The order of a buyer who no longer agrees."""

    order = TextField(lazy_gettext("Number of the order"), [required(), within(20)])


@blueprint.route("/", methods=["GET", "POST"])
@requires(SETTINGS)
def show() -> ResponseReturnValue:
    """The switches, or save what was chosen."""
    before = {name: switches.is_on(name) for name in SWITCHES}
    form = SettingsForm(data=before)
    if form.validate_on_submit():
        with writing():
            for name in SWITCHES:
                _switch(name, before[name], bool(form[name].data))
        flash(_("Saved."), "ok")
        return redirect(url("blog_settings.show"), 303)
    return _page(form, ForgetForm(formdata=None))


@blueprint.post("/forget")
@requires(SETTINGS)
def forget() -> ResponseReturnValue:
    """Take what was read before an order off it."""
    form = ForgetForm()
    if form.validate_on_submit():
        number = (form.order.data or "").upper()
        with writing():
            found = forget_note(number, journeys.PLUGIN)
            if found:
                audit(actor(), "blog.forget", f"order {number}")
        if found:
            flash(_("What was read before order %(number)s is forgotten.", number=number), "ok")
            return redirect(url("blog_settings.show"), 303)
        form.refuse(Refused(_("No order with this number says what was read before it."), "order"))
    switched = SettingsForm(formdata=None, data={name: switches.is_on(name) for name in SWITCHES})
    return _page(switched, form), 422


def _page(form: SettingsForm, forgetting: ForgetForm) -> str:
    hosts = sorted(origin.partition("://")[2] for origin in lookup.ORIGINS)
    return render_template("blog/admin/settings.html", form=form, forgetting=forgetting, hosts=hosts)


def _switch(name: str, before: bool, on: bool) -> None:
    if on != before:
        switches.switch(name, on)
        audit(actor(), "blog.settings", name, {"on": on})
