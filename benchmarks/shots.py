"""`make shots`: renews the pictures of docs/pictures from the demo shop, in a real browser.

first-screen.png is the picture of the README, se-NN.png belong to docs/reference-page.md, sheet.png shows our
pages, each beside its mock-up where the design lies next to the work tree. Large versions of the sheet's
pages go to build/shots, which is not committed.
"""

from __future__ import annotations

import functools
import http.server
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from benchmarks.__main__ import demo_app
from storefront.testing.browser import CHROMIUM_FLAGS

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
LARGE = ROOT / "build" / "shots"
DESIGN = ROOT.parent / "shared" / "design"
MOST_BYTES = 250_000
PAPER = "#faf7f0"
DESK, DESK_HEIGHT, PHONE = 1440, 1600, 390
PRODUCT = "en/products/magnesium-l-threonate-capsules"
ARTICLE = {"en": "en/blog/magnesium-and-the-brain", "nl": "nl/blog/magnesium-en-het-brein"}
PASTED = "https://doi.org/10.1016/j.neuron.2009.12.026?utm_source=mail "
THUMB, THUMB_HEIGHT, GAP = 300, 333, 12


class Quiet(WSGIRequestHandler):
    """A server that does not write a line for each request."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Write nothing."""


class QuietFiles(http.server.SimpleHTTPRequestHandler):
    """The mock-ups' files, without a line for each request."""

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing."""


class Shots:
    """A browser on the demo shop."""

    def __init__(self, browser: Browser, shop: str) -> None:
        self.browser, self.shop = browser, shop

    @contextmanager
    def page(
        self, width: int = DESK, height: int = 900, scheme: str = "light", lang: str = "en"
    ) -> Iterator[Page]:
        """A page in a window of its own."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            locale=lang,
            reduced_motion="reduce",
        )
        yield context.new_page()
        context.close()

    def go(self, page: Page, path: str) -> None:
        """Go to a page of the shop, wake all pictures, and wait for them."""
        page.goto(f"{self.shop}/{path}")
        ready(page)


def ready(page: Page) -> None:
    """Load what loads late, and wait for the typefaces."""
    page.evaluate(
        "() => document.querySelectorAll('img[loading]').forEach(img => { img.loading = 'eager'; })"
    )
    page.wait_for_load_state("networkidle")
    page.evaluate("() => document.fonts.ready")


# --- making files small


def opened(data: bytes) -> Image.Image:
    """A screenshot as a picture."""
    return Image.open(BytesIO(data)).convert("RGB")


