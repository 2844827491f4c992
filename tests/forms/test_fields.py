"""The fields for whole numbers and days: what they read, and what they refuse with a word."""

from datetime import date

import pytest

from storefront.forms import DayField, PublicForm, WholeField, required

ABSURD = ["0206-03-18", "1949-12-31", "2101-01-01", "9999-12-31"]


class Sample(PublicForm):
    """One field of each kind."""

    whole = WholeField("Number", least=1)
    day = DayField("Day", [required()])


def sent(app, **values) -> Sample:
    with app.test_request_context(method="POST", data={"whole": "7", "day": "2026-03-18"} | values):
        form = Sample()
        form.validate()
        return form


def test_what_is_typed_is_read(app):
    form = sent(app)
    assert (form.whole.whole, form.day.day) == (7, date(2026, 3, 18))
    assert sent(app, whole="").whole.whole is None
    for typed in ("1950-01-01", "2100-12-31"):
        assert sent(app, day=typed).day.day == date.fromisoformat(typed)


@pytest.mark.parametrize("typed", ["0", "-3", "7.5", "7,5", "seven", "٣", "1e3", "9" * 30, "99999999"])
def test_what_is_no_whole_number_is_refused(app, typed):
    form = sent(app, whole=typed)
    assert [field for field, _ in form.listed_errors()] == ["whole"]
    assert form.whole.data == typed


@pytest.mark.parametrize("typed", ["", "yesterday", "18-03-2026", "2026-02-30", "0000-01-01", *ABSURD])
def test_what_is_no_day_is_refused(app, typed):
    form = sent(app, day=typed)
    assert [field for field, _ in form.listed_errors()] == ["day"]
    assert form.day.day is None


def test_what_is_stored_is_shown_as_it_is_typed(app):
    with app.test_request_context():
        form = Sample(data={"whole": 40, "day": date(2026, 3, 18)})
        assert (form.whole.data, form.day.data) == ("40", "2026-03-18")
