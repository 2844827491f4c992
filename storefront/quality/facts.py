"""Evidence as plain values: what the rules look at, and what the badges say."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import ClassVar

from storefront.database import LocalText


@dataclass(frozen=True, slots=True, kw_only=True)
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
        return (
            self.state == "released"
            and self.best_before >= today
            and (self.on_sale_since is None or self.on_sale_since <= today)
            and (self.sold_out_on is None or self.sold_out_on > today)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Purity:
    """A measured purity of a product's main substance. in_scope: by an accreditation valid on that day."""

    value: Decimal | None
    unit: str
    operator: str = "="
    method: str = ""
    in_scope: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorption:
    """The published assessment of how much of a substance the body takes up."""

    citation: str
    doi: str
    assessor: str
    year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PurityBadge:
    """The lowest purity that was measured over all lots in stock, as it was written down."""

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

    @property
    def comparison(self) -> str:
        """What may be said about the threshold: ">" when the value is above it, "≥" when it is equal."""
        return ">" if self.value > self.threshold or self.operator == ">" else "≥"


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class LabBadge:
    """Independent laboratories tested every lot in stock. twice: two of them, each lot."""

    code: ClassVar[str] = "lab"

    reports: tuple[LabLine, ...]
    twice: bool
    lot_code: str
    valid_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class GmpBadge:
    """The places that made the lots in stock are certified; GMP first, then what else is valid."""

    code: ClassVar[str] = "gmp"

    certificates: tuple[CertificateFact, ...]
    valid_until: date


Badge = PurityBadge | LabBadge | GmpBadge


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a badge is shown or not, for staff."""

    code: str
    shown: bool
    reason: str
