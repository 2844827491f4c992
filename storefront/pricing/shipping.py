"""Changes zones and ways of delivery. Orders keep what they froze."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from storefront.database import LocalText, db
from storefront.locale import LANGUAGES, country_name, speaking
from storefront.locale import gettext as _
from storefront.pricing.countries import COUNTRIES
from storefront.pricing.models import ShippingMethod, ShippingZone
from storefront.pricing.queries import Days, Step
from storefront.refusals import Refused

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
METHOD_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
RESERVED = ("new", "rates", "remove")  # words of the admin's addresses


def add_zone(code: str, names: LocalText, countries: Sequence[str]) -> None:
    """A further zone, at the end."""
    if not CODE.fullmatch(code) or code in RESERVED:
        raise Refused(_("Use letters, figures and hyphens."), field="code")
    zones = _locked_zones()
    if code in [zone.code for zone in zones]:
        raise Refused(_("This code is already in use."), field="code")
    _check_countries(countries, zones)
    last = max((zone.position for zone in zones), default=0)
    zone = ShippingZone(code=code, names=names, countries=_in_order(countries), position=last + 1)
    try:
        with db.session.begin_nested():
            db.session.add(zone)
    except IntegrityError as error:
        raise Refused(_("This code is already in use."), field="code") from error


def change_zone(code: str, names: LocalText, countries: Sequence[str]) -> None:
    """Change a zone's names and countries."""
    zones = _locked_zones()
    zone = next((zone for zone in zones if zone.code == code), None)
    if zone is None:
        raise Refused(_("There is no such zone."), status=404)
    _check_countries(countries, [other for other in zones if other is not zone])
    zone.names, zone.countries = names, _in_order(countries)
    db.session.flush()


def remove_zone(code: str) -> None:
    """Remove a zone that has no ways of delivery any more."""
    zone = _zone(code)
    if db.session.scalar(select(ShippingMethod.id).where(ShippingMethod.zone_id == zone.id).limit(1)):
        raise Refused(_("Remove its ways of delivery first."), status=409)
    db.session.delete(zone)
    db.session.flush()


def add_method(
    zone: str,
    code: str,
    names: LocalText,
    details: LocalText,
    steps: Sequence[Step],
    free_from_cents: int | None,
    position: int | None = None,
    days: Days | None = None,
) -> None:
    """A further way of delivery to the countries of a zone; without a position, behind the others."""
    if not METHOD_CODE.fullmatch(code) or code in RESERVED:
        raise Refused(_("Use small letters, figures and hyphens."), field="code")
    check_steps(steps)
    found = _zone(zone)
    if position is None:
        last = select(func.max(ShippingMethod.position)).where(ShippingMethod.zone_id == found.id)
        position = (db.session.scalar(last) or 0) + 1
    method = ShippingMethod(
        zone_id=found.id,
        code=code,
        names=names,
        details=details,
        steps=[asdict(step) for step in steps],
        free_from_cents=free_from_cents,
        position=position,
    )
    _set_days(method, days)
    try:
        with db.session.begin_nested():
            db.session.add(method)
    except IntegrityError as error:
        raise Refused(_("This code is already in use."), field="code") from error


def change_method(
    zone: str,
    code: str,
    names: LocalText,
    details: LocalText,
    steps: Sequence[Step],
    free_from_cents: int | None,
    days: Days | None = None,
) -> None:
    """Change the words, the prices and the days of a way of delivery."""
    check_steps(steps)
    method = _method(zone, code)
    method.names, method.details = names, details
    method.steps, method.free_from_cents = [asdict(step) for step in steps], free_from_cents
    _set_days(method, days)
    db.session.flush()


def _set_days(method: ShippingMethod, days: Days | None) -> None:
    if days is not None and days.least > days.most:
        raise Refused(_("This must be as many days as before it, or more."), field="days_to")
    method.handling_days, method.days_from, method.days_to = (
        (None, None, None) if days is None else (days.handling, days.least, days.most)
    )


def remove_method(zone: str, code: str) -> None:
    """Offer a way of delivery no longer."""
    db.session.delete(_method(zone, code))
    db.session.flush()


def add_shipping_method(
    country: str,
    code: str,
    names: LocalText,
    details: LocalText,
    price_cents: int,
    free_from_cents: int | None,
    position: int = 1,
    days: Days | None = None,
) -> None:
    """A way of delivery at one price to a country's zone; a country without one gets its own."""
    zone = next((one.code for one in _locked_zones() if country in one.countries), None)
    if zone is None:
        zone = country
        add_zone(zone, country_names(country), [country])
    add_method(zone, code, names, details, [Step(price_cents)], free_from_cents, position, days)


def country_names(country: str) -> LocalText:
    """A country's name in every language."""
    names = {}
    for lang in LANGUAGES:
        with speaking(lang):
            names[lang] = country_name(country)
    return names


def check_steps(steps: Sequence[Step]) -> None:
    """Refuse prices of which none holds for some order of a weight that others of that weight have."""
    if not steps:
        raise Refused(_("A way of delivery needs a price."))
    bounds = [(step.up_to_grams, step.from_cents) for step in steps]
    for number, step in enumerate(steps):
        if bounds[number] in bounds[:number]:
            message = _("There is a price for this weight and this order above.")
            raise Refused(message, field=f"steps-{number}-price")
        if not any(_carries(other, step) for other in steps):
            message = _("There must be a price for an order of any value of this weight, too.")
            raise Refused(message, field=f"steps-{number}-from_value")


def _carries(step: Step, other: Step) -> bool:
    """True when the step is for an order of any value, and for parcels as heavy as the other's."""
    if step.from_cents > 0:
        return False
    if step.up_to_grams is None:
        return True
    return other.up_to_grams is not None and other.up_to_grams <= step.up_to_grams


def _locked_zones() -> list[ShippingZone]:
    """Every zone. Who changes one holds all: a country in two zones would have two prices."""
    lock = select(ShippingZone.id).order_by(ShippingZone.id).with_for_update()
    db.session.execute(lock).all()
    read = select(ShippingZone).order_by(ShippingZone.id).execution_options(populate_existing=True)
    return list(db.session.scalars(read))


def _check_countries(countries: Sequence[str], others: Sequence[ShippingZone]) -> None:
    if not countries or not set(countries) <= set(COUNTRIES):
        raise Refused(_("Choose at least one country."), field="countries")
    for other in others:
        for country in countries:
            if country in other.countries:
                names = {"country": country_name(country), "zone": other.code}
                raise Refused(_("%(country)s is in the zone %(zone)s.", **names), field="countries")


def _in_order(countries: Sequence[str]) -> list[str]:
    return [country for country in COUNTRIES if country in countries]


def _zone(code: str) -> ShippingZone:
    zone = db.session.scalar(select(ShippingZone).where(ShippingZone.code == code).with_for_update())
    if zone is None:
        raise Refused(_("There is no such zone."), status=404)
    return zone


def _method(zone: str, code: str) -> ShippingMethod:
    method = db.session.scalar(
        select(ShippingMethod)
        .join(ShippingZone, ShippingZone.id == ShippingMethod.zone_id)
        .where(ShippingZone.code == zone, ShippingMethod.code == code)
    )
    if method is None:
        raise Refused(_("There is no such way of delivery."), status=404)
    return method