def save(picture: Image.Image, name: str) -> None:
    """Write a PNG of at most MOST_BYTES: with fewer colours, and if need be with fewer pixels."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    smaller = picture
    while True:
        for colours in (256, 128, 64):
            buffer = BytesIO()
            smaller.quantize(colours, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
            if buffer.tell() <= MOST_BYTES:
                (PICTURES / name).write_bytes(buffer.getvalue())
                print(f"  {name}: {smaller.width} x {smaller.height}, {buffer.tell() // 1000} kB")
                return
        smaller = smaller.resize(
            (smaller.width * 9 // 10, smaller.height * 9 // 10), Image.Resampling.LANCZOS
        )


def beside(pictures: list[Image.Image], gap: int = GAP) -> Image.Image:
    """Pictures in a row, on paper."""
    width = sum(one.width for one in pictures) + gap * (len(pictures) - 1)
    row = Image.new("RGB", (width, max(one.height for one in pictures)), PAPER)
    left = 0
    for one in pictures:
        row.paste(one, (left, 0))
        left += one.width + gap
    return row


def below(rows: list[Image.Image], gap: int = GAP) -> Image.Image:
    """Rows one below the other, on paper, with a margin."""
    height = sum(row.height for row in rows) + gap * (len(rows) + 1)
    sheet = Image.new("RGB", (max(row.width for row in rows) + 2 * gap, height), PAPER)
    top = gap
    for row in rows:
        sheet.paste(row, (gap, top))
        top += row.height + gap
    return sheet


# --- the first screen


def first_screen(shots: Shots) -> None:
    """A product page with an open badge, beside an article with its call to action."""
    width, height = 1000, 1143
    with shots.page(width, height) as page:
        shots.go(page, PRODUCT)
        page.locator(".proof summary").first.click()
        page.locator(".proofs").scroll_into_view_if_needed()
        page.evaluate(
            "() => scrollTo(0, document.querySelector('.proofs').getBoundingClientRect().top + scrollY - 560)"
        )
        product = opened(page.screenshot())
    with shots.page(width, height) as page:
        shots.go(page, ARTICLE["en"])
        page.evaluate(
            "() => scrollBy(0, document.querySelector('.cta').getBoundingClientRect().bottom - 1083)"
        )
        read = opened(page.screenshot())
    halves = [one.resize((694, 793), Image.Resampling.LANCZOS) for one in (product, read)]
    save(beside(halves), "first-screen.png")


# --- the ten things of docs/reference-page.md


def element(page: Page, found: Locator, width: int = 800) -> Image.Image:
    """A part of a page, with a little paper around it, at most so wide."""
    found.scroll_into_view_if_needed()
    box = found.bounding_box()
    assert box, found
    clip = {
        "x": max(box["x"] - 16, 0),
        "y": max(box["y"] - 16, 0),
        "width": box["width"] + 32,
        "height": box["height"] + 32,
    }
    picture = opened(page.screenshot(clip=clip))  # type: ignore[arg-type]
    if picture.width > width:
        picture = picture.resize((width, picture.height * width // picture.width), Image.Resampling.LANCZOS)
    return picture


def ten_things(shots: Shots) -> None:
    """The pictures of docs/reference-page.md."""
    with shots.page(900, 1400, lang="nl") as page:
        shots.go(page, ARTICLE["nl"])
        save(element(page, page.locator(".article__head")), "se-01.png")
    with shots.page(1100, 1600) as page:
        shots.go(page, "en/blog")
        save(element(page, page.locator(".posts").first), "se-02.png")
    with shots.page(900, 1800) as page:
        shots.go(page, ARTICLE["en"])
        save(element(page, page.locator(".prose p", has=page.locator(".cite")).first), "se-06.png")
        save(element(page, page.locator("#refs")), "se-08.png")
        save(element(page, page.locator(".people")), "se-14.png")
        save(element(page, page.locator(".cta").last), "se-17.png")
    with shots.page(1100, 1100) as page:
        enter(shots, page)
        shots.go(page, "admin/blog/references")
        page.locator("#pasted").fill(PASTED)
        page.locator("#pasted").press("Enter")
        page.wait_for_url(lambda url: not url.endswith("/references"))
        ready(page)
        save(opened(page.screenshot()).resize((800, 800), Image.Resampling.LANCZOS), "se-10.png")
    with shots.page(1100, 1600) as page:
        shots.go(page, PRODUCT)
        page.locator(".proof summary").first.click()
        save(element(page, page.locator(".proofs")), "se-22.png")
    for width, name in ((DESK, "se-23.png"), (PHONE, "se-24.png")):
        with shots.page(width, 1200) as page:
            shots.go(page, ARTICLE["en"])
            save(element(page, page.locator(".carousel")), name)


def enter(shots: Shots, page: Page) -> None:
    """Sign in as admin, in English."""
    shots.go(page, "admin/sign-in")
    page.locator("form[action$='/dev/enter/admin'] button").click()
    page.wait_for_url("**/admin/")
    page.locator("button[name=lang][value=en]").first.click()
    page.wait_for_load_state("networkidle")


# --- the sheet


def batch_on_sale(shots: Shots, page: Page) -> None:
    """The page of the batch that is on sale."""
    shots.go(page, PRODUCT)
    shots.go(page, f"en/batch/{page.locator('#buy .code').first.inner_text()}")


def add_to_cart(shots: Shots, page: Page) -> None:
    """Put the product into the cart; the drawer opens."""
    shots.go(page, PRODUCT)
    page.locator("#buy button.btn--main").click()
    page.locator("#cart-drawer[open]").wait_for()
    ready(page)


def cart(shots: Shots, page: Page) -> None:
    """The cart with the product in it."""
    add_to_cart(shots, page)
    shots.go(page, "en/cart")


def checkout_errors(shots: Shots, page: Page) -> None:
    """The checkout, sent with mistakes."""
    add_to_cart(shots, page)
    shots.go(page, "nl/checkout")
    page.locator("#email").fill("lotte.jansen")
    page.locator("#checkout button[type=submit]").click()
    page.locator(".error-summary").wait_for()


def paid_order(shots: Shots, page: Page) -> None:
    """The page of an order that was paid just now."""
    add_to_cart(shots, page)
    order_and_pay(shots, page)


def order_and_pay(shots: Shots, page: Page) -> None:
    """Order what is in the cart, and pay it."""
    shots.go(page, "en/checkout")
    typed = {
        "email": "lotte.jansen@example.nl",
        "name": "Lotte Jansen",
        "postcode": "9711 LM",
        "street": "Oude Ebbingestraat 12",
        "city": "Groningen",
    }
    for field, value in typed.items():
        page.locator(f"#{field}").fill(value)
    page.locator("#terms").check()
    page.locator("#checkout button[type=submit]").click()
    page.locator("form[action$='/pay'] button").click()
    page.locator(".verdict").wait_for()
    ready(page)


def staff(path: str) -> Callable[[Shots, Page], None]:
    """A page of the admin."""

    def visit(shots: Shots, page: Page) -> None:
        enter(shots, page)
        shots.go(page, path)

    return visit


def public(path: str) -> Callable[[Shots, Page], None]:
    """A page of the shop or the blog."""
    return lambda shots, page: shots.go(page, path)


# Name: (how we come there, the mock-up's file, width, colours)
SHEET: dict[str, tuple[Callable[[Shots, Page], None], str, int, str]] = {
    "home": (public("nl/"), "shop/home.html", DESK, "light"),
    "product": (public(PRODUCT), "shop/product.html", DESK, "light"),
    "list, dark": (public("en/products"), "shop/products.html", DESK, "dark"),
    "article": (public(ARTICLE["nl"]), "shop/article.nl.html", DESK, "light"),
    "blog": (public("en/blog"), "shop/blog.html", DESK, "light"),
    "batch": (batch_on_sale, "shop/batch.html", DESK, "light"),
    "cart": (cart, "shop/cart.html", DESK, "light"),
    "checkout with errors": (checkout_errors, "shop/checkout.nl.html", DESK, "light"),
    "order": (paid_order, "shop/order.html", DESK, "light"),
    "admin, dashboard": (staff("admin/"), "admin/dashboard.html", DESK, "light"),
    "admin, product": (staff("admin/products/mgt-c"), "admin/product-edit.html", DESK, "light"),
    "admin, article": (staff("admin/blog/edit/magnesium-brain"), "admin/article-edit.html", DESK, "dark"),
    "home on a phone": (public("nl/"), "shop/home.html", PHONE, "light"),
    "product on a phone": (public(PRODUCT), "shop/product.html", PHONE, "dark"),
    "article on a phone": (public(ARTICLE["en"]), "shop/article.en.html", PHONE, "light"),
}


def sheet(shots: Shots, design: str | None) -> None:
    """All pages in small, each beside its mock-up when there is one. Large versions go to build/shots."""
    LARGE.mkdir(parents=True, exist_ok=True)
    pairs = []
    for name, (visit, mock_up, width, scheme) in SHEET.items():
        with shots.page(width, DESK_HEIGHT if width == DESK else 844, scheme) as page:
            visit(shots, page)
            page.screenshot(path=LARGE / f"{name.replace(', ', '-').replace(' ', '-')}.png", full_page=True)
            page.evaluate("() => scrollTo(0, 0)")
            pair = [opened(page.screenshot())]
            if design:
                page.goto(f"{design}/{mock_up}")
                ready(page)
                pair.append(opened(page.screenshot()))
        pairs.append(beside([thumb(one) for one in pair], 4))
    rows = [beside(pairs[start : start + 3], 2 * GAP) for start in range(0, len(pairs), 3)]
    save(below(rows, 2 * GAP), "sheet.png")


def thumb(picture: Image.Image) -> Image.Image:
    """The upper part of a page, in small."""
    width = THUMB if picture.width > 600 else THUMB * 844 // 1600
    small = picture.resize((width, picture.height * width // picture.width), Image.Resampling.LANCZOS)
    return small.crop((0, 0, width, min(small.height, THUMB_HEIGHT)))


# --- running


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The shop on a port of this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@contextmanager
def mock_ups() -> Iterator[str | None]:
    """The mock-ups on a port of this machine, or None when the design is not beside the work tree."""
    if not DESIGN.is_dir():
        yield None
        return
    handler = functools.partial(QuietFiles, directory=str(DESIGN))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@contextmanager
def demo_shop() -> Iterator[tuple[Flask, Shots]]:
    """The demo shop, served, with a browser on it."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        app = demo_app(Path(folder))
        with served(app) as shop, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
            print(f"pictures in {PICTURES.relative_to(ROOT)}:")
            yield app, Shots(browser, shop)
            browser.close()


def main() -> None:
    """Renew all pictures."""
    with demo_shop() as (_app, shots), mock_ups() as design:
        first_screen(shots)
        ten_things(shots)
        sheet(shots, design)
    if design is None:
        print("the design is not beside the work tree: the sheet shows our pages alone")


if __name__ == "__main__":
    main()
