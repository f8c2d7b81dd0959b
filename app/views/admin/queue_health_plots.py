"""The three plots of the page: calls, how long they took, what waited; each with its figures as a table behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from markupsafe import Markup

from app.clock import now
from app.domain.readable import UNKNOWN, age, count
from app.services.queue_health import Calls, Waiting, Window
from app.views.admin.queue_health_svg import Plot, Series, svg
from app.views.formats import day, moment, zone
from app.words import t


@dataclass(frozen=True, slots=True)
class Shown:
    """A plot on the page. `rows` are its figures, newest first, as (moment, one word for each series).

    Without any figures there is no picture, and `nothing` says so.
    """

    title: str
    legend: Sequence[tuple[str, str]]
    picture: Markup
    rows: Sequence[tuple[str, Sequence[str]]]
    nothing: str


def calls(found: Sequence[Calls], window: Window) -> Shown:
    """How many calls there were, and how many got no useful answer."""
    all_of_them = [each.calls for each in found]
    bad = [each.unanswered for each in found]
    plot = Plot(
        code="calls",
        title=t("Calls to the ERP"),
        description=t("{calls} calls in this time; {bad} of them got no useful answer.",
                      calls=count(sum(all_of_them)), bad=count(sum(bad))),
        series=(
            Series(t("Calls"), "first", all_of_them, filled=True),
            Series(t("Without a useful answer"), "trouble", bad, filled=True, rare=True),
        ),
        ends=_ends(window),
        said=_counted,
    )  # fmt: skip
    return _shown(plot, [each.at for each in found], t("No call was made in this time."))


def durations(found: Sequence[Calls], window: Window) -> Shown:
    """How long the calls took."""
    plot = Plot(
        code="durations",
        title=t("How long calls take"),
        description=_slowest(found),
        series=(
            Series(t("half of them"), "first", [each.p50 for each in found]),
            Series(t("95 of 100"), "second", [each.p95 for each in found]),
            Series(t("99 of 100"), "third", [each.p99 for each in found]),
        ),
        ends=_ends(window),
        said=_seconds,
    )
    nothing = t("No call was made in this time.")
    return _shown(plot, [each.at for each in found], nothing, said=milliseconds)


def waiting(found: Sequence[Waiting], window: Window) -> Shown:
    """How many messages waited for the ERP."""
    values = [each.messages for each in found]
    most = max(values, default=0)
    plot = Plot(
        code="waiting",
        title=t("Messages that wait"),
        description=t("At most {most} messages waited at once; now it is {last}.",
                      most=count(most), last=count(values[-1] if values else 0)),
        series=(Series(t("Messages"), "first", values, filled=True),),
        ends=_ends(window),
        said=_counted,
    )  # fmt: skip
    return _shown(plot, [each.at for each in found], t("Nothing waited at any of these moments."))


def milliseconds(value: float | None) -> str:
    """340 ms, and from ten seconds on 12 s."""
    if value is None:
        return UNKNOWN
    if value >= 10_000:
        return t("{n} s", n=count(round(value / 1000)))
    return t("{n} ms", n=count(round(value)))


def _slowest(found: Sequence[Calls]) -> str:
    slowest = max((each.p95 for each in found if each.p95 is not None), default=None)
    return t("In the slowest part 95 of 100 calls stayed within {time}.", time=milliseconds(slowest))


def _shown(
    plot: Plot, moments: Sequence[datetime], nothing: str, *, said: Callable[[float], str] | None = None
) -> Shown:
    said = said or plot.said
    rows = [
        (moment(at), [UNKNOWN if value is None else said(value) for value in values])
        for at, *values in zip(moments, *(each.values for each in plot.series), strict=True)
        if any(values)
    ]
    legend = [(each.look, each.name) for each in plot.series]
    return Shown(plot.title, legend, svg(plot) if rows else Markup(""), rows[::-1], nothing)


def _seconds(value: float) -> str:
    """Milliseconds as they stand at a scale: 0.5 s."""
    return t("{n} s", n=count(Decimal(str(round(value / 1000, 3)))))


def _counted(value: float) -> str:
    return count(round(value))


def _ends(window: Window) -> tuple[str, str, str]:
    """How long ago the beginning and the middle are; of a week, which day."""
    if window.length > timedelta(days=1):
        first, middle = now() - window.length, now() - window.length / 2
        return day(first.astimezone(zone()).date()), day(middle.astimezone(zone()).date()), t("now")
    return t("{time} ago", time=age(window.length)), t("{time} ago", time=age(window.length / 2)), t("now")
