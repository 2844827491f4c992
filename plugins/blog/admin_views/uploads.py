"""Posts that carry a picture may be larger than others."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec

from flask import request
from flask.typing import ResponseReturnValue

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]


def larger_posts(most: int) -> Callable[[View[P]], View[P]]:
    """Let a view read posts of up to `most` bytes; the fields that are not files keep the general limit."""

    def decorate(view: View[P]) -> View[P]:
        @functools.wraps(view)
        def inner(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            request.max_content_length = most
            return view(*args, **kwargs)

        return inner

    return decorate
