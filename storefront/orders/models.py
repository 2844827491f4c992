"""Orders: everything on them is frozen when they are placed and never computed again."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storefront.database import Model


class Order(Model):
    """What somebody bought. Outside it is known by `number` (to people) and `token` (in addresses)."""

    __tablename__ = "customer_order"
    affects_pages = False
    __table_args__ = (
        # At most one open order per cart: a repeated post finds it instead of placing a second one.
        Index(
            "uq_customer_order_open_cart",
            "cart_id",
            unique=True,
            sqlite_where=text("state = 'placed'"),
            postgresql_where=text("state = 'placed'"),
        ),
        Index("ix_customer_order_cart", "cart_id", "id"),  # cart and checkout look for the latest of a cart
        CheckConstraint("total_cents > 0", name="total_positive"),
        CheckConstraint(
            "refunded_cents >= 0 AND refunded_cents <= total_cents", name="refunded_within_total"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(8), unique=True)
    token: Mapped[str] = mapped_column(String(40), unique=True)
    cart_id: Mapped[str] = mapped_column(String(40))
    cart_digest: Mapped[str] = mapped_column(
        String(64)
    )  # of what was posted: equal posts answer with this order
    state: Mapped[str] = mapped_column(String(12), index=True)  # see orders/rules.py
    lang: Mapped[str] = mapped_column(String(2))
    currency: Mapped[str] = mapped_column(String(3), default="EUR")
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120))
    street: Mapped[str] = mapped_column(String(160))
    postcode: Mapped[str] = mapped_column(String(16))
    city: Mapped[str] = mapped_column(String(100))
    country: Mapped[str] = mapped_column(String(2))
    phone: Mapped[str] = mapped_column(String(30), default="")
    shipping_code: Mapped[str] = mapped_column(String(40))
    shipping_name: Mapped[str] = mapped_column(String(120))
    payment_method: Mapped[str] = mapped_column(String(20))  # what the buyer chose, see payments/methods.py
    payment_name: Mapped[str] = mapped_column(String(60))  # its name as the buyer read it
    goods_cents: Mapped[int]  # before discounts: goods - discount + shipping = total
    discount_cents: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    # What counted: {"id": 3, "code": "AUTUMN" or "", "name": …, "kind": "percent", "cents": 350}
    discounts: Mapped[list[dict[str, Any]]] = mapped_column(default=list, server_default=text("'[]'"))
    shipping_cents: Mapped[int]
    total_cents: Mapped[int]
    vat: Mapped[list[dict[str, Any]]]  # per rate: {"rate_bp": 900, "gross_cents": …, "vat_cents": …}
    terms_accepted_at: Mapped[datetime]
    terms_version: Mapped[datetime | None]  # when the terms that were accepted had last been changed
    placed_at: Mapped[datetime] = mapped_column(index=True)
    reserved_until: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    packed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]  # cancelled, expired or refunded
    tracking_code: Mapped[str] = mapped_column(String(80), default="")
    refunded_cents: Mapped[int] = mapped_column(default=0)
    # What plugins noted when it was placed: {"name of the plugin": "its text"}
    notes: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))

    lines: Mapped[list[OrderLine]] = relationship(order_by="OrderLine.position", lazy="select")
    events: Mapped[list[OrderEvent]] = relationship(order_by="OrderEvent.id", lazy="select")


class OrderLine(Model):
    """A frozen line: names in the buyer's language, price, VAT, the lot that was on sale."""

    __tablename__ = "order_line"
    affects_pages = False
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("customer_order.id"), index=True)
    position: Mapped[int]
    variant_id: Mapped[int | None] = mapped_column(ForeignKey("variant.id", ondelete="SET NULL"), index=True)
    product_code: Mapped[str] = mapped_column(String(40))
    sku: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(160))
    label: Mapped[str] = mapped_column(String(80))
    product_slug: Mapped[str] = mapped_column(String(120), default="")  # its page in the buyer's language
    picture: Mapped[str] = mapped_column(String(100), default="")
    raster: Mapped[str] = mapped_column(String(100), default="")  # the same as JPEG or PNG, for mails
    lot_code: Mapped[str] = mapped_column(String(40), default="")
    quantity: Mapped[int]
    unit_cents: Mapped[int]
    line_cents: Mapped[int]  # before discounts
    discount_cents: Mapped[int] = mapped_column(default=0, server_default=text("0"))  # its share of them
    rate_bp: Mapped[int]
    vat_cents: Mapped[int]
    # It comes back only with its seal unbroken, as the shop said when it was sold.
    sealed: Mapped[bool] = mapped_column(default=False, server_default=false())
    source: Mapped[str] = mapped_column(
        String(120), default=""
    )  # where it was put in the cart: article code, placement


