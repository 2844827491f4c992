"""The words on the controls, in both languages. They are part of the outside contract."""

from __future__ import annotations

# What it is: (English, Dutch)
NAMES: dict[str, tuple[str, str]] = {
    "order now": ("Order now", "Bestel nu"),
    "add to cart": ("Add to cart", "In winkelmand"),
    "cart": ("Cart", "Winkelmand"),
    "cart with": ("Cart ({n})", "Winkelmand ({n})"),
    "your cart": ("Your cart", "Je winkelmand"),
    "empty cart": ("Your cart is empty", "Je winkelmand is leeg"),
    "checkout": ("Checkout", "Naar afrekenen"),
    "checkout title": ("Check out", "Afrekenen"),
    "e-mail": ("E-mail address", "E-mailadres"),
    "name": ("Name", "Naam"),
    "street": ("Street and house number", "Straat en huisnummer"),
    "postcode": ("Postcode", "Postcode"),
    "city": ("City", "Plaats"),
    "country": ("Country", "Land"),
    "consent": ("I agree to the terms of sale", "Ik ga akkoord met de verkoopvoorwaarden"),
    "order and pay": ("Order and pay", "Bestellen en betalen"),
    "pay": ("Pay", "Betalen"),
    "decline": ("Decline", "Weigeren"),
    "leave": ("Leave", "Verlaten"),
    "pay now": ("Pay now", "Nu betalen"),
    "thanks": ("Thank you, {name}. Your order is in.", "Dank je wel, {name}. Je bestelling is binnen."),
    "waiting": ("Your order is waiting for your payment.", "Je bestelling wacht op je betaling."),
    "declined": ("Your payment was declined.", "Je betaling is geweigerd."),
    "expired": ("This order was not paid in time.", "Deze bestelling is niet op tijd betaald."),
    "to your cart": ("To your cart", "Naar je winkelmand"),
    "order number": ("Order {number}", "Bestelling {number}"),
    "back to blog": ("Back to blog", "Terug naar blog"),
    "all products": ("All products", "Alle producten"),
    "demonstration": ("This is a demonstration.", "Dit is een demonstratie."),
    "close": ("Close", "Sluiten"),
    "withdraw": ("Withdraw from contract here", "Overeenkomst hier herroepen"),
    "go on": ("Go on", "Verder"),
    "order number field": ("Order number", "Bestelnummer"),
    "confirm withdrawal": ("Confirm withdrawal", "Herroeping bevestigen"),
    "withdrawal received": ("We have received your withdrawal.", "Wij hebben je herroeping ontvangen."),
}


def name(what: str, lang: str, **values: object) -> str:
    """What a control is called in a language."""
    return NAMES[what][lang == "nl"].format(**values)
