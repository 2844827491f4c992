"""How the shop says things: prices per 100 g, what a day brings, badges and measured values."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Flask
from markupsafe import Markup, escape

from storefront.catalog.rules import nrv_percent
from storefront.locale import current, format_date, format_month, gettext, in_language, ngettext
from storefront.money import format_money, format_number
from storefront.offers.queries import Offer, VariantOffer
from storefront.quality.facts import Badge, GmpBadge, LabBadge, PurityBadge

SIGNS = {"<=": "≤\u00a0", ">=": "≥\u00a0", "<": "<\u00a0", ">": ">\u00a0"}


def unit_price(variant: VariantOffer) -> str:
    """The price of a variant per 100 g or kg: "€ 49,79 per 100 g"."""
    base = gettext("per kg") if variant.unit_price_base_grams == 1000 else gettext("per 100 g")
    return f"{format_money(variant.unit_price_cents, current())} {base}"


def dose(offer: Offer) -> str:
    """What a day brings: "144 mg magnesium a day". Empty when the product has no facts."""
    fact = offer.daily_active
    if not fact:
        return ""
    amount, name = plain_number(Decimal(fact["amount"])), active_name(in_language(fact["names"]))
    return gettext("%(amount)s %(unit)s %(name)s a day", amount=amount, unit=fact["unit"], name=name)


def active_name(name: str) -> str:
    """The short name of an active substance: an abbreviation when its name gives one, "of which" left out."""
    abbreviation = re.search(r"\(([A-Z0-9]{2,6})\)", name)
    if abbreviation:
        return abbreviation[1]
    name = substance(re.sub(r" *\([^)]*\)", "", name))
    return name[:1].lower() + name[1:]


def substance(name: str) -> str:
    """The name in a row of the facts, without its "of which"."""
    return re.sub(r"^(of which|waarvan) ", "", name)


def portion(units: Decimal, unit: str) -> str:
    """A daily portion: "3 capsules", "0.5 g"."""
    return f"{plain_number(units)}\u00a0{unit}"


def plain_number(value: Decimal) -> str:
    """A number without needless zeros: 3.0 becomes "3"."""
    whole = value.to_integral_value()
    return format_number(whole if value == whole else value.normalize(), current())


def reference_share(fact: dict[str, Any]) -> str:
    """The share of the reference intake in whole per cent, half up: "38%"; "–" without a reference value."""
    share = nrv_percent(fact)
    return "–" if share is None else f"{share}%"


def country(code: str) -> str:
    """A country's short mark as people write it: "NL", "US" (in Dutch "VS")."""
    return gettext("US") if code == "US" else code


def place(name: str, cities: dict[str, str], code: str) -> str:
    """A laboratory and where it is: "Noordlab, Groningen (NL)"."""
    return f"{name}, {in_language(cities)} ({country(code)})"


def badge_title(badge: Badge) -> str:
    """The title of a quality badge."""
    if isinstance(badge, PurityBadge):
        value = format_number(badge.threshold, current())
        return gettext("Purity %(sign)s %(value)s%%", sign=badge.comparison, value=value)
    if isinstance(badge, LabBadge):
        return gettext("Independently tested, twice") if badge.twice else gettext("Independently tested")
    return gettext("GMP production")


def valid_until(badge: PurityBadge | LabBadge) -> str:
    """The last day of a badge and what ends then: "3 August 2028, the first best-before date"."""
    day = format_date(badge.valid_until)
    if badge.ended_by == "lot":
        return gettext("%(day)s, the first best-before date", day=day)
    return gettext("%(day)s, the first retest date", day=day)


