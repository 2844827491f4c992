"""The worker and its outbox: whether one runs, what was given up, what comes again."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from storefront.accounts.rules import ORDERS, SETTINGS
from storefront.admin.forms import EmptyForm
from storefront.admin.frame import allowed, guard, note, outbox, page_number, say
from storefront.admin.job_words import cause, job_words
from storefront.jobs import actions, queries
from storefront.jobs.models import Job
from storefront.locale import gettext as _
from storefront.locale import ngettext
from storefront.orders.queries import numbers_of
from storefront.refusals import Refused
from storefront.transactions import repeated, writing

blueprint = Blueprint("admin_jobs", __name__)


@blueprint.get("/")
@guard(SETTINGS)
def index() -> ResponseReturnValue:
    """What somebody has to look at, and what the worker tries again by itself."""
    return _page(EmptyForm(formdata=None))


@blueprint.post("/<int:job_id>/again")
@guard(SETTINGS)
@repeated
def again(job_id: int) -> ResponseReturnValue:
    """Let the worker try a dead job again, at once and for three days."""
    return _decide(job_id, actions.try_again, "job tried again", _("The worker tries it again."))


@blueprint.post("/<int:job_id>/let-go")
@guard(SETTINGS)
@repeated
def let_go(job_id: int) -> ResponseReturnValue:
    """Nobody needs a dead job any more."""
    return _decide(job_id, actions.let_go, "job let go", _("It is let go: nothing more happens with it."))


@blueprint.post("/again")
@guard(SETTINGS)
@repeated
def all_again() -> ResponseReturnValue:
    """Let the worker try all that was given up, as after a mend of the mail server."""
    if not EmptyForm().validate_on_submit():
        abort(400)
    with writing():
        count = actions.try_all_again()
        note("jobs tried again", "jobs", {"count": count})
    say(ngettext("The worker tries %(num)s job again.", "The worker tries %(num)s jobs again.", count))
    return redirect(url_for("admin_jobs.index"), 303)


def _decide(job_id: int, action: Callable[[int], Job], what: str, done: str) -> ResponseReturnValue:
    form = EmptyForm()
    if not form.validate_on_submit():
        abort(400)
    try:
        with writing():
            job = action(job_id)
            note(what, f"job {job.id}", {"job": job.name})  # not its error: that may name the buyer
    except Refused as refusal:
        if refusal.status == 404:
            abort(404)
        form.form_errors.append(str(refusal))
        return _page(form), refusal.status
    say(done)
    return redirect(url_for("admin_jobs.index"), 303)


def _page(button: EmptyForm) -> str:
    page = page_number()
    (dead, total), (failing, to_come) = queries.dead_jobs(page), queries.failing_jobs()
    about = [job.payload["order_id"] for job in (*dead, *failing) if "order_id" in job.payload]
    return render_template(
        "admin/jobs.html",
        health=outbox(),
        dead=dead,
        total=total,
        failing=failing,
        to_come=to_come,
        page=page,
        per_page=queries.LIST_PAGE,
        numbers=numbers_of(about) if about and allowed(ORDERS) else {},
        button=button,
        job_words=job_words,
        cause=cause,
        address=lambda n: url_for("admin_jobs.index", page=n),
    )
