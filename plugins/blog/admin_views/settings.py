"""The switches of the blog, for the owner of the shop."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template
from flask.typing import ResponseReturnValue

from storefront.plugin_api import BooleanField, StaffForm, actor, audit, lazy_gettext, requires, url, writing
from storefront.plugin_api import gettext as _

from .. import looking, lookup, switches

SETTINGS = "blog.settings"
blueprint = Blueprint("blog_settings", __name__)


class SettingsForm(StaffForm):
    """What the blog does only where it is wanted."""

    lookup = BooleanField(lazy_gettext("Look sources up in Crossref and PubMed"))


@blueprint.route("/", methods=["GET", "POST"])
@requires(SETTINGS)
def show() -> ResponseReturnValue:
    """The switches, or save what was chosen."""
    form = SettingsForm(data={"lookup": switches.is_on(looking.SWITCH)})
    if form.validate_on_submit():
        with writing():
            switches.switch(looking.SWITCH, bool(form.lookup.data))
            audit(actor(), "blog.settings", looking.SWITCH, {"on": bool(form.lookup.data)})
        flash(_("Saved."), "ok")
        return redirect(url("blog_settings.show"), 303)
    hosts = sorted(origin.partition("://")[2] for origin in lookup.ORIGINS)
    return render_template("blog/admin/settings.html", form=form, hosts=hosts)