class OrderEvent(Model):
    """What happened to an order, with actor and time. Append-only: the database refuses all other changes."""

    __tablename__ = "order_event"
    affects_pages = False

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("customer_order.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(30))  # see orders/rules.py EVENTS
    actor: Mapped[str] = mapped_column(String(120), default="")
    details: Mapped[dict[str, Any]]


class Withdrawal(Model):
    """A buyer's statement to withdraw from a purchase, as it was sent, and what was done with it.

    Or a return that staff write down, since no buyer declared it: a parcel that nobody took, an exchange.
    """

    __tablename__ = "withdrawal"
    affects_pages = False

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(40), unique=True)  # of its receipt; a second click finds it
    order_id: Mapped[int | None] = mapped_column(ForeignKey("customer_order.id"), index=True)  # None: unknown
    order_number: Mapped[str] = mapped_column(String(40))  # as it was typed
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))  # the receipt goes there
    lang: Mapped[str] = mapped_column(String(2))
    lines: Mapped[list[dict[str, Any]]]  # of the order: {"line_id": …, "name": …, "quantity": …}
    received_at: Mapped[datetime]
    last_day: Mapped[date | None]  # of the period, as it was reckoned then; None while it has not begun
    state: Mapped[str] = mapped_column(String(12), index=True)  # see withdrawal_rules.py
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[str] = mapped_column(String(300), default="")  # why it was closed without a return
    returned: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # line_id, quantity, restock
    refund_cents: Mapped[int] = mapped_column(default=0)
    given_back_before: Mapped[int] = mapped_column(default=0)  # cents of the order, before this refund
    noted_by: Mapped[str] = mapped_column(String(120), default="", server_default="")  # staff; "": the buyer


class DocumentCounter(Model):
    """The last number of a series in a year. Its row is locked until the document is committed: no gaps."""

    __tablename__ = "document_counter"
    affects_pages = False

    series: Mapped[str] = mapped_column(String(12), primary_key=True)  # see orders/invoices.py
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Invoice(Model):
    """An invoice, or the credit note of a refund: a copy of all that it says, never computed again."""

    __tablename__ = "invoice"
    affects_pages = False
    __table_args__ = (
        UniqueConstraint("series", "year", "number"),
        Index(
            "uq_invoice_order",
            "order_id",
            unique=True,
            sqlite_where=text("series = 'invoice'"),
            postgresql_where=text("series = 'invoice'"),
        ),
        CheckConstraint("total_cents >= 0", name="total_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    series: Mapped[str] = mapped_column(String(12))
    year: Mapped[int]
    number: Mapped[int]
    code: Mapped[str] = mapped_column(String(20), unique=True)  # as people write it: 2026-00001
    order_id: Mapped[int] = mapped_column(ForeignKey("customer_order.id"), index=True)
    credits: Mapped[str | None] = mapped_column(String(20))  # the code of the invoice, on a credit note
    issued_at: Mapped[datetime]
    lang: Mapped[str] = mapped_column(String(2))
    currency: Mapped[str] = mapped_column(String(3))
    seller: Mapped[dict[str, Any]]  # name, address, vat_id, register_id, email
    buyer: Mapped[dict[str, Any]]  # name, street, postcode, city, country
    facts: Mapped[dict[str, Any]]  # order_number, ordered_on, paid_on, payment_name, shipping_name
    lines: Mapped[list[dict[str, Any]]]  # sku, name, label, quantity, unit_cents, line_cents, rate_bp
    goods_cents: Mapped[int]  # goods - discounts + shipping = total; on a credit note only the total
    discounts: Mapped[list[dict[str, Any]]]  # as on the order
    shipping_cents: Mapped[int]
    total_cents: Mapped[int]
    vat: Mapped[list[dict[str, Any]]]  # as on the order
