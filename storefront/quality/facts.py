"""Evidence as plain values: what the rules look at, and what the badges say."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import ClassVar

from storefront.database import LocalText
from storefront.stock.rules import is_on_sale


@dataclass(frozen=True, kw_only=True)
class LotFact:
    """A lot of a variant on sale. position: of its variant."""

    code: str
    variant_id: int
    best_before: date
    position: int = 1
    state: str = "released"
    site: str = ""
    on_sale_since: date | None = None
    sold_out_on: date | None = None

    def in_stock(self, today: date) -> bool:
        """True when this lot is released and may be sold on a day."""
        return is_on_sale(self.state, self.best_before, self.on_sale_since, self.sold_out_on, today)


@dataclass(frozen=True, kw_only=True)
class Purity:
    """A measured purity. in_scope: by an accreditation valid on that day (accredited).

    is_main: it speaks of the product's main substance. The two names are for explaining alone.
    """

    value: Decimal | None
    unit: str
    operator: str = "="
    method: str = ""
    in_scope: bool = True
    accredited: bool = True
    is_main: bool = True
    substance: str = ""
    main_substance: str = ""

    @property
    def counts(self) -> bool:
        """True when it speaks of the main substance, by an accreditation for it."""
        return self.is_main and self.in_scope


@dataclass(frozen=True, kw_only=True)
class ReportFact:
    """A laboratory's report on a lot. tests and passed count all its results."""

    lot_code: str
    report_number: str
    lab_name: str
    lab_group: str
    reported_on: date
    retest_on: date
    lab_cities: LocalText = field(default_factory=dict)
    lab_country: str = ""
    sample: str = "finished"
    state: str = "valid"
    tests: int = 0
    passed: int = 0
    purities: tuple[Purity, ...] = ()
    standard: str = ""
    accreditation: str = ""

    def counts(self, today: date) -> bool:
        """True when the report is about the finished product and valid on a day."""
        return (
            self.state == "valid"
            and self.sample == "finished"
            and self.reported_on <= today <= self.retest_on
        )


@dataclass(frozen=True, kw_only=True)
class CertificateFact:
    """A certificate of a place of production."""

    scheme: str
    number: str
    holder: str
    site_code: str
    valid_from: date
    valid_until: date
    titles: LocalText = field(default_factory=dict)
    site: str = ""
    country: str = ""
    body: str = ""
    withdrawn: bool = False

    def counts(self, today: date) -> bool:
        """True when the certificate is valid on a day."""
        return not self.withdrawn and self.valid_from <= today <= self.valid_until

    @property
    def is_gmp(self) -> bool:
        """True for good manufacturing practice of food; ISO 22716 is that of cosmetics."""
        return self.scheme.upper().startswith("GMP")


@dataclass(frozen=True, kw_only=True)
class Absorption:
    """The published assessment of how much of a substance the body takes up."""

    citation: str
    doi: str
    assessor: str
    year: int


@dataclass(frozen=True, kw_only=True)
class PurityBadge:
    """The lowest purity that was measured over all lots in stock, as it was written down.

    lots: how many are in stock. ended_by: what sets valid_until, the first "report" or the first "lot".
    """

    code: ClassVar[str] = "purity"

    value: Decimal
    threshold: Decimal
    operator: str
    unit: str
    method: str
    lot_code: str
    lab_name: str
    lab_cities: LocalText
    lab_country: str
    reported_on: date
    report_number: str
    valid_until: date
    absorption: Absorption | None
    lots: int = 1
    ended_by: str = "report"

    @property
    def comparison(self) -> str:
        """What may be said about the threshold: ">" when the value is above it, "≥" when it is equal."""
        return ">" if self.value > self.threshold or self.operator == ">" else "≥"


@dataclass(frozen=True, kw_only=True)
class LabLine:
    """One independent report on the lot that is shown."""

    lab_name: str
    cities: LocalText
    country: str
    report_number: str
    reported_on: date
    tests: int
    passed: int
    standard: str
    accreditation: str
    purity: Decimal | None
    purity_unit: str


@dataclass(frozen=True, kw_only=True)
class LabBadge:
    """Independent laboratories tested every lot in stock. twice: two of them, each lot.

    ended_by: what sets valid_until, the first "report" or the first "lot" that ends.
    """

    code: ClassVar[str] = "lab"

    reports: tuple[LabLine, ...]
    twice: bool
    lot_code: str
    valid_until: date
    ended_by: str = "report"


@dataclass(frozen=True, kw_only=True)
class GmpBadge:
    """The places that made the lots in stock are certified; GMP first, then what else is valid."""

    code: ClassVar[str] = "gmp"

    certificates: tuple[CertificateFact, ...]
    valid_until: date


Badge = PurityBadge | LabBadge | GmpBadge


@dataclass(frozen=True)
class Explanation:
    """Why a badge is shown or not, for staff. missing: each condition that is not met, by itself."""

    code: str
    shown: bool
    reason: str
    missing: tuple[str, ...] = ()
