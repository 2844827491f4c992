"""Badges follow from evidence alone: each rule, each expiry, each way to be refused."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storefront.locale import speaking
from storefront.quality.explaining import explain
from storefront.quality.facts import (
    Absorption,
    Badge,
    CertificateFact,
    GmpBadge,
    LabBadge,
    LotFact,
    Purity,
    PurityBadge,
    ReportFact,
)
from storefront.quality.rules import badges, plain_company, same_substance, within_limit

TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)
ABSORPTION = Absorption(citation="EFSA Journal 2024;22(3):e8656", doi="10.2903/x", assessor="EFSA", year=2024)


def lot(code: str = "26-0412", variant_id: int = 1, **changes: object) -> LotFact:
    values: dict[str, object] = {"best_before": TODAY + 600 * DAY, "site": "friso"}
    return LotFact(code=code, variant_id=variant_id, **(values | changes))  # type: ignore[arg-type]


def purity(value: str | None = "99.87", unit: str = "% area", **changes: object) -> Purity:
    return Purity(value=Decimal(value) if value else None, unit=unit, method="HPLC-UV", **changes)  # type: ignore[arg-type]


def report(lab: str = "Noordlab", lot_code: str = "26-0412", **changes: object) -> ReportFact:
    values: dict[str, object] = {
        "report_number": f"{lab}-1",
        "lab_group": lab,
        "reported_on": TODAY - 80 * DAY,
        "retest_on": TODAY + 500 * DAY,
        "tests": 10,
        "passed": 10,
        "purities": (purity(),),
    }
    return ReportFact(lot_code=lot_code, lab_name=lab, **(values | changes))  # type: ignore[arg-type]


def certificate(scheme: str = "GMP", **changes: object) -> CertificateFact:
    values: dict[str, object] = {
        "number": f"{scheme}-1",
        "holder": "Friso Fill B.V.",
        "site_code": "friso",
        "valid_from": TODAY - 200 * DAY,
        "valid_until": TODAY + 300 * DAY,
    }
    return CertificateFact(scheme=scheme, **(values | changes))  # type: ignore[arg-type]


LOTS = [lot()]
REPORTS = [report(), report("Eastmere", purities=(purity("99.85"),), reported_on=TODAY - 76 * DAY)]
CERTIFICATES = [certificate("ISO 22000"), certificate()]


def found(
    lots: list[LotFact] = LOTS,
    reports: list[ReportFact] = REPORTS,
    certificates: list[CertificateFact] = CERTIFICATES,
    today: date = TODAY,
    unproven: tuple[str, ...] = (),
) -> dict[str, Badge]:
    shown = badges(lots, reports, certificates, None, today, unproven)
    reasons = explain(lots, reports, certificates, None, today, unproven)
    assert [reason.code for reason in reasons] == ["purity", "lab", "gmp"]
    assert [reason.code for reason in reasons if reason.shown] == [badge.code for badge in shown]
    assert all(reason.reason for reason in reasons)
    return {badge.code: badge for badge in shown}


def test_all_three_in_their_order_with_what_they_say() -> None:
    shown = badges(LOTS, REPORTS, CERTIFICATES, ABSORPTION, TODAY)
    purity_badge, lab, gmp = shown
    assert isinstance(purity_badge, PurityBadge)
    assert isinstance(lab, LabBadge)
    assert isinstance(gmp, GmpBadge)
    assert (purity_badge.value, purity_badge.lab_name, purity_badge.lot_code) == (
        Decimal("99.85"),
        "Eastmere",
        "26-0412",
    )
    assert purity_badge.absorption == ABSORPTION
    assert lab.twice
    assert [line.lab_name for line in lab.reports] == ["Noordlab", "Eastmere"]
    assert [paper.scheme for paper in gmp.certificates] == ["GMP", "ISO 22000"]


def missing(*reports: ReportFact, lots: list[LotFact] = LOTS) -> list[str]:
    reasons = explain(lots, list(reports), CERTIFICATES, None, TODAY)
    assert not reasons[0].shown
    return list(reasons[0].missing)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"unit": "%"}, "% area or % m/m"),
        ({"unit": ""}, "“–”"),
        ({"is_main": False, "substance": "Magnesium", "main_substance": "NMN"}, "“Magnesium”"),
        ({"in_scope": False}, "accredited scope"),
        ({"in_scope": False, "accredited": False}, "not accredited on the day"),
    ],
)
def test_each_condition_of_a_result_is_told_by_itself(changes: dict[str, object], words: str) -> None:
    with speaking("en"):
        (line,) = missing(report(purities=(purity(**({"unit": "% area"} | changes)),)))  # type: ignore[arg-type]
    assert words in line and "26-0412" in line and "Noordlab-1" in line


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": "draft"}, "draft"),
        ({"state": "withdrawn"}, "withdrawn"),
        ({"sample": "raw"}, "raw material"),
        ({"reported_on": TODAY + DAY}, "still to come"),
        ({"retest_on": TODAY - DAY}, "counted until"),
    ],
)
def test_each_condition_of_a_report_is_told_by_itself(changes: dict[str, object], words: str) -> None:
    with speaking("en"):
        (line,) = missing(report(**changes))
    assert words in line


def test_several_conditions_are_told_one_by_one_and_of_the_nearest_result() -> None:
    far, near = purity(unit="mg", is_main=False, in_scope=False), purity("98.7", unit="%", in_scope=False)
    with speaking("en"):
        lines = missing(report(sample="raw", purities=(far, near)))
    words = ("raw", "unit", "scope", "99.8")
    assert len(lines) == len(words)
    assert all(word in line for word, line in zip(words, lines, strict=True))


def test_what_is_missing_is_told_of_the_batches_that_lack_it() -> None:
    two = [lot(), lot("26-0409", 2)]
    with speaking("en"):
        assert missing(report(), lots=two) == ["Batch 26-0409 has no report at all."]
        assert "Content and purity" in missing(report(purities=()))[0]
        low = report(lot_code="26-0409", purities=(purity("99.7"),))
        assert missing(report(purities=(purity("99.5"),)), low, lots=two) == [
            "Batch 26-0412: a result of 99.5 % area does not prove at least 99.8 %."
        ]
    assert not explain(LOTS, REPORTS, CERTIFICATES, None, TODAY)[0].missing


def test_no_lot_in_stock_no_badge() -> None:
    assert found(lots=[]) == {}
    for changes in (
        {"state": "quarantine"},
        {"state": "recalled"},
        {"sold_out_on": TODAY},
        {"best_before": TODAY - DAY},
        {"on_sale_since": TODAY + DAY},
    ):
        assert found(lots=[lot(**changes)]) == {}, changes


def test_a_size_that_can_be_bought_without_a_lot_takes_all_badges() -> None:
    assert found(unproven=("MGT-C-180",)) == {}


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ({"state": "withdrawn"}, {"gmp"}),
        ({"state": "draft"}, {"gmp"}),
        ({"sample": "raw"}, {"gmp"}),
        ({"reported_on": TODAY + DAY}, {"gmp"}),
        ({"reported_on": TODAY}, {"purity", "lab", "gmp"}),
        ({"retest_on": TODAY - DAY}, {"gmp"}),
        ({"lot_code": "26-9999"}, {"gmp"}),
        ({"lab_group": "Helder"}, {"purity", "gmp"}),
        ({"lab_group": "Friso Fill"}, {"purity", "gmp"}),
        ({"lab_group": ""}, {"purity", "gmp"}),
        ({"passed": 9}, {"purity", "gmp"}),
        ({"tests": 0, "passed": 0}, {"purity", "gmp"}),
        ({"purities": ()}, {"lab", "gmp"}),
        ({"purities": (purity(in_scope=False),)}, {"lab", "gmp"}),
        ({"purities": (purity("99.79"),)}, {"lab", "gmp"}),
        ({"purities": (purity(None, operator="nd"),)}, {"lab", "gmp"}),
        ({"purities": (purity("99.9", operator="<"),)}, {"lab", "gmp"}),
        ({"purities": (purity("98.9", "% m/m"),)}, {"lab", "gmp"}),
        ({"purities": (purity("506", "mg"),)}, {"lab", "gmp"}),
    ],
)
def test_what_makes_the_only_report_worth_less(changes: dict[str, object], left: set[str]) -> None:
    assert set(found(reports=[report(**changes)])) == left


def test_the_lowest_value_of_all_lots_in_stock_is_shown_as_it_was_written() -> None:
    lots = [lot(), lot("26-0397", variant_id=2, position=2), lot("25-0001", sold_out_on=TODAY - DAY)]
    reports = [report(), report(lot_code="26-0397", purities=(purity("99.80"),))]
    badge = found(lots, reports)["purity"]
    assert isinstance(badge, PurityBadge)
    assert (str(badge.value), badge.lot_code, badge.operator, badge.comparison) == (
        "99.80",
        "26-0397",
        "=",
        "≥",
    )


def test_one_lot_without_a_report_takes_the_badge_of_all() -> None:
    lots = [lot(), lot("26-0397", variant_id=2)]
    assert set(found(lots, [report()])) == {"gmp"}


def test_one_report_below_the_threshold_speaks_against_the_other() -> None:
    reports = [report(), report("Eastmere", purities=(purity("99.7"),))]
    assert set(found(reports=reports)) == {"lab", "gmp"}


def test_the_operator_is_kept() -> None:
    badge = found(reports=[report(purities=(purity("99.8", operator=">"),))])["purity"]
    assert isinstance(badge, PurityBadge)
    assert (badge.operator, badge.comparison) == (">", ">")


def test_area_and_mass_percent_are_never_mixed() -> None:
    lots = [lot(), lot("26-0397", variant_id=2)]
    mixed = [report(), report(lot_code="26-0397", purities=(purity("99.9", "% m/m"),))]
    assert "purity" not in found(lots, mixed)
    both = [report(purities=(purity(), purity("98.9", "% m/m"))), report(lot_code="26-0397")]
    badge = found(lots, both)["purity"]
    assert isinstance(badge, PurityBadge)
    assert (badge.unit, badge.value) == ("% area", Decimal("99.87"))
    mass = [replace(r, purities=(purity("99.9", "% m/m"),)) for r in both]
    badge = found(lots, mass)["purity"]
    assert isinstance(badge, PurityBadge)
    assert badge.unit == "% m/m"


def test_twice_needs_two_laboratories_of_different_groups_for_each_lot() -> None:
    def twice(reports: list[ReportFact], lots: list[LotFact] = LOTS) -> bool:
        badge = found(lots, reports)["lab"]
        assert isinstance(badge, LabBadge)
        return badge.twice

    assert twice(REPORTS)
    assert not twice([report(), report(report_number="2")])
    assert not twice([report(), report("Noordlab Zuid", lab_group="Noordlab B.V.")])
    assert not twice([report(), report("Own lab", lab_group="Helder")])
    assert not twice([*REPORTS, report(lot_code="26-0397")], [lot(), lot("26-0397", variant_id=2)])


def test_gmp_needs_a_certificate_of_each_place() -> None:
    lots = [lot(), lot("26-0397", variant_id=2, site="elsewhere")]
    assert "gmp" not in found(lots)
    badge = found(lots, certificates=[*CERTIFICATES, certificate("GMP+", site_code="elsewhere")])["gmp"]
    assert len(badge.certificates) == 3  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "papers", [[certificate("ISO 22000")], [certificate("ISO 22716")], [certificate(withdrawn=True)]]
)
def test_other_standards_and_withdrawn_papers_are_no_gmp(papers: list[CertificateFact]) -> None:
    assert "gmp" not in found(certificates=papers)


def test_the_maker_stays_the_maker_when_its_certificate_has_ended() -> None:
    ended = [certificate(valid_until=TODAY - DAY)]
    assert set(found(reports=[report(lab_group="Friso Fill")], certificates=ended)) == {"purity"}


@pytest.mark.parametrize(
    ("code", "ends"),
    [("purity", TODAY + 500 * DAY), ("lab", TODAY + 500 * DAY), ("gmp", TODAY + 300 * DAY)],
)
def test_a_badge_lasts_through_its_last_day(code: str, ends: date) -> None:
    badge = found()[code]
    assert badge.valid_until == ends
    assert code in found(today=ends - DAY)
    assert code in found(today=ends)
    assert code not in found(today=ends + DAY)


def test_a_second_report_keeps_the_badge_when_the_first_one_ends() -> None:
    reports = [report(retest_on=TODAY + 10 * DAY), REPORTS[1]]
    day = TODAY + 11 * DAY
    badge = found(reports=reports, today=day)["lab"]
    assert isinstance(badge, LabBadge)
    assert not badge.twice
    purity_badge = found(reports=reports, today=day)["purity"]
    assert isinstance(purity_badge, PurityBadge)
    assert purity_badge.lab_name == "Eastmere"


VALUES = st.decimals(min_value=Decimal("99"), max_value=Decimal("100"), places=2)


@given(st.lists(st.lists(VALUES, min_size=1, max_size=3), min_size=1, max_size=4))
def test_no_value_shown_is_above_any_measured_one_or_below_the_threshold(values: list[list[Decimal]]) -> None:
    lots = [lot(f"26-{number:04d}", variant_id=number) for number in range(len(values))]
    reports = [
        report(lot_code=one.code, report_number=str(index), purities=(purity(str(value)),))
        for one, of_lot in zip(lots, values, strict=True)
        for index, value in enumerate(of_lot)
    ]
    badge = found(lots, reports).get("purity")
    lowest = min(value for of_lot in values for value in of_lot)
    assert (badge is not None) == (lowest >= Decimal("99.8"))
    assert badge is None or badge.value == lowest  # type: ignore[union-attr]


@given(st.integers(-400, 900), st.integers(-400, 900), st.integers(-400, 900))
def test_every_badge_is_gone_the_day_after_it_says(shift: int, retest: int, until: int) -> None:
    today = TODAY + shift * DAY
    reports = [report(retest_on=TODAY + retest * DAY)]
    papers = [certificate(valid_until=TODAY + until * DAY)]
    for code, badge in found(reports=reports, certificates=papers, today=today).items():
        assert badge.valid_until >= today
        assert code not in found(reports=reports, certificates=papers, today=badge.valid_until + DAY)


def test_names_are_compared_without_legal_form_and_spelling() -> None:
    assert plain_company("Friso Fill B.V.") == plain_company("friso fill bv") == "friso fill"
    assert same_substance("Magnesium L‑threonate", "magnesium l-threonate")
    assert not same_substance("Magnesium", "Magnesium L‑threonate")
    assert not same_substance("", "")


@pytest.mark.parametrize(
    ("result", "limit", "keeps"),
    [
        (("=", "99.87"), (">", "99.8"), True),
        (("=", "99.8"), (">", "99.8"), False),
        (("=", "99.8"), (">=", "99.8"), True),
        (("<", "0.05"), ("<=", "3.0"), True),
        (("<", "4"), ("<=", "3.0"), False),
        (("=", "3.1"), ("<=", "3.0"), False),
        (("nd", None), ("<=", "3.0"), None),
        (("<", "99.9"), (">", "99.8"), None),
        (("=", "1"), ("", None), None),
    ],
)
def test_a_result_against_its_limit(
    result: tuple[str, str | None], limit: tuple[str, str | None], keeps: bool | None
) -> None:
    value, bound = (Decimal(text) if text else None for text in (result[1], limit[1]))
    assert within_limit(result[0], value, limit[0], bound) is keeps
