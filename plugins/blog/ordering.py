"""A call to action with what is true now: what can be ordered, its price and stock, its wording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from storefront.plugin_api import (
    CollectionLink,
    Offer,
    badge_title,
    format_money,
    language,
    ngettext,
    unit_price,
    url,
)
from storefront.plugin_api import gettext as _

from . import call_to_action, excerpts


@dataclass(frozen=True)
class OrderNow:
    """The call to action. With one offer it is a form; with several it leads to the list at `path`."""

    kind: ClassVar[str] = "order_now"
    id: str
    heading: str
    offers: list[Offer]
    path: str
    intro: str
    source: str
    placement: str = "end"  # see rules.PLACEMENTS
    style: str = "deep"
    reason: str = ""  # why this is offered here
    instead_of: str = ""  # what is sold out, when this is its substitute

    @property
    def single(self) -> bool:
        """True when one product is sold here, straight into the cart."""
        return not self.path

    @property
    def sold_out(self) -> bool:
        """True when nothing of it can be bought now."""
        return all(offer.sold_out for offer in self.offers)


def make_order_now(
    asked: dict[str, Any],
    offers: dict[str, Offer],
    known: dict[str, CollectionLink],
    number: int,
    source: str,
    placement: str = "end",
) -> OrderNow | None:
    """A call to action for what can be shown of what was asked; None when nothing of it is left.

    number: the first of a page is the primary one, the others are quieter unless they say how they look.
    """
    chosen = [known[name] for name in asked["collections"] if name in known]
    codes = [*asked["codes"], *(code for link in chosen for code in link.product_codes)]
    sold = [offers[code] for code in dict.fromkeys(codes) if code in offers]
    sold.sort(key=lambda offer: bool(chosen) and offer.sold_out)  # of a collection what can be bought leads
    style = asked.get("style") or ("deep" if number == 1 else "light")
    substitute = offers.get(asked.get("substitute", ""))
    if all(offer.sold_out for offer in sold) and substitute and not substitute.sold_out:
        instead = (chosen or sold)[0].name if sold else ""
        wording = asked["heading"] if "{name}" in asked["heading"] else ""
        heading = _worded(wording, [substitute], [])
        return OrderNow(
            f"order-{number}", heading, [substitute], "", "", source, placement, style, instead_of=instead
        )
    if not sold:
        return None
    path = ""
    if chosen:
        path = url("shop_products.collection", lang=language(), slug=chosen[0].slug)
    elif len(sold) > 1:
        path = url("shop_products.index", lang=language(), codes=",".join(offer.code for offer in sold))
    heading = _worded(asked["heading"], sold, chosen)
    if all(offer.sold_out for offer in sold):
        heading = _("%(name)s: sold out", name=(chosen or sold)[0].name)
    intro = excerpts.description(chosen[0].intro) if chosen else ""
    reason = asked.get("reason", "")
    return OrderNow(f"order-{number}", heading, sold, path, intro, source, placement, style, reason)


def _worded(wording: str, offers: list[Offer], chosen: list[CollectionLink]) -> str:
    """The wording with the values of now; without one, the usual sentence."""
    if not wording:
        return _heading(offers, chosen)
    said = call_to_action.filled(wording, values(offers, chosen))
    return said[:1].upper() + said[1:] if wording.startswith("{name}") else said


def values(offers: list[Offer], chosen: list[CollectionLink]) -> dict[str, str]:
    """What the words in braces stand for. Of several: their names, the lowest price, the badges of all."""
    there = [offer for offer in offers if not offer.sold_out] or offers
    cheapest = min((offer.default for offer in there), key=lambda variant: variant.now_cents)
    titles = [[badge_title(badge) for badge in offer.badges] for offer in there]
    return {
        "name": _inside(chosen[0].name) if chosen else _names(offers),
        "price": format_money(cheapest.now_cents, language()),
        "unit_price": unit_price(cheapest),
        "days": ngettext("%(num)s day", "%(num)s days", cheapest.days),
        "badges": ", ".join(title for title in titles[0] if all(title in others for others in titles)),
    }


def _heading(offers: list[Offer], chosen: list[CollectionLink]) -> str:
    if chosen:
        return _("Order one of our %(name)s products now", name=_inside(chosen[0].name))
    return _("Order %(name)s now", name=_names(offers))


def _names(offers: list[Offer]) -> str:
    """The names of products as they stand inside a sentence: "NMN, creatine or magnesium"."""
    names = [_inside(offer.name.partition(",")[0]) for offer in offers]
    if len(set(names)) < len(names):
        names = [_inside(offer.name.replace(",", "")) for offer in offers]
    if len(names) == 1:
        return names[0]
    return _("%(names)s or %(last)s", names=", ".join(names[:-1]), last=names[-1])


def _inside(name: str) -> str:
    """A name as it stands inside a sentence: "magnesium L-threonate", but "NMN"."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name
