"""When an alert is due, as one statement each over what is stored, set-based and in the staff scope.

Each answers `subject`, which tells apart two of a kind, and `facts`, an object for the words. `:limit` is the threshold.
"""

from __future__ import annotations

from collections.abc import Iterable

from app import heartbeat
from app.domain.erp_outcomes import UNANSWERED as UNANSWERED_OUTCOMES
from app.services.reconciliation.kinds import FOR_PEOPLE, Kind

DOUBLE_KINDS = (Kind.TWICE, Kind.LOOKALIKE)


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(f"'{code}'" for code in sorted(codes))


_UNANSWERED = _listed(UNANSWERED_OUTCOMES)
_DOUBLE = _listed(DOUBLE_KINDS)
_FOR_PEOPLE = _listed(FOR_PEOPLE.difference(DOUBLE_KINDS))

DEAD_LETTER = """
    select '' as subject, jsonb_build_object('n', count(*), 'since', min(coalesce(finished_at, created_at))) as facts
      from outbox_message
     where state = 'dead' and coalesce(finished_at, created_at) < now() - make_interval(mins => :limit)
    having count(*) > 0"""

UNPOSTED = """
    select '' as subject, jsonb_build_object('n', count(*), 'since', min(created_at)) as facts
      from outbox_message
     where state = 'waiting' and kind = 'create_order' and created_at < now() - make_interval(mins => :limit)
    having count(*) > 0"""

# A breaker that is tried now and then moves each time; how long there was no answer is what counts.
BREAKER = """
    select connection as subject, jsonb_build_object('since', since, 'next', probe_at, 'reason', reason) as facts
      from (select connection, probe_at, reason, least(changed_at, coalesce(answered_at, (
                       select min(started_at) from erp_call c where c.connection = l.connection))) as since
              from erp_line l where breaker <> 'closed') line
     where since < now() - make_interval(mins => :limit)"""

UNANSWERED = f"""
    select connection as subject, jsonb_build_object('calls', calls, 'bad', bad) as facts
      from (select connection, sum(calls) as calls,
                   coalesce(sum(calls) filter (where outcome in ({_UNANSWERED})), 0) as bad
              from erp_call_minute where minute > now() - interval '10 minutes' group by connection) counted
     where calls >= 10 and 100 * bad >= :limit * calls"""  # noqa: S608

# We never wait longer than an hour, however long an ERP asks for; this finds one that asks for so much.
RETRY_AFTER = """
    select connection as subject, jsonb_build_object('until', not_before) as facts
      from erp_line where not_before > now() + make_interval(mins => :limit)"""

# Who is silent is told by the two that follow, not by this one.
QUEUE_LAG = f"""
    select '' as subject, jsonb_build_object('seconds', round(seconds)) as facts
      from ({heartbeat.LAG}) lag
     where seconds > :limit and rung_at > now() - interval '1 minute'
       and (alive_at is null or alive_at > now() - interval '1 minute')"""  # noqa: S608

WORKER_SILENT = f"""
    select '' as subject, jsonb_build_object('since', alive_at) as facts
      from ({heartbeat.LAG}) lag where alive_at < now() - make_interval(secs => :limit)"""  # noqa: S608

SCHEDULER_SILENT = f"""
    select '' as subject, jsonb_build_object('since', rung_at) as facts
      from ({heartbeat.LAG}) lag where rung_at < now() - make_interval(secs => :limit)"""  # noqa: S608

REFERENCE_AGE = """
    select source as subject, jsonb_build_object('since', min(fresh_at),
                                                 'entities', array_agg(entity order by entity)) as facts
      from sync_state where fresh_at < now() - make_interval(mins => :limit) group by source"""

SET_ASIDE = """
    select source as subject, jsonb_build_object('n', sum(quarantined),
                                                 'entities', array_agg(entity order by entity)) as facts
      from sync_state where quarantined > 0 group by source"""

MAIL_DEAD = """
    select '' as subject, jsonb_build_object('n', count(*), 'since', min(created_at)) as facts
      from mail where state = 'dead' and created_at > now() - interval '1 day' having count(*) > 0"""

# Kinds that heal by themselves are left to do so.
DRIFT = f"""
    select source as subject, jsonb_build_object('n', count(*), 'since', min(found_at),
                                                 'kinds', array_agg(distinct kind order by kind)) as facts
      from drift where state = 'open' and kind in ({_FOR_PEOPLE}) and found_at < now() - make_interval(mins => :limit)
     group by source"""  # noqa: S608

DOUBLE = f"""
    select source as subject, jsonb_build_object('n', count(*), 'since', min(found_at),
                                                 'objects', (array_agg(object order by found_at))[1:5]) as facts
      from drift where state = 'open' and kind in ({_DOUBLE}) group by source"""  # noqa: S608