def badge_summary(badge: Badge) -> list[str]:
    """The lines below a badge's title: what was measured, by whom, on which batch."""
    if isinstance(badge, PurityBadge):
        return _purity_summary(badge)
    if isinstance(badge, LabBadge):
        passed = sum(line.passed for line in badge.reports)
        tests = sum(line.tests for line in badge.reports)
        labs = lab_names(badge)
        said = ngettext(
            "%(passed)s of %(num)s result passed, by %(labs)s",
            "%(passed)s of %(num)s results passed, by %(labs)s",
            tests,
            passed=passed,
            labs=labs,
        )
        return [said]
    first = badge.certificates[0]
    said = gettext(
        "%(standards)s, certificate %(number)s, %(holder)s",
        standards=schemes(badge),
        number=first.number,
        holder=first.holder,
    )
    return [said]


def _purity_summary(badge: PurityBadge) -> list[str]:
    lines = []
    if badge.absorption:
        by, year = badge.absorption.assessor, badge.absorption.year
        lines.append(gettext("and absorption: assessed by %(assessor)s, %(year)s", assessor=by, year=year))
    value = reading(badge.operator, badge.value, badge.unit)
    told = {"lot": lot_code(badge.lot_code), "value": value, "method": badge.method, "n": badge.lots}
    if badge.lots > 1:
        text = gettext("Lowest of %(n)s batches: %(value)s by %(method)s (%(lot)s)")
    else:
        text = gettext("Batch %(lot)s: %(value)s by %(method)s")
    return [*lines, escape(text) % told]


def lot_code(code: str) -> Markup:
    """A batch code that does not break at its hyphen."""
    return Markup('<span class="nowrap">%s</span>') % code


def allergens(ingredients: list[dict[str, Any]]) -> str:
    """What a product's label must name: "Allergens: milk." Empty when its ingredients are not given."""
    marked = dict.fromkeys(part["text"] for part in ingredients if part["allergen"])
    if marked:
        return gettext("Allergens: %(names)s.", names=", ".join(marked))
    if ingredients:
        return gettext("Contains none of the 14 allergens that a label must name.")
    return ""


def best_before(day: date) -> str:
    """A best-before date as it stands on a label: "end of June 2026", or the day when it is not the last."""
    if day.day != monthrange(day.year, day.month)[1]:
        return format_date(day)
    return gettext("end of %(month)s", month=format_month(day))


def lab_names(badge: LabBadge) -> str:
    """The laboratories of a badge with their countries: "Noordlab (NL) and Eastmere Labs (US)"."""
    names = dict.fromkeys(f"{line.lab_name} ({country(line.country)})" for line in badge.reports)
    both = gettext("and")
    return f" {both} ".join(names)


def schemes(badge: GmpBadge) -> str:
    """The standards of a badge: "GMP + ISO 22000"."""
    return " + ".join(dict.fromkeys(paper.scheme for paper in badge.certificates))


def reading(operator: str, value: Decimal | None, unit: str) -> str:
    """A measured value or a limit: "< 0.05 mg/kg", "99.87%", "conforms", "absent"."""
    if operator == "conforms":
        return gettext("conforms")
    if operator == "nd":
        return gettext("not detected")
    if operator == "absent" and value is None:
        return gettext("absent")
    if value is None:
        return "–"
    amount = format_number(value, current()) + _unit(unit)
    if operator == "absent":
        return gettext("absent in %(amount)s", amount=amount)
    return SIGNS.get(operator, "") + amount


def _unit(unit: str) -> str:
    return "%" if unit.startswith("%") else f"\u00a0{unit}" if unit else ""


def join_lines(lines: list[str]) -> Markup:
    """Lines below each other; what is not Markup is escaped."""
    return Markup("<br>").join(lines)


def init_app(app: Flask) -> None:
    """Give templates these words as filters."""
    app.jinja_env.filters.update(
        unit_price=unit_price,
        dose=dose,
        substance=substance,
        country=country,
        badge_title=badge_title,
        badge_summary=badge_summary,
        plain_number=plain_number,
        reference_share=reference_share,
        join_lines=join_lines,
        valid_until=valid_until,
        lot_code=lot_code,
        allergens=allergens,
        best_before=best_before,
    )
    app.jinja_env.globals.update(reading=reading, lab_place=place, lab_names=lab_names, portion=portion)
