"""Orders in the admin: finding, sending, cancelling, giving money back."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from storefront import clock
from storefront.database import db
from storefront.jobs.models import Job
from storefront.money import format_money
from storefront.orders import actions, queries
from storefront.orders.models import Order
from storefront.payments import conversation
from storefront.payments import queries as payments
from storefront.payments.demo_gateway import DemoProvider, paid
from storefront.payments.providers import ProviderAway, Status
from storefront.payments.settle import settle
from storefront.stock.models import Lot
from storefront.testing import entered_as
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import SMALL, Shelf, new_order


@pytest.fixture
def shop(app) -> Shelf:
    return shelf.fill(10)


@pytest.fixture
def staff(app) -> FlaskClient:
    return entered_as(app, "admin")


@pytest.fixture
def place(shop) -> Callable[..., str]:
    def placed(pay=False, cart_id="cart-0123456789abcdef", quantity=2, **changes) -> str:
        with writing():
            order = actions.place(new_order(shop, {SMALL: quantity}, cart_id=cart_id, **changes))
        conversation.start_payment(order.id)
        if pay:
            payment = payments.latest_payment(order.id)
            with writing():
                settle(payment.id, paid(payment.reference, payment.amount_cents, payment.currency), "demo")
        return order.number

    return placed


def order(number) -> Order | None:
    db.session.rollback()
    return queries.order_by_number(number)


def kinds(number) -> list[str]:
    return [event.kind for event in queries.events(order(number).id)]


def jobs() -> list[str]:
    return [job.name for job in db.session.query(Job)]


def test_the_list_shows_states_and_finds_by_number_name_address_and_batch(place, staff):
    waiting, ready = place(), place(pay=True, cart_id="cart-b")
    page = staff.get("/admin/orders/").text
    assert waiting in page and ready in page
    only = staff.get("/admin/orders/?state=paid").text
    assert ready in only and waiting not in only
    for words in (ready, ready.lower(), "lotte", "LOTTE.JANSEN@example.nl", "26-0412"):
        assert ready in staff.get("/admin/orders/", query_string={"q": words}).text, words
    nothing = staff.get("/admin/orders/", query_string={"q": "%"}).text
    assert ready not in nothing


def test_a_search_in_one_state_leads_to_all_when_it_finds_nothing(place, staff):
    place()
    answer = staff.get("/admin/orders/?state=sent&q=lotte").text
    assert 'href="/admin/orders/?q=lotte"' in answer.partition("</nav>")[2]


def test_each_figure_of_the_dashboard_opens_what_is_behind_it(place, staff):
    waiting, ready = place(), place(pay=True, cart_id="cart-b")
    figures = staff.get("/admin/").text.partition('class="kpis')[2].partition("</dl>")[0]
    behind = re.findall(r'<a href="([^"]+)"', figures)
    assert behind == [
        "/admin/orders/?paid=today",
        *(f"/admin/orders/?state={s}" for s in ("paid", "placed")),
        "#low",
    ]
    for path, inside in zip(behind, (ready, ready, waiting), strict=False):
        rows = staff.get(path).text.partition("<tbody>")[2]
        assert [number for number in (waiting, ready) if number in rows] == [inside], path
    with writing():
        order(ready).paid_at -= timedelta(days=1)
    assert ready not in staff.get("/admin/orders/?paid=today").text


def test_orders_are_sent_one_after_another_the_oldest_first(place, staff, form_of):
    numbers = [place(pay=True, cart_id=f"cart-{n}") for n in range(3)]
    listed = staff.get("/admin/orders/?state=paid").text
    assert sorted(numbers, key=listed.index) == numbers
    for number, following in ((numbers[1], numbers[2]), (numbers[2], numbers[0]), (numbers[0], None)):
        form = form_of(staff, f"/admin/orders/{number}", "/send")
        page = staff.get(form.press().location).text
        assert re.findall(r'href="/admin/orders/(\w+)"', page) == ([following] if following else [])


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=99999999999", "state=nothing", "q=%00"]
)
def test_odd_questions_get_an_answer(place, staff, query):
    place()
    assert staff.get(f"/admin/orders/?{query}").status_code == 200


def test_an_order_is_sent_with_its_code_and_batch(place, staff, form_of):
    number = place(pay=True)
    form = form_of(staff, f"/admin/orders/{number}", "/send").set(tracking_code=" 3SHLDR0020418 ")
    assert form.press().status_code == 303
    sent = order(number)
    assert (sent.state, sent.tracking_code) == ("sent", "3SHLDR0020418")
    assert kinds(number)[-1] == "sent"
    assert "mail.order_sent" in jobs()
    again = form.press()
    assert again.status_code == 409 and "3SHLDR0020418" in again.text
    assert kinds(number).count("sent") == 1


def test_an_order_is_packed_with_its_batch_then_sent_then_delivered(place, staff, form_of):
    number = place(pay=True)
    send = form_of(staff, f"/admin/orders/{number}", "/send").set(tracking_code="3SHLDR0020418")
    assert f'formaction="/admin/orders/{number}/pack"' in staff.get(f"/admin/orders/{number}").text
    pack = replace(send, action=f"/admin/orders/{number}/pack")
    assert [pack.press().status_code for _ in range(2)] == [303, 409]
    packed = order(number)
    assert (packed.state, packed.tracking_code) == ("packed", "")
    assert number in staff.get("/admin/orders/?state=packed").text
    assert '<a href="/admin/orders/?state=packed">' in staff.get("/admin/").text
    assert send.press().status_code == 303
    deliver = form_of(staff, f"/admin/orders/{number}", "/deliver")
    assert [deliver.press().status_code for _ in range(2)] == [303, 409]
    assert kinds(number) == ["placed", "paid", "packed", "sent", "delivered"]
    assert [name for name in jobs() if name.startswith("mail.")] == [
        "mail.order_confirmation",
        "mail.order_sent",
    ]
    assert number in staff.get("/admin/orders/?state=delivered").text
    assert staff.post(f"/admin/orders/{number}/deliver").status_code == 400, "without the token"


def test_ticked_orders_are_packed_at_once_and_those_that_left_are_named(place, staff, form_of):
    numbers = [place(pay=True, cart_id=f"cart-{n}") for n in range(3)]
    form = form_of(staff, "/admin/orders/?state=paid", "/pack").set(number=[*numbers[:2], "NOTHING1"])
    form_of(staff, f"/admin/orders/{numbers[0]}", "/send").press()
    answer = form.press()
    assert answer.status_code == 303
    page = staff.get(answer.location).text
    assert f"ingepakt: {numbers[0]}." in page and numbers[2] in page
    assert [order(number).state for number in numbers] == ["sent", "packed", "paid"]
    assert "/admin/orders/pack" not in staff.get("/admin/orders/").text


def test_the_menu_counts_what_is_still_in_the_house(place, staff, form_of):
    numbers = [place(pay=True, cart_id=f"cart-{n}") for n in range(3)]
    for number, what in zip(numbers, ("pack", "send"), strict=False):
        form = form_of(staff, f"/admin/orders/{number}", "/send")
        assert replace(form, action=f"/admin/orders/{number}/{what}").press().status_code == 303
    menu = staff.get("/admin/orders/").text.partition('href="/admin/orders/"')[2].partition("</a>")[0]
    assert re.search(r">\s*2\s*<", menu), menu


def test_only_batches_that_are_not_past_their_date_can_be_packed(place, staff, form_of):
    number = place(pay=True)
    variant, today = order(number).lines[0].variant_id, clock.today()
    days = {"27-0001": today, "27-0002": today - timedelta(days=1)}
    for code, best_before in days.items():
        lot = Lot(code=code, search_code=code.replace("-", ""), variant_id=variant, state="released")
        lot.made_on, lot.best_before = today - timedelta(days=700), best_before
        db.session.add(lot)
    db.session.commit()
    page = staff.get(f"/admin/orders/{number}").text
    assert "27-0001" in page and "27-0002" not in page


def test_a_batch_that_was_not_offered_is_refused(place, staff, form_of):
    number = place(pay=True)
    form = form_of(staff, f"/admin/orders/{number}", "/send")
    form.set(lines__0__lot="99-9999")
    assert form.press().status_code == 422
    assert order(number).state == "paid"


def test_an_unpaid_order_is_cancelled_and_its_stock_is_back(place, shop, staff, form_of):
    number = place()
    assert shop.left(SMALL) == 8
    assert form_of(staff, f"/admin/orders/{number}", "/cancel").press().status_code == 303
    assert order(number).state == "cancelled" and shop.left(SMALL) == 10
    assert "/cancel" not in staff.get(f"/admin/orders/{number}").text


def test_a_paid_order_is_not_cancelled(place, staff, form_of):
    number = place()
    form = form_of(staff, f"/admin/orders/{number}", "/cancel")
    payment = payments.latest_payment(order(number).id)
    with writing():
        settle(payment.id, paid(payment.reference, payment.amount_cents, payment.currency), "demo")
    answer = form.press()
    assert answer.status_code == 409 and order(number).state == "paid"


def test_all_the_money_goes_back_and_the_goods_too(place, shop, staff, form_of):
    number = place(pay=True)
    assert form_of(staff, f"/admin/orders/{number}", "/refund").press().status_code == 303
    given_back = order(number)
    assert (given_back.state, given_back.refunded_cents) == ("refunded", given_back.total_cents)
    assert shop.left(SMALL) == 10


def test_goods_stay_out_of_stock_when_that_is_said(place, shop, staff, form_of):
    number = place(pay=True)
    assert form_of(staff, f"/admin/orders/{number}", "/refund").set(restock=None).press().status_code == 303
    assert order(number).state == "refunded" and shop.left(SMALL) == 8


def test_an_amount_goes_back_once_however_often_it_is_pressed(place, staff, form_of):
    number = place(pay=True)
    form = form_of(staff, f"/admin/orders/{number}", "/refund").set(how="part", amount="10,50")
    assert form.press().status_code == 303
    again = form.press()
    assert again.status_code == 409
    assert order(number).refunded_cents == 1050 and order(number).state == "paid"


def test_attempts_are_told_in_words(place, staff):
    page = staff.get(f"/admin/orders/{place(pay=True)}").text
    assert re.search(r"(Poging|Attempt) 1, demo: (betaald|paid)", page)


def test_no_button_gives_money_back_without_naming_how_much(place, staff, form_of):
    number = place(pay=True)
    page = staff.get(f"/admin/orders/{number}").text
    total = format_money(order(number).total_cents, "nl")
    assert f">{total} terugbetalen</button>" in page
    assert f'data-confirm="{total} terugbetalen?' in page and 'data-confirm="Bedrag: {amount}. ' in page
    assert 'type="radio"' not in page.partition('id="refund"')[2]
    assert 'id="restock-hint"' in page
    form = form_of(staff, f"/admin/orders/{number}", "/refund")
    for how in (None, "", "all"):
        assert form.set(how=how).press().status_code == 400
    assert order(number).refunded_cents == 0


def test_stock_is_not_asked_for_a_part(place, shop, staff, form_of):
    number = place(pay=True)
    form = form_of(staff, f"/admin/orders/{number}", "/refund")
    mistake = form.set(how="part", amount="ten", restock=None).press()
    assert mistake.status_code == 422 and re.search(r'<input[^>]* checked[^>]* id="restock"', mistake.text)
    whole = format_money(order(number).total_cents, "nl").removeprefix("€\u00a0")
    assert form.set(amount=whole, restock="y").press().status_code == 303
    assert order(number).state == "refunded" and shop.left(SMALL) == 8


@pytest.mark.parametrize("amount", ["", "0", "-5", "1,234", "ten", "99999999", "70,00"])
def test_amounts_that_cannot_be_given_back(place, staff, form_of, amount):
    number = place(pay=True)
    form = form_of(staff, f"/admin/orders/{number}", "/refund").set(how="part", amount=amount)
    answer = form.press()
    assert answer.status_code in {409, 422}, answer.status
    assert order(number).refunded_cents == 0
    if amount:
        assert f'value="{amount}"' in answer.text


def test_a_provider_that_is_away_changes_nothing(place, staff, form_of, monkeypatch):
    number = place(pay=True)

    def away(*_args):
        raise ProviderAway("no answer")

    monkeypatch.setattr(DemoProvider, "refund", away)
    answer = form_of(staff, f"/admin/orders/{number}", "/refund").press()
    assert answer.status_code == 503
    assert order(number).refunded_cents == 0 and order(number).state == "paid"


def test_what_staff_do_is_written_down(place, staff, form_of):
    number = place(pay=True)
    form_of(staff, f"/admin/orders/{number}", "/send").press()
    log = staff.get("/admin/audit/").text
    assert f"bestelling {number}" in log and "Marieke de Wit" in log


def test_no_get_changes_an_order(place, staff):
    number = place()
    for what in ("send", "cancel", "refund"):
        assert staff.get(f"/admin/orders/{number}/{what}").status_code in {404, 405}
    assert order(number).state == "placed"


def test_posts_need_their_token(place, staff, form_of):
    number = place(pay=True)
    for what in ("send", "refund"):
        form = form_of(staff, f"/admin/orders/{number}", f"/{what}").set(csrf_token=None)
        assert form.press().status_code in {400, 422}
    assert order(number).state == "paid"


def late_money(number, cents=6990):
    conversation.cancel_order(number, "admin")
    payment = payments.latest_payment(order(number).id)
    with writing():
        settle(payment.id, paid(payment.reference, cents, "EUR"), "demo")


def test_money_that_fits_no_order_stands_on_the_dashboard_and_goes_back_once(place, staff, form_of):
    number = place()
    assert 'id="held"' not in staff.get("/admin/").text
    late_money(number)
    board = staff.get("/admin/").text
    assert 'id="held"' in board and f"/admin/orders/{number}#refund" in board
    form = form_of(staff, f"/admin/orders/{number}", "/refund")
    assert form.press().status_code == 303
    assert payments.given_back_cents(order(number).id) == 6990
    again = form.press()
    assert again.status_code == 409
    assert payments.given_back_cents(order(number).id) == 6990
    assert 'id="held"' not in staff.get("/admin/").text
    page = staff.get(f"/admin/orders/{number}").text
    assert 'id="refund"' not in page


@pytest.mark.parametrize("already", ["", "-1", "x", "9" * 40, "\u0661"])
def test_what_was_seen_is_a_number(place, staff, form_of, already):
    number = place(pay=True)
    form = form_of(staff, f"/admin/orders/{number}", "/refund").set(already=already)
    assert form.press().status_code == 400
    assert order(number).refunded_cents == 0


def test_other_money_than_the_page_showed_does_not_go_back(place, staff, form_of):
    """A second payment came while the page stood there; its turn would be first."""
    number = place()
    first = payments.latest_payment(order(number).id)
    with writing():
        settle(first.id, Status("failed"), "demo")
    conversation.start_payment(order(number).id)
    second = payments.latest_payment(order(number).id)
    with writing():
        settle(second.id, paid(second.reference, 6990, "EUR"), "demo")
    form = form_of(staff, f"/admin/orders/{number}", "/refund").set(how="full", restock="y")
    with writing():
        settle(first.id, paid(first.reference, 6990, "EUR"), "demo")
    answer = form.press()
    assert answer.status_code == 409
    assert payments.given_back_cents(order(number).id) == 0
    again = form_of(staff, f"/admin/orders/{number}", "/refund")
    assert again.press().status_code == 303
    assert (order(number).state, order(number).refunded_cents) == ("paid", 0)


def test_a_refund_of_goods_that_were_to_stay_is_refused_when_they_were_sent(place, staff, form_of, shop):
    number = place(pay=True)
    form = form_of(staff, f"/admin/orders/{number}", "/refund").set(how="full", restock="y")
    with writing():
        actions.mark_sent(order(number).id, "", "An")
    assert form.press().status_code == 409
    assert (order(number).refunded_cents, shop.left(SMALL)) == (0, 8)


def test_an_order_is_not_sent_while_a_refund_is_unfinished(place, staff, form_of, monkeypatch):
    number = place(pay=True)
    send = form_of(staff, f"/admin/orders/{number}", "/send")

    def away(*_args):
        raise ProviderAway("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(DemoProvider, "refund", away)
        assert form_of(staff, f"/admin/orders/{number}", "/refund").press().status_code == 503
    assert send.press().status_code == 409
    assert order(number).state == "paid"
    assert form_of(staff, f"/admin/orders/{number}", "/refund").press().status_code == 303
    assert order(number).state == "refunded"


def test_rates_with_a_half_and_the_version_of_the_terms_are_shown(place, staff):
    number = place(terms_version=datetime(2026, 3, 18, 9, 30, tzinfo=UTC))
    kept = order(number)
    kept.vat = [{"rate_bp": 550, "gross_cents": 6990, "vat_cents": 364}]
    db.session.commit()
    page = staff.get(f"/admin/orders/{number}").text
    assert re.search(r"5[.,]5\s?%", page)
    assert re.search(r"(18 maart 2026|18 March 2026)", page)
