"""What articles earn: counted views and carts laid beside the lines of paid orders. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

from storefront.plugin_api import SoldLine, local
from storefront.plugin_api import lazy_gettext as _

from . import origin
from .origin import Origin

K = TypeVar("K", bound=Hashable)
RULE = (
    _("A view is counted when a page was in sight for three seconds, once each time it is opened."),
    _("“Read” says how far down the article was scrolled; “seen” that a way to buy came into sight."),
    _("Programs, pages fetched in advance and visitors without script are not counted as views."),
    _("A cart is a press on a button in the article that puts the product into the cart."),
    _("An order counts once for each article from which something in it was put into the cart and paid."),
    _("Orders and revenue are direct sales only: who finds the product another way later is not in them."),
    _("When the same size is put into the cart again from elsewhere, the first place keeps it."),
    _("A block that leads to a list of products, and a very full cart, do not say where they come from."),
    _("Revenue is what was paid for these lines after discounts, less refunds and VAT, without delivery."),
    _("A refund counts for all parts of its order in proportion to what was paid for them."),
    _("An order counts on the day of its payment. Views and carts appear within some five minutes."),
)
"""How it is counted, a sentence each. The page prints them, and so do the docs."""


@dataclass(frozen=True, slots=True)
class Count:
    """How often something happened on a day; see `counting.measures`."""

    day: date
    article: str
    lang: str
    measure: str
    count: int


@dataclass(frozen=True, slots=True)
class Sale:
    """A line of a paid order that came from an article."""

    origin: Origin
    line: SoldLine


def direct(lines: Iterable[SoldLine], lang: str = "", article: str = "") -> list[Sale]:
    """The lines that came from articles, from one or in one language where that is asked."""
    found = []
    for line in lines:
        place = origin.read(line.source, line.order_lang)
        if place and lang in ("", place.lang) and article in ("", place.article):
            found.append(Sale(place, line))
    return found


@dataclass
class Figures:
    """What was counted for an article, a place or a language. revenue: cents, net of refunds and VAT."""

    views: int = 0
    seen: int = 0
    carts: int = 0
    read: dict[int, int] = field(default_factory=dict)  # percent -> views that came so far
    numbers: set[str] = field(default_factory=set)  # of the orders
    revenue: int = 0

    @property
    def orders(self) -> int:
        """How many orders; each counts once."""
        return len(self.numbers)

    @property
    def per_thousand(self) -> int | None:
        """Revenue for a thousand views, in cents; None when nobody was counted."""
        return share(self.revenue, self.views, 1000)

    @property
    def is_empty(self) -> bool:
        """True when nothing at all happened."""
        return not (self.views or self.seen or self.carts or self.numbers)

    def count(self, measure: str, count: int) -> None:
        """Add something that was counted."""
        name, _colon, _place = measure.partition(":")
        if measure == "view":
            self.views += count
        elif measure == "seen":
            self.seen += count
        elif name == "cart":
            self.carts += count
        elif measure.startswith("read"):
            depth = int(measure.removeprefix("read"))
            self.read[depth] = self.read.get(depth, 0) + count

    def earn(self, order: str, cents: int) -> None:
        """Add something that was sold."""
        self.numbers.add(order)
        self.revenue += cents


def share(part: int, whole: int, of: int = 1000) -> int | None:
    """So many of a thousand (or another number), half up; None of nothing."""
    return (2 * part * of + whole) // (2 * whole) if whole else None


def total(counts: Iterable[Count], sales: Iterable[Sale]) -> Figures:
    """All of it together."""
    return grouped(counts, sales, lambda _count: "", lambda _sale: "").get("", Figures())


def grouped(
    counts: Iterable[Count],
    sales: Iterable[Sale],
    of_count: Callable[[Count], K],
    of_sale: Callable[[Sale], K],
) -> dict[K, Figures]:
    """The figures by what the two functions say, such as the article or the language."""
    found: dict[K, Figures] = {}
    for one in counts:
        found.setdefault(of_count(one), Figures()).count(one.measure, one.count)
    for sale in sales:
        found.setdefault(of_sale(sale), Figures()).earn(sale.line.order, sale.line.net_cents)
    return found


def by_article(counts: Iterable[Count], sales: Iterable[Sale]) -> dict[str, Figures]:
    """The figures of each article."""
    return grouped(counts, sales, lambda one: one.article, lambda sale: sale.origin.article)


def by_language(counts: Iterable[Count], sales: Iterable[Sale]) -> dict[str, Figures]:
    """The figures of each language; of an order, the language of the article that was read."""
    return grouped(counts, sales, lambda one: one.lang, lambda sale: sale.origin.lang)


def by_placement(counts: Iterable[Count], sales: Iterable[Sale]) -> dict[str, Figures]:
    """What each place did: in how many views it was in sight, carts, orders, revenue."""
    there = [one for one in counts if ":" in one.measure]
    found = grouped([], sales, lambda _one: "", lambda sale: sale.origin.placement)
    for one in there:
        name, _colon, place = one.measure.partition(":")
        figures = found.setdefault(place, Figures())
        if name == "seen":
            figures.seen += one.count
        else:
            figures.carts += one.count
    return found


def by_product(sales: Iterable[Sale]) -> dict[str, Figures]:
    """What was ordered from an article, by the product's code."""
    return grouped([], sales, lambda _one: "", lambda sale: sale.line.product_code)


def views_by_day(counts: Iterable[Count], since: date, until: date) -> list[int]:
    """The views of each day, both ends included."""
    views = {since + timedelta(days=n): 0 for n in range((until - since).days + 1)}
    for one in counts:
        if one.measure == "view" and one.day in views:
            views[one.day] += one.count
    return list(views.values())


def ranked(figures: dict[str, Figures], others: Sequence[str] = ()) -> list[tuple[str, Figures]]:
    """By revenue for a thousand views, the best first; what earned without a counted view comes before."""
    rows = [(code, figures.get(code, Figures())) for code in dict.fromkeys([*figures, *others])]

    def worth(row: tuple[str, Figures]) -> tuple[bool, int, int, int, str]:
        code, of = row
        unseen = of.views == 0 and of.revenue > 0
        return (not unseen, -(of.per_thousand or 0), -of.revenue, -of.views, code)

    return sorted(rows, key=worth)


def by_day(counts: Iterable[Count], sales: Iterable[Sale]) -> dict[date, Figures]:
    """The figures of each day; of an order, the shop's day on which it was paid."""
    return grouped(counts, sales, lambda one: one.day, lambda sale: local(sale.line.paid_at).date())
