"""Whether the queue is worked, measured from end to end: the time from a ring to the work.

The scheduler rings for `alerts.beat` as for any other job, and the job writes down that it ran; beside that every worker
process writes down that it lives, however long its job is. All of it stands in `schedule_tick`, with the clock of the
database, so neither Redis nor a process that stopped can make it look better than it is. Runs in the staff scope.
"""

from __future__ import annotations

from sqlalchemy import text

from app.extensions import session

RING = "alerts.beat"  # the entry of the schedule; its tick is when it was rung last
ANSWERED = "alerts.beat.answered"
ALIVE = "worker.alive"
EVERY = 10.0  # seconds between two rings
_SLACK = 2.0  # the scheduler looks at its list once a second

# One row: `seconds` of lag, null before the first ring; `rung_at`, `answered_at` and `alive_at`, null when never.
LAG = f"""
    select extract(epoch from greatest(
               answered_at - rung_at,
               case when answered_at is null or answered_at < rung_at then clock_timestamp() - rung_at end,
               clock_timestamp() - answered_at - interval '{EVERY + _SLACK} seconds',
               case when rung_at is not null then interval '0' end))::float8 as seconds,
           rung_at, answered_at, alive_at
      from (select max(ran_at) filter (where job = '{RING}') as rung_at,
                   max(ran_at) filter (where job = '{ANSWERED}') as answered_at,
                   max(ran_at) filter (where job = '{ALIVE}') as alive_at from schedule_tick) ticks"""  # noqa: S608
_LAG = text(LAG)
_NOTE = text("""
    insert into schedule_tick (job, ran_at) values (:job, clock_timestamp())
    on conflict (job) do update set ran_at = excluded.ran_at""")


def note(sign: str) -> None:
    """Write down that this happened now; the caller commits.

    :param sign: ANSWERED or ALIVE
    """
    session.execute(_NOTE, {"job": sign})


def lag() -> float | None:
    """Seconds from a ring to its work: of the last one that was answered, or of the one that still waits; None before any.

    While the scheduler rings no more, the time since work should have been done.
    """
    seconds: float | None = session.execute(_LAG).scalar()
    return seconds
