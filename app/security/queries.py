"""The SQL of signing in: one statement per request. Runs as the login of the process, before any scope is entered."""

from __future__ import annotations

from sqlalchemy import text

_ACTOR = """
    m.id as membership_id, m.customer_id, m.roles, m.order_limit, m.portfolio,
    p.id as person_id, p.name, p.login, p.language,
    (select count(*) from membership o where o.person_id = p.id and o.ended_at is null) as memberships
"""

# Who is behind a browser session; also notes, at most once a minute, that it is in use.
BY_SESSION = text(f"""
    with found as (
        select s.id as session_id, s.seen_at, {_ACTOR}
        from sign_in_session s join membership m on m.id = s.membership_id join person p on p.id = m.person_id
        where s.key_hash = :hash and s.ended_at is null and m.ended_at is null and p.active
          and s.created_at > :oldest_start and s.seen_at > :oldest_use
    ), noted as (
        update sign_in_session set seen_at = :now
        where id = (select session_id from found where seen_at < :note_before)
    )
    select * from found
""")  # noqa: S608  column names, no values

BY_TOKEN = text(f"""
    select {_ACTOR}
    from api_token t join membership m on m.id = t.membership_id join person p on p.id = m.person_id
    where t.token_hash = :hash and t.revoked_at is null and t.expires_at > :now and m.ended_at is null and p.active
""")  # noqa: S608  column names, no values

# The membership somebody starts with is the oldest one still open.
BY_LOGIN = text(f"""
    select {_ACTOR}, u.password
    from person p join ab_user u on u.id = p.user_id join membership m on m.person_id = p.id
    where p.login in (:typed, :lower) and p.active and u.active and m.ended_at is null
    order by p.login = :typed desc, m.id limit 1
""")  # noqa: S608  column names, no values

START_SESSION = text("""
    insert into sign_in_session (membership_id, key_hash, created_at, seen_at) values (:membership_id, :hash, :now, :now)
""")

END_SESSION = text("update sign_in_session set ended_at = :now where key_hash = :hash and ended_at is null")

# The membership a browser works in changes with the row of its session; a token stays what it was made for.
SWITCH_SESSION = text("""
    update sign_in_session s set membership_id = m.id
      from membership m, membership now_in
     where s.key_hash = :hash and s.ended_at is null and now_in.id = s.membership_id
       and m.id = :membership_id and m.person_id = now_in.person_id and m.person_id = :person_id and m.ended_at is null
    returning m.id, m.customer_id
""")

MEMBERSHIPS = text("""
    select m.id, m.roles, c.number, c.name
    from membership m left join customer c on c.id = m.customer_id
    where m.person_id = :person_id and m.ended_at is null order by m.id
""")
