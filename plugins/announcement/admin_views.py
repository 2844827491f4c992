"""The page where staff write the announcement."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from plugins.announcement import forms, models
from storefront.plugin_api import LANGUAGES, Refused, gettext, requires, writing

blueprint = Blueprint("announcement", __name__)


@blueprint.route("/", methods=["GET", "POST"])
@requires("announcement")
def edit() -> ResponseReturnValue:
    """Show the form, or save what was posted and come back."""
    texts, first_day, last_day = models.notice()
    form = forms.NoticeForm(data=texts | {"first_day": first_day, "last_day": last_day})
    if form.validate_on_submit() and form.first_day.day and form.last_day.day:
        texts = {lang: form[lang].data for lang in LANGUAGES}
        try:
            with writing():
                models.replace(texts, form.first_day.day, form.last_day.day)
            flash(gettext("Saved."), "ok")
            return redirect(url_for(".edit"), 303)
        except Refused as refusal:
            form.refuse(refusal)
    return render_template("announcement/edit.html", form=form), 422 if form.is_submitted() else 200
