"""Every setting of the shop: name, type, default and one line why.

Settings come from the environment only, as ``STOREFRONT_<NAME>``. ``Settings.from_environment`` reads
them, and refuses an unsafe start in production with one clear line.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SHOP_NAME = "Helder"  # on pages and in mails; also the group whose laboratories are not independent
DEMO_ADDRESS = "Voorbeeldkade 1, 9999 XX Voorbeeldstad, Nederland"  # invented, like all of the demo shop
DEMO_VAT_ID, DEMO_REGISTER_ID = "NL000000000B00", "00000000"
DEVELOPMENT_KEY = "development-only-key-not-for-production"
SHORTEST_KEY = 32
BUNDLED_PLUGINS = "blog,announcement"
BUNDLED_METHODS = Path(__file__).parent / "payment_methods.json"
METHOD_CODE = re.compile(r"[a-z][a-z0-9_]{0,19}")
LONGEST_METHOD = 60


class UnsafeSettings(RuntimeError):
    """The settings would make an unsafe shop; the message says which one and how to mend it."""


@dataclass(frozen=True)
class Settings:
    """What the shop is told from outside. Frozen: nothing changes while it runs."""

    instance_path: Path  # where the SQLite file, uploads and written mails lie by default
    env: str = "production"  # "production" unless set; "development" brings demo payment and /dev
    secret_key: str = ""  # signs the cart and the staff session; 32 characters or more
    database_url: str = ""  # SQLAlchemy URL; SQLite under instance/ by default
    plugins: tuple[str, ...] = ()  # names, in the order of calling; empty is the safe mode
    base_url: str = ""  # scheme and host of absolute addresses; never taken from the Host header
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Amsterdam"))  # the shop's "today"
    payment_provider: str = ""  # "stripe", "demo", or "" for none (checkout then answers 503)
    # Ways to pay, with the names that buyers read; from a JSON file such as payment_methods.json
    payment_methods: tuple[Mapping[str, Any], ...] = field(
        default_factory=lambda: payment_methods(BUNDLED_METHODS)
    )
    stripe_secret_key: str = ""  # switches the Stripe provider on
    stripe_webhook_secret: str = ""  # signs what Stripe sends us
    stripe_api_base: str = ""  # another address of Stripe's API; the tests' double uses it
    mail_url: str = ""  # smtp://user:password@host:587; empty writes files under instance/mail
    mail_from: str = f"{SHOP_NAME} <shop@localhost>"  # sender of all mails
    seller_name: str = SHOP_NAME  # who sells: this and the next three stand on invoices
    seller_address: str = ""  # street, postcode and city, country; a comma begins a new line
    seller_vat_id: str = ""  # VAT number
    seller_register_id: str = ""  # number in the trade register (KvK)
    media_dir: Path = Path()  # uploads; immutable files named by their hash
    page_cache_mb: int = 32  # memory per process for pages that are the same for everybody; 0 keeps none
    edge_seconds: int = 0  # how long a cache in front may keep a public page unasked
    rate_limit_store: str = "memory://"  # redis://… where several machines serve
    trusted_proxies: int = 0  # how many proxies in front set X-Forwarded-*

    @property
    def development(self) -> bool:
        """True when the shop runs for development or tests."""
        return self.env == "development"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], instance_path: Path) -> Settings:
        """Read all settings. Raises UnsafeSettings with one clear line for an unsafe production start."""

        def get(name: str, default: str = "") -> str:
            return environ.get(f"STOREFRONT_{name}", default).strip()

        env = get("ENV", "production") or "production"
        development = env == "development"
        stripe_key = get("STRIPE_SECRET_KEY")
        provider = get("PAYMENT_PROVIDER") or ("stripe" if stripe_key else "demo" if development else "")
        settings = cls(
            instance_path=instance_path,
            env=env,
            secret_key=get("SECRET_KEY") or (DEVELOPMENT_KEY if development else ""),
            database_url=get("DATABASE_URL") or f"sqlite:///{instance_path / 'shop.sqlite3'}",
            plugins=tuple(
                name.strip() for name in get("PLUGINS", BUNDLED_PLUGINS).split(",") if name.strip()
            ),
            base_url=get("BASE_URL").rstrip("/"),
            time_zone=_zone(get("TIME_ZONE") or "Europe/Amsterdam"),
            payment_provider=provider,
            payment_methods=payment_methods(Path(get("PAYMENT_METHODS") or BUNDLED_METHODS)),
            stripe_secret_key=stripe_key,
            stripe_webhook_secret=get("STRIPE_WEBHOOK_SECRET"),
            stripe_api_base=get("STRIPE_API_BASE"),
            mail_url=get("MAIL_URL"),
            mail_from=get("MAIL_FROM") or cls.mail_from,
            seller_name=get("SELLER_NAME") or SHOP_NAME,
            seller_address=get("SELLER_ADDRESS") or (DEMO_ADDRESS if development else ""),
            seller_vat_id=get("SELLER_VAT_ID") or (DEMO_VAT_ID if development else ""),
            seller_register_id=get("SELLER_REGISTER_ID") or (DEMO_REGISTER_ID if development else ""),
            media_dir=Path(get("MEDIA_DIR") or instance_path / "media"),
            page_cache_mb=_whole("PAGE_CACHE_MB", get("PAGE_CACHE_MB", str(cls.page_cache_mb))),
            edge_seconds=_whole("EDGE_SECONDS", get("EDGE_SECONDS", "0")),
            rate_limit_store=get("RATE_LIMIT_STORE") or "memory://",
            trusted_proxies=_whole("TRUSTED_PROXIES", get("TRUSTED_PROXIES", "0")),
        )
        settings.refuse_unsafe(debug=environ.get("FLASK_DEBUG", "").lower() in {"1", "true", "yes", "on"})
        return settings

    def refuse_unsafe(self, debug: bool) -> None:
        """Raise UnsafeSettings when these settings may not serve real people."""
        if self.env not in {"production", "development"}:
            raise UnsafeSettings(f"STOREFRONT_ENV is {self.env!r}; it must be production or development.")
        if self.payment_provider not in {"", "demo", "stripe"}:
            raise UnsafeSettings(
                f"STOREFRONT_PAYMENT_PROVIDER is {self.payment_provider!r}; use stripe or demo."
            )
        if self.payment_provider == "stripe" and not self.stripe_secret_key:
            raise UnsafeSettings("STOREFRONT_PAYMENT_PROVIDER=stripe needs STOREFRONT_STRIPE_SECRET_KEY.")
        if self.development:
            return
        if not self.secret_key:
            raise UnsafeSettings(
                "STOREFRONT_SECRET_KEY is missing; production needs a key of 32 characters or more."
            )
        if self.secret_key == DEVELOPMENT_KEY:
            raise UnsafeSettings("STOREFRONT_SECRET_KEY is the development key; make one of your own.")
        if len(self.secret_key) < SHORTEST_KEY:
            raise UnsafeSettings("STOREFRONT_SECRET_KEY is too short; it needs 32 characters or more.")
        if debug:
            raise UnsafeSettings("FLASK_DEBUG is on; debug must be off in production.")
        if not self.base_url:
            raise UnsafeSettings(
                "STOREFRONT_BASE_URL is missing; production needs it, as https://shop.example."
            )
        if not self.base_url.startswith(("https://", "http://")):
            raise UnsafeSettings("STOREFRONT_BASE_URL must begin with https:// (or http://).")
        if self.payment_provider == "demo":
            raise UnsafeSettings(
                "STOREFRONT_PAYMENT_PROVIDER=demo takes no money; it cannot exist in production."
            )
        if self.payment_provider == "stripe" and not self.stripe_webhook_secret:
            raise UnsafeSettings(
                "STOREFRONT_STRIPE_WEBHOOK_SECRET is missing; Stripe without it loses payments."
            )


def payment_methods(path: Path) -> tuple[Mapping[str, Any], ...]:
    """The ways to pay of a JSON file. Raises UnsafeSettings when it is none, or lacks a name."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        codes = [one["code"] for one in found]
        names = [one[what][lang] for one in found for what in ("names", "details") for lang in ("nl", "en")]
        longest = max(len(one["names"][lang]) for one in found for lang in ("nl", "en"))
        fine = all(METHOD_CODE.fullmatch(code) for code in codes) and all(isinstance(n, str) for n in names)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UnsafeSettings(f"STOREFRONT_PAYMENT_METHODS: {path} cannot be read: {error!r}") from error
    if not fine or longest > LONGEST_METHOD or len(set(codes)) < len(codes):
        raise UnsafeSettings(
            f"STOREFRONT_PAYMENT_METHODS: {path} needs a code of its own for each way to pay, and names in "
            f"nl and en of at most {LONGEST_METHOD} characters."
        )
    return tuple(found)


def _whole(name: str, value: str) -> int:
    if not value.isdecimal():
        raise UnsafeSettings(f"STOREFRONT_{name} is {value!r}; it must be a whole number, 0 or more.")
    return int(value)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UnsafeSettings(
            f"STOREFRONT_TIME_ZONE is {name!r}; use a name such as Europe/Amsterdam."
        ) from error


def from_environment(instance_path: Path) -> Settings:
    """The settings of this process."""
    return Settings.from_environment(os.environ, instance_path)
