"""What badges say is what the evidence of this product says today: SE-19, SE-20 and SE-21."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from storefront import clock
from storefront.catalog.models import Product, Variant
from storefront.database import db
from storefront.quality import queries
from storefront.quality.models import LabReport, SiteCertificate
from storefront.stock.models import Lot
from storefront.transactions import writing

MGT = {
    "nl": "/nl/products/magnesium-l-threonaat-capsules",
    "en": "/en/products/magnesium-l-threonate-capsules",
}
NMN = {"nl": "/nl/products/nmn-capsules", "en": "/en/products/nmn-capsules"}


def withdraw(code, keep_one=False):
    """Withdraw the reports on the lots of a product; with keep_one, all but the first of each lot."""
    with writing():
        lots = select(Lot.id).join(Variant, Variant.id == Lot.variant_id).join(Product)
        reports = db.session.scalars(
            select(LabReport)
            .where(LabReport.lot_id.in_(lots.where(Product.code == code)))
            .order_by(LabReport.lot_id, LabReport.id)
        ).all()
        seen = set()
        for report in reports:
            if not keep_one or report.lot_id in seen:
                report.state = "withdrawn"
            seen.add(report.lot_id)
    assert seen


def promises(client) -> list[str]:
    return re.findall(
        r"#seal-(\w+)", client.get("/en/").text.partition('class="promise"')[2].partition("</ul>")[0]
    )


def text_of(client, path) -> str:
    html = client.get(path).text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ")


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_se_19_a_badge_says_value_method_batch_laboratory_and_day_and_never_of_another_product(
    demo_client, lang
):
    said = text_of(demo_client, NMN[lang])
    for fact in ("HPLC-UV", "26-0409", "Eastmere Labs", "EM-12530", {"nl": "99,87%", "en": "99.87%"}[lang]):
        assert fact in said
    assert 'id="purity"' in demo_client.get(MGT[lang]).text
    withdraw("mgt-c")
    assert 'id="purity"' not in demo_client.get(MGT[lang]).text
    assert 'id="purity"' in demo_client.get(NMN[lang]).text
    assert not re.search(r"(?i)highest|hoogste|maximum|maximal", said)


def test_se_20_one_product_without_its_report_ends_the_promise_of_the_shop(demo_client):
    assert promises(demo_client) == ["purity", "lab", "gmp"]
    assert "Independently tested, twice" in demo_client.get("/en/").text
    withdraw("mgt-c")
    assert promises(demo_client) == ["gmp"]
    product = db.session.scalars(select(Product.id).where(Product.code == "mgt-c")).one()
    told = {it.code: it.reason for it in queries.explain_for(product, clock.today())}
    assert any(lot in told["lab"] for lot in db.session.scalars(select(Lot.code)))


def test_se_20_twice_is_said_only_of_two_laboratories(demo_client):
    withdraw("mgt-c", keep_one=True)
    said = demo_client.get(MGT["en"]).text
    assert 'id="lab"' in said
    assert "Independently tested" in said
    assert "Independently tested, twice" not in said


def test_se_21_a_certificate_is_named_and_its_badge_ends_with_it(demo_client):
    said = text_of(demo_client, MGT["en"])
    for fact in ("GMP for food supplements", "FS-20417", "Friso Fill B.V.", "Wadcert B.V."):
        assert fact in said
    last = date(2026, 12, 1)
    with writing():
        db.session.execute(update(SiteCertificate).values(valid_until=last))
    noon = datetime(last.year, last.month, last.day, 12, tzinfo=UTC)
    for moment, there in ((noon, True), (noon + timedelta(days=1), False)):
        with time_machine.travel(moment, tick=False):
            assert ('id="gmp"' in demo_client.get(MGT["en"]).text) is there
