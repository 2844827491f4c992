"""An unsafe production start is refused with one clear line."""

import json
from pathlib import Path

import pytest

from storefront.config import DEVELOPMENT_KEY, Settings, UnsafeSettings

SAFE = {
    "STOREFRONT_SECRET_KEY": "k" * 32,
    "STOREFRONT_BASE_URL": "https://shop.example",
}


def read(tmp_path: Path, **values: str) -> Settings:
    return Settings.from_environment(
        SAFE | {f"STOREFRONT_{name}": value for name, value in values.items()}, tmp_path
    )


def test_production_is_the_default_and_starts_with_safe_settings(tmp_path):
    settings = read(tmp_path)
    assert settings.env == "production"
    assert settings.payment_provider == ""
    assert not settings.development


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": DEVELOPMENT_KEY}, "development key"),
        ({"SECRET_KEY": "short"}, "too short"),
        ({"BASE_URL": ""}, "BASE_URL is missing"),
        ({"BASE_URL": "shop.example"}, "https://"),
        ({"PAYMENT_PROVIDER": "demo"}, "cannot exist in production"),
        ({"STRIPE_SECRET_KEY": "sk_live_1"}, "WEBHOOK_SECRET is missing"),
        ({"PAYMENT_PROVIDER": "stripe"}, "STRIPE_SECRET_KEY"),
        ({"PAYMENT_PROVIDER": "coins"}, "use stripe or demo"),
        ({"ENV": "staging"}, "production or development"),
        ({"EDGE_SECONDS": "-1"}, "whole number"),
        ({"TIME_ZONE": "Mars/Olympus"}, "TIME_ZONE"),
    ],
)
def test_an_unsafe_start_is_refused_in_one_line(tmp_path, values, words):
    with pytest.raises(UnsafeSettings, match=words) as refusal:
        read(tmp_path, **values)
    assert "\n" not in str(refusal.value)


def test_debug_is_refused_in_production(tmp_path):
    with pytest.raises(UnsafeSettings, match="debug must be off"):
        Settings.from_environment(SAFE | {"FLASK_DEBUG": "1"}, tmp_path)


def test_development_needs_nothing_and_brings_the_demo_payment(tmp_path):
    settings = Settings.from_environment({"STOREFRONT_ENV": "development"}, tmp_path)
    assert settings.payment_provider == "demo"
    assert settings.database_url.startswith("sqlite:///")


def test_a_stripe_key_chooses_stripe(tmp_path):
    settings = read(tmp_path, STRIPE_SECRET_KEY="sk_test_1", STRIPE_WEBHOOK_SECRET="whsec_1")
    assert settings.payment_provider == "stripe"


WAY = {"code": "eps", "names": {"nl": "EPS", "en": "EPS"}, "details": {"nl": "", "en": ""}}


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ("", "cannot be read"),
        ("[]", "cannot be read"),
        ('{"code": "eps"}', "cannot be read"),
        (json.dumps([WAY | {"names": {"nl": "EPS"}}]), "cannot be read"),
        (json.dumps([WAY | {"code": "EPS!"}]), "a code of its own"),
        (json.dumps([WAY, WAY]), "a code of its own"),
        (json.dumps([WAY | {"names": {"nl": "x" * 61, "en": "EPS"}}]), "at most 60"),
    ],
)
def test_ways_to_pay_that_cannot_be_are_refused_at_the_start(tmp_path, held, words):
    file = tmp_path / "ways.json"
    file.write_text(held)
    with pytest.raises(UnsafeSettings, match=words):
        read(tmp_path, PAYMENT_METHODS=str(file))


def test_ways_to_pay_are_those_of_the_file(tmp_path):
    file = tmp_path / "ways.json"
    file.write_text(json.dumps([WAY]))
    assert read(tmp_path, PAYMENT_METHODS=str(file)).payment_methods == (WAY,)
    assert [one["code"] for one in read(tmp_path).payment_methods] == ["ideal", "card", "bancontact"]
    with pytest.raises(UnsafeSettings, match="cannot be read"):
        read(tmp_path, PAYMENT_METHODS=str(tmp_path / "none.json"))
