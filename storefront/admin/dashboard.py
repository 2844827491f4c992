"""The first page after signing in: today's orders and what has to be done."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from storefront import clock
from storefront.accounts.rules import EVIDENCE, ORDERS, PRODUCTS, SETTINGS
from storefront.admin.frame import actor, allowed, real_today
from storefront.locale import current
from storefront.orders import queries as orders
from storefront.orders import rules
from storefront.orders.invoices import seller_lacks
from storefront.orders.turnover import sold_abroad
from storefront.payments import choice
from storefront.payments import queries as payments
from storefront.plugin_system.calling import call_lists
from storefront.pricing.countries import ABROAD
from storefront.quality import editing as evidence
from storefront.stock import queries as stock

blueprint = Blueprint("admin_dashboard", __name__)
LATEST = 6


@blueprint.get("/")
def show() -> ResponseReturnValue:
    """Open to all staff; each part only to those who may act on it."""
    seen: dict[str, object] = {
        "low": [],
        "ending": [],
        "held": [],
        "abroad": None,
        "disputes": [],
        "bounced": [],
    }
    if allowed(ORDERS):
        seen["figures"] = orders.today_figures(real_today())
        seen["counts"] = orders.counts_by_state()
        seen["latest"] = orders.admin_list(per_page=LATEST)[0]
        seen["held"] = payments.held_money()
        seen["disputes"], seen["bounced"] = payments.open_disputes(), payments.bounced_refunds()
        seen["mode"] = choice.mode()
        seen["seller_lacks"] = seller_lacks()
        seen["to_send"] = orders.admin_list(rules.PAID, per_page=LATEST)[0]
    if allowed(SETTINGS):
        seen["abroad"] = sold_abroad(ABROAD, real_today().year)
    if allowed(PRODUCTS):
        seen["low"] = stock.running_low(current())
    if allowed(EVIDENCE):
        seen["ending"] = evidence.evidence_ending(clock.today(), within_days=60)
    return render_template(
        "admin/dashboard.html",
        name=actor().split(" ")[0],
        today=real_today(),
        shown_today=clock.today(),
        panels=[
            panel
            for panel in call_lists("admin_dashboard_panels")
            if not panel.permission or allowed(panel.permission)
        ],
        may_orders=allowed(ORDERS),
        may_products=allowed(PRODUCTS),
        may_evidence=allowed(EVIDENCE),
        **seen,
    )
