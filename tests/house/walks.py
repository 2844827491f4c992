"""The walks as docs/architecture.md tells them, and a recorder that sees what a request really enters."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Any

from tests.house.tree import ROOT, floors

NAMED = re.compile(r"`([\w/]+\.py):(\w+)`")


@dataclass(frozen=True, order=True)
class Step:
    """A function of a walk."""

    file: str
    function: str

    def __str__(self) -> str:
        return f"{self.file}:{self.function}"

    @property
    def room(self) -> str:
        """`storefront/shop/cart.py` is in `shop`; a plugin is one room."""
        top, room = self.file.split("/")[:2]
        return "plugins" if top == "plugins" else room.removesuffix(".py")

    @property
    def height(self) -> int:
        """The floor, counted from the top; plugins stand above all that they import."""
        if self.room == "plugins":
            return -1
        return next(number for number, rooms in enumerate(floors()) if self.room in rooms)


def _walks() -> dict[str, list[Step]]:
    page = (ROOT / "docs" / "architecture.md").read_text().split("## Four walks")[1].split("\n## ")[0]
    told = re.findall(r"^- \*([^*]+)\*: (.*?)(?=\n\n|\n- |\Z)", page, flags=re.MULTILINE | re.DOTALL)
    return {name: [Step(*found) for found in NAMED.findall(text)] for name, text in told}


WALKS = _walks()  # "Put into the cart" -> its steps in order


class Recorder:
    """`with Recorder() as seen:` notes every function of the shop and its plugins that is entered."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def __enter__(self) -> Recorder:
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, _argument: Any) -> None:
        file = frame.f_code.co_filename.removeprefix(f"{ROOT}/")
        if event == "call" and file.startswith(("storefront/", "plugins/")):
            self.steps.append(Step(file, frame.f_code.co_qualname))

    def took(self, walk: str) -> list[str]:
        """The steps of a walk that were not entered in its order."""
        entered, missed = iter(self.steps), []
        for step in WALKS[walk]:
            if step not in entered:  # asks the iterator: what came before is behind us
                missed.append(str(step))
        return missed
