import pytest
from flask_security import verify_password

from storefront.accounts import actions, queries
from storefront.accounts.models import Account
from storefront.refusals import Refused
from storefront.transactions import writing

PASSWORD = "correct horse battery"


def add(email="an@example.com", role="admin", name="An") -> Account:
    with writing():
        return actions.create_staff(email, name, PASSWORD, role)


def test_staff_are_kept_with_a_hash(any_app):
    account = add(" An@Example.com ")
    assert account.email == "an@example.com"
    assert PASSWORD not in account.password and account.password.startswith("$argon2")
    assert verify_password(PASSWORD, account.password)
    assert [role.name for role in account.roles] == ["admin"]
    assert queries.account_by_email("AN@example.com").id == account.id


def test_an_address_signs_in_once_in_any_spelling(any_app):
    add()
    with pytest.raises(Refused) as refusal:
        add("AN@EXAMPLE.COM", "marketer")
    assert refusal.value.field == "email"


@pytest.mark.parametrize(
    ("changes", "field"), [({"role": "boss"}, "role"), ({"password": "short"}, "password")]
)
def test_unknown_roles_and_weak_passwords_are_refused(app, changes, field):
    values = {"email": "x@example.com", "name": "X", "password": PASSWORD, "role": "admin"} | changes
    with pytest.raises(Refused) as refusal, writing():
        actions.create_staff(**values)
    assert refusal.value.field == field
    assert queries.staff() == []


def test_shutting_out_ends_the_sessions(app):
    add()
    other = add("bo@example.com", "marketer", "Bo")
    before = other.fs_uniquifier
    with writing():
        actions.set_active(other.id, False, actor_id=0)
    assert not queries.account_by_email("bo@example.com").active
    assert queries.account_by_email("bo@example.com").fs_uniquifier != before


def test_the_last_admin_and_oneself_stay(app):
    account = add()
    with pytest.raises(Refused), writing():
        actions.set_active(account.id, False, actor_id=account.id)
    with pytest.raises(Refused), writing():
        actions.set_active(account.id, False, actor_id=0)
    add("bo@example.com", "admin", "Bo")
    with writing():
        actions.set_active(account.id, False, actor_id=0)
    assert [person.active for person in queries.staff()] == [True, False]


def test_the_audit_log_is_a_page_at_a_time_newest_first(app):
    with writing():
        for number in range(queries.AUDIT_PAGE + 1):
            actions.audit("An", "product changed", f"product p-{number}", {"price": [1, 2]})
    first, total = queries.audit_records()
    second, _ = queries.audit_records(2)
    assert total == queries.AUDIT_PAGE + 1
    assert first[0].target == f"product p-{queries.AUDIT_PAGE}" and len(second) == 1
    assert [r.target for r in queries.audit_records(target="product p-3")[0]] == ["product p-3"]
