"""What the OpenAPI document says of a route, beside the route itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Operation:
    """`body` and `answer` name schemas of `app.views.api.schemas`."""

    summary: str
    answer: str
    body: str = ""
    query: Sequence[str] = ()
    headers: Sequence[str] = ()
    statuses: Sequence[int] = (200,)
    optional_body: bool = False


def describe(summary: str, **what: Any) -> Callable[[View], View]:
    """Attach an `Operation` to a view."""

    def mark(view: View) -> View:
        view.operation = Operation(summary, **what)  # type: ignore[attr-defined]
        return view

    return mark
