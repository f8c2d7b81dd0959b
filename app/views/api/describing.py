"""What the OpenAPI document says of a route, beside the route itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Operation:
    """`body` and `answer` name schemas of `app.views.api.schemas`.

    :ivar answer_type: what the answer is when it is no JSON, as application/pdf
    :ivar body_types: what else than JSON the body may come as
    """

    summary: str
    answer: str
    body: str = ""
    query: Sequence[str] = ()
    headers: Sequence[str] = ()
    statuses: Sequence[int] = (200,)
    optional_body: bool = False
    optional_headers: Sequence[str] = ()
    answer_type: str = "application/json"
    body_types: Sequence[str] = ("application/json",)


def describe(summary: str, **what: Any) -> Callable[[View], View]:
    """Attach an `Operation` to a view."""

    def mark(view: View) -> View:
        view.operation = Operation(summary, **what)  # type: ignore[attr-defined]
        return view

    return mark
