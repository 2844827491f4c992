"""A log of visits and purchases made from a seed, and the answer that it must give, reckoned beside it."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

from storefront.plugin_api import LANGUAGES, OrderSummary

ARTICLES = ("brain", "sleep", "sport", "nmn")
PLACES = ("lead", "card", "text", "end")
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"
READER = {"Sec-Fetch-Site": "same-origin", "User-Agent": BROWSER}
PROGRAMS = (
    READER | {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
    READER | {"User-Agent": "curl/8.5.0"},
    READER | {"User-Agent": ""},
    READER | {"Sec-Purpose": "prefetch;prerender"},
    {"User-Agent": BROWSER},
)
MINDS = ("yes", "yes", "yes", "no", "", "forged")  # what a reader said to being remembered
MOST_REMEMBERED = 20


@dataclass(frozen=True)
class Visit:
    """An article that was opened; by a program when there are headers of one."""

    article: str
    lang: str
    depth: int
    seen: tuple[str, ...]
    headers: dict[str, str]

    @property
    def by_program(self) -> bool:
        """True when it must not be counted."""
        return self.headers is not READER


@dataclass(frozen=True)
class Press:
    """A button in an article."""

    article: str
    lang: str
    place: str


@dataclass(frozen=True)
class Purchase:
    """What somebody did with a cart."""

    presses: tuple[Press, ...]
    lang: str  # of the checkout
    coupon: bool
    ordered: bool
    paid: bool
    refund: str  # none, part, whole
    read: tuple[tuple[str, str], ...]  # article, language, in the order of reading
    mind: str  # one of MINDS

    @property
    def remembered(self) -> list[tuple[str, str]]:
        """What the script of the pages keeps of it: the first and the newest, none twice in a row."""
        if self.mind != "yes":
            return []
        steps = [one for one, before in zip(self.read, ((), *self.read), strict=False) if one != before]
        return steps[:1] + steps[1:][-(MOST_REMEMBERED - 1) :]

    @property
    def cookie(self) -> str:
        """What the reader's browser sends."""
        kept = "".join(f"~{article}:{lang}" for article, lang in self.remembered)
        return {"yes": f"yes{kept}", "no": "no", "": "", "forged": "yes~<b>:nl~brain:nl"}[self.mind]


@dataclass
class Log:
    """Everything that happens."""

    visits: list[Visit] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)


def make_log(seed: int, visits: int, purchases: int) -> Log:
    """A log; the same seed gives the same one."""
    dice = random.Random(seed)
    log = Log()
    for _ in range(visits):
        seen = tuple(place for place in PLACES if dice.random() < 0.4)
        headers = dice.choice(PROGRAMS) if dice.random() < 0.2 else READER
        depth = dice.choice((0, 24, 25, 49, 50, 74, 75, 99, 100, dice.randrange(101)))
        log.visits.append(Visit(dice.choice(ARTICLES), dice.choice(LANGUAGES), depth, seen, headers))
    for _ in range(purchases):
        lang = dice.choice(LANGUAGES)
        presses = tuple(
            Press(dice.choice(ARTICLES), lang if dice.random() < 0.8 else dice.choice(LANGUAGES), place)
            for place in dice.choices(PLACES, k=dice.randint(1, 5))
        )
        ordered = dice.random() < 0.85
        log.purchases.append(
            Purchase(
                presses,
                lang,
                coupon=dice.random() < 0.3,
                ordered=ordered,
                paid=ordered and dice.random() < 0.85,
                refund=dice.choice(("none", "none", "part", "whole")),
                read=tuple(
                    (dice.choice(ARTICLES), lang if dice.random() < 0.9 else dice.choice(LANGUAGES))
                    for _ in range(dice.choice((0, 1, 1, 2, 3, 4, 8, 30)))
                ),
                mind=dice.choice(MINDS),
            )
        )
    return log


@dataclass
class Answer:
    """What must have been counted."""

    counted: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # article, language, measure
    orders: dict[tuple[str, str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    revenue: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # article, language, place
    ways: dict[tuple[str, str, str], dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    """Role, article, language ("" for all): the orders with what they brought."""

    def view(self, visit: Visit) -> None:
        """A reader looked at an article."""
        if visit.by_program:
            return
        self.counted[visit.article, visit.lang, "view"] += 1
        for least in (25, 50, 75, 100):
            if visit.depth >= least:
                self.counted[visit.article, visit.lang, f"read{least}"] += 1
        if visit.seen:
            self.counted[visit.article, visit.lang, "seen"] += 1
        for place in visit.seen:
            self.counted[visit.article, visit.lang, f"seen:{place}"] += 1

    def cart(self, press: Press) -> None:
        """Something was put into a cart."""
        self.counted[press.article, press.lang, f"cart:{press.place}"] += 1

    def sale(self, order: OrderSummary, from_where: dict[str, Press], refunded: int) -> None:
        """An order was paid. from_where: per SKU the button that put it into the cart first."""
        paid = [line.line_cents for line in order.lines]
        back = spread(refunded, [*paid, order.total_cents - sum(paid)])
        for line, gone in zip(order.lines, back, strict=False):
            press = from_where[line.sku]
            key = press.article, press.lang, press.place
            kept = Fraction((line.line_cents - line.vat_cents) * (line.line_cents - gone), line.line_cents)
            self.revenue[key] += int(kept + Fraction(1, 2))
            self.orders[key].add(order.number)

    def way(self, order: OrderSummary, vat: int, read: list[tuple[str, str]], refunded: int) -> None:
        """An order was paid of somebody whose reading is known."""
        if not read:
            return
        total = order.total_cents
        net = int(Fraction((total - vat) * (total - refunded), total) + Fraction(1, 2))
        (first, last), between = (read[0], read[-1]), {one[0] for one in read}
        for lang in ("", *LANGUAGES):
            if lang in ("", first[1]):
                self.ways["first", first[0], lang][order.number] = net
            if lang in ("", last[1]):
                self.ways["last", last[0], lang][order.number] = net
            for article in between - {first[0], last[0]}:
                if any(one[0] == article and lang in ("", one[1]) for one in read):
                    self.ways["assisted", article, lang][order.number] = net


def spread(cents: int, weights: list[int]) -> list[int]:
    """Split cents in proportion, what is left over to the largest fractions, one cent each."""
    exact = [Fraction(cents * weight, sum(weights)) for weight in weights]
    parts = [int(one) for one in exact]
    order = sorted(range(len(weights)), key=lambda n: (-(exact[n] - parts[n]), n))
    for n in order[: cents - sum(parts)]:
        parts[n] += 1
    return parts
