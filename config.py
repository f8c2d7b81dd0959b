"""Every setting of Portico: read from the environment once, checked once, and described in one table.

The table ``SETTINGS`` is also what the documentation is made from. Not for what administrators change while Portico
runs: that lives in the database.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psycopg

DEMO_SECRET_KEY = "portico-demo-secret-key-never-for-production"  # noqa: S105  refused in production
DEMO_ENCRYPTION_KEY = base64.urlsafe_b64encode(b"portico-demo-key-32-bytes-long!!").decode()
DEMO_CLIENT_SECRET = "portico-sandbox"  # noqa: S105  the sandbox ERP's own, refused in production
ENVIRONMENTS = ("demo", "production", "test")


class SettingsProblem(Exception):
    """One or more settings have to be changed first.

    :param problems: a sentence for each
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Kind:
    """A kind of value.

    :param read: turns the text into the value; its ValueError completes the sentence "NAME …"
    """

    name: str
    read: Callable[[str], Any]


@dataclass(frozen=True)
class Setting:
    """One line of the table.

    :param kind: how the text is read
    :param default: the text used when the variable is not set
    :param demo: the text used instead when PORTICO_ENV is demo or test
    :param secret: never shown, in a log, a report or a repr
    :param needed: production does not start without it
    """

    name: str
    kind: Kind
    meaning: str
    example: str
    default: str = ""
    demo: str | None = None
    secret: bool = False
    needed: bool = False

    @property
    def field(self) -> str:
        """The name of the attribute of ``Settings``."""
        return {"PORTICO_ENV": "environment", "PORTICO_VAR": "var"}.get(self.name, self.name.lower())

    def default_in(self, environment: str) -> str:
        return self.default if environment == "production" or self.demo is None else self.demo


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(f"is {text!r}, and has to be one of: {', '.join(choices)}.")
        return text

    return read


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text) or not low <= int(text) <= high:
            raise ValueError(f"is {text!r}, and has to be a whole number from {low} to {high}.")
        return int(text)

    return read


def _speed(text: str) -> float:
    if not re.fullmatch(r"\d+(\.\d+)?", text):
        raise ValueError(f"is {text!r}, and has to be a number such as 1 or 60.")
    return float(text)


def _folder(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _postgres(text: str) -> str:
    """An address as SQLAlchemy wants it; the plain forms are taken too. Its password must not get into a sentence."""
    if not text:
        return ""
    scheme, _, rest = text.partition("://")
    if scheme not in ("postgresql+psycopg", "postgresql", "postgres") or not urlsplit(f"x://{rest}").path.strip("/"):
        raise ValueError("has to look like postgresql+psycopg://user:password@host:5432/portico.")
    return f"postgresql+psycopg://{rest}"


def _url(*schemes: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text and (not text.startswith(tuple(f"{scheme}://" for scheme in schemes)) or text.endswith("://")):
            raise ValueError(f"has to begin with {' or '.join(f'{scheme}://' for scheme in schemes)} and name a host.")
        return text.rstrip("/")

    return read


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as err:
        raise ValueError(f"is {text!r}, and has to be a time zone such as Europe/Berlin or UTC.") from err
    return text


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _keys(text: str) -> tuple[str, ...]:
    keys = _list(text)
    for key in keys:
        try:
            size = len(base64.urlsafe_b64decode(key))
        except (binascii.Error, ValueError):
            size = 0
        if size != 32:
            raise ValueError("has to be one or more keys of 32 bytes in URL-safe base64, separated by commas.")
    return keys


def _event_secrets(text: str) -> tuple[str, ...]:
    secrets = _list(text)
    for secret in secrets:
        try:
            size = len(base64.b64decode(secret.removeprefix("whsec_"), validate=True))
        except (binascii.Error, ValueError):
            size = 0
        if not secret.startswith("whsec_") or not 24 <= size <= 64:
            raise ValueError("has to be one or more of whsec_ and 24 to 64 bytes in base64, separated by commas.")
    return secrets


def _destinations(text: str) -> tuple[str, ...]:
    for part in _list(text):
        if not re.fullmatch(r"[\w.-]+:\d{1,5}", part) and not _is_network(part):
            raise ValueError(f"holds {part!r}, and takes host:port or a network such as 10.1.0.0/16.")
    return _list(text)


def _networks(text: str) -> tuple[str, ...]:
    for part in _list(text):
        if not _is_network(part):
            raise ValueError(f"holds {part!r}, and takes addresses or networks such as 10.0.0.5 or 10.0.0.0/24.")
    return _list(text)


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _installation(text: str) -> str:
    if not re.fullmatch(r"[0-9A-Z]{2}", text):
        raise ValueError(f"is {text!r}, and has to be two characters from 0-9 and A-Z.")
    return text


def _percent(text: str) -> Decimal:
    if not re.fullmatch(r"\d{1,2}(\.\d{1,3})?", text):
        raise ValueError(f"is {text!r}, and has to be a percentage such as 2 or 1.5.")
    return Decimal(text)


def _window(text: str) -> tuple[datetime, datetime] | None:
    """Two moments without a zone: the business time zone is meant."""
    if not text:
        return None
    try:
        start, end = (datetime.strptime(part.strip(), "%Y-%m-%dT%H:%M") for part in text.split("/"))  # noqa: DTZ007
    except ValueError:
        raise ValueError(f"is {text!r}, and has to look like 2026-11-28T20:00/2026-11-28T22:00.") from None
    if end <= start:
        raise ValueError(f"is {text!r}, and ends before it begins.")
    return start, end


TEXT = Kind("text", str)
DATABASE = Kind("PostgreSQL address", _postgres)
REDIS = Kind("Redis address", _url("redis", "rediss", "unix"))
WEB = Kind("web address", _url("http", "https"))
MAIL = Kind("mail server", _url("smtp", "smtps"))
ENVIRONMENT = Kind("one of demo, production, test", _one_of(*ENVIRONMENTS))
FORMAT = Kind("json or text", _one_of("json", "text"))
ZONE = Kind("time zone", _zone)
KEYS = Kind("keys, separated by commas", _keys)
EVENT_SECRETS = Kind("whsec_ secrets, separated by commas", _event_secrets)
DESTINATIONS = Kind("host:port or networks, separated by commas", _destinations)
NETWORKS = Kind("addresses or networks, separated by commas", _networks)
FOLDER = Kind("folder", _folder)
PORT = Kind("port", _whole(1, 65535))
COUNT = Kind("whole number", _whole(1, 64))
DAYS = Kind("days", _whole(7, 3_650))
MINUTES = Kind("minutes", _whole(1, 10_080))
SECONDS = Kind("seconds", _whole(10, 86_400))
SHARE = Kind("per cent", _whole(1, 100))
CALLS = Kind("whole number", _whole(6, 1_000_000))
SPEED = Kind("number", _speed)
PERCENT = Kind("percentage", _percent)
WINDOW = Kind("start/end", _window)
INSTALLATION = Kind("two characters 0-9, A-Z", _installation)

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "PORTICO_ENV",
        ENVIRONMENT,
        "What this installation is for. Production refuses demo users, default secrets and a database that may forget.",
        "production",
        default="demo",
    ),
    Setting(
        "DATABASE_URL",
        DATABASE,
        "PostgreSQL for the web: a login that owns nothing, sees rows only through a scope and reads reference tables.",
        "postgresql+psycopg://portico_web:secret@db.internal:5432/portico",
        secret=True,
        needed=True,
    ),
    Setting(
        "DATABASE_WORKER_URL",
        DATABASE,
        "PostgreSQL for worker and scheduler: the same, and may write reference tables.",
        "postgresql+psycopg://portico_worker:secret@db.internal:5432/portico",
        secret=True,
    ),
    Setting(
        "DATABASE_OWNER_URL",
        DATABASE,
        "PostgreSQL for `db upgrade` only: the login that owns the tables. Web and worker do not need it.",
        "postgresql+psycopg://portico_owner:secret@db.internal:5432/portico",
        secret=True,
    ),
    Setting(
        "REDIS_URL",
        REDIS,
        "Redis, the doorbell of the worker. Nothing is lost when it is.",
        "redis://cache.internal:6379/0",
        secret=True,
        needed=True,
    ),
    Setting(
        "BUSINESS_TIME_ZONE",
        ZONE,
        'Where "today", the cut-off hour and the validity of prices are dates.',
        "Europe/Berlin",
        default="UTC",
    ),
    Setting(
        "METRICS_TOKEN",
        TEXT,
        "What Prometheus sends as bearer token to read /metrics.",
        "a long random text",
        secret=True,
        needed=True,
    ),
    Setting(
        "SECRET_KEY",
        TEXT,
        "Signs sessions and forms. At least 32 characters.",
        "the output of: python -c 'import secrets; print(secrets.token_hex(32))'",
        demo=DEMO_SECRET_KEY,
        secret=True,
        needed=True,
    ),
    Setting(
        "ENCRYPTION_KEYS",
        KEYS,
        "Encrypts secrets kept in the database. The first encrypts, all decrypt: to rotate, put a new one in front.",
        "the output of: openssl rand -base64 32 | tr +/ -_",
        demo=DEMO_ENCRYPTION_KEY,
        secret=True,
        needed=True,
    ),
    Setting(
        "PUBLIC_URL",
        WEB,
        "The address people type; links in e-mails begin with it. In production it begins with https://.",
        "https://orders.example.com",
        demo="http://127.0.0.1:8080",
        needed=True,
    ),
    Setting(
        "ERP_ALLOWLIST",
        DESTINATIONS,
        "The only places a connection to an ERP may lead to: host:port or a network, separated by commas.",
        "api.businesscentral.dynamics.com:443,login.microsoftonline.com:443",
        demo="127.0.0.0/8",
    ),
    Setting(
        "SMTP_URL",
        MAIL,
        "The mail server. Without it no mail is sent, and messages are read in the portal.",
        "smtp://portico:secret@mail.internal:587",
        secret=True,
    ),
    Setting(
        "LOG_FORMAT",
        FORMAT,
        "How log lines look: json for machines, text for people.",
        "json",
        default="json",
        demo="text",
    ),
    Setting(
        "TRUSTED_PROXIES",
        NETWORKS,
        "The proxies whose X-Forwarded-For and X-Request-ID are believed. Nobody's by default.",
        "10.0.0.5,10.0.1.0/24",
    ),
    Setting("PORT", PORT, "The port the web listens on.", "8080", default="8080"),
    Setting(
        "BIND_ADDRESS",
        TEXT,
        "The address the web listens on: this machine only, unless a proxy elsewhere has to reach it.",
        "0.0.0.0",  # noqa: S104  an example
        default="127.0.0.1",
    ),
    Setting(
        "PORTICO_VAR",
        FOLDER,
        "Where data, logs and generated secrets of `run.py` lie.",
        "/srv/portico/var",
        default=str(Path(__file__).parent / "var"),
    ),
    Setting("WEB_WORKERS", COUNT, "Processes of the web.", "4", default="2"),
    Setting("WEB_THREADS", COUNT, "Threads in each of them.", "8", default="4"),
    Setting(
        "SANDBOX_PORT",
        PORT,
        "The port of the sandbox ERP that `run.py` starts.",
        "8090",
        default="8090",
    ),
    Setting(
        "SANDBOX_SPEED",
        SPEED,
        "How fast the sandbox ERP's clock runs when it moves orders through their life; 60 makes an hour a minute.",
        "600",
        default="60",
    ),
    Setting(
        "ERP_URL",
        WEB,
        "Where the ERP's API is. In the demo the sandbox of this machine.",
        "https://api.businesscentral.dynamics.com",
        demo="http://127.0.0.1:8090",
    ),
    Setting("ERP_TENANT", TEXT, "The tenant at the ERP.", "contoso", demo="portico-demo"),
    Setting("ERP_ENVIRONMENT", TEXT, "The environment there.", "Production", demo="Sandbox"),
    Setting(
        "ERP_COMPANY",
        TEXT,
        "The company whose books we keep.",
        "Contoso",
        demo="Adventure Works",
    ),
    Setting(
        "ERP_CLIENT_ID",
        TEXT,
        "Whom the ERP knows us as.",
        "a GUID of Entra ID",
        demo="portico",
    ),
    Setting(
        "ERP_CLIENT_SECRET",
        TEXT,
        "The secret that goes with it.",
        "from Entra ID",
        demo=DEMO_CLIENT_SECRET,
        secret=True,
    ),
    Setting(
        "ERP_EVENT_SECRETS",
        EVENT_SECRETS,
        "Signs events an ERP sends in the form of Standard Webhooks. Each counts: to rotate, put a new one beside the old.",
        "the output of: echo whsec_$(openssl rand -base64 32)",
        secret=True,
    ),
    Setting(
        "OUTBOX_LEASE_SECONDS",
        SPEED,
        "How long a worker may hold a message to the ERP before another one takes it; longer than the longest call.",
        "120",
        default="120",
    ),
    Setting(
        "OUTBOX_SENDERS",
        COUNT,
        "How many messages a worker sends to the ERP at once; those of one order always go one after the other.",
        "8",
        default="4",
    ),
    Setting(
        "OUTBOX_RETRY_SCALE",
        SPEED,
        "Multiplies the waits between the tries of a message: 1, except in tests that run through them faster.",
        "1",
        default="1",
    ),
    Setting(
        "ERP_CALLS_PER_MINUTE",
        CALLS,
        "How many calls a minute all parts of Portico together may make to the ERP. Business Central allows 600.",
        "300",
        default="600",
    ),
    Setting(
        "ERP_CALL_DAYS",
        DAYS,
        "How long the calls made for orders are kept with what was said. Counts of all calls are kept for 400 days.",
        "365",
        default="90",
    ),
    Setting(
        "ALERT_DEAD_LETTER_MINUTES",
        MINUTES,
        "How long a message to the ERP may need a person before administrators are told by mail.",
        "60",
        default="15",
    ),
    Setting(
        "ALERT_UNPOSTED_MINUTES",
        MINUTES,
        "How long an order may wait to reach the ERP before administrators are told.",
        "60",
        default="30",
    ),
    Setting(
        "ALERT_BREAKER_MINUTES",
        MINUTES,
        "How long an ERP may be silent before administrators are told.",
        "15",
        default="5",
    ),
    Setting(
        "ALERT_UNANSWERED_PERCENT",
        SHARE,
        "What share of the calls to an ERP may get no useful answer within ten minutes before administrators are told.",
        "50",
        default="25",
    ),
    Setting(
        "ALERT_RETRY_AFTER_MINUTES",
        MINUTES,
        "Administrators are told when an ERP asks us to wait longer than this. We wait an hour at most.",
        "45",
        default="30",
    ),
    Setting(
        "ALERT_QUEUE_LAG_SECONDS",
        SECONDS,
        "How long work may wait to be taken up before administrators are told.",
        "300",
        default="120",
    ),
    Setting(
        "ALERT_SILENCE_SECONDS",
        SECONDS,
        "How long worker or scheduler may give no sign of life before administrators are told.",
        "180",
        default="60",
    ),
    Setting(
        "ALERT_REFERENCE_MINUTES",
        MINUTES,
        "How old the mirror of the ERP's data may get before administrators are told.",
        "120",
        default="30",
    ),
    Setting(
        "ALERT_DRIFT_MINUTES",
        MINUTES,
        "How long a difference between portal and ERP may wait for a decision before administrators are told.",
        "60",
        default="15",
    ),
    Setting(
        "ERP_NAME",
        TEXT,
        "What the ERP is called where desk and administrators read of it.",
        "Business Central",
        default="Business Central",
    ),
    Setting(
        "ERP_LIVE_CALLS",
        COUNT,
        "How many live calls for prices a process of the web makes to the ERP at once; fewer than WEB_THREADS.",
        "3",
        default="2",
    ),
    Setting(
        "PRICE_TOLERANCE_PERCENT",
        PERCENT,
        "How much dearer a line may become at the ERP before its buyer is asked.",
        "1.5",
        default="2",
    ),
    Setting(
        "PRICE_WAIT_MINUTES",
        COUNT,
        "How long an order with last-known prices waits for an ERP that answers, but not for prices; then they count.",
        "30",
        default="15",
    ),
    Setting(
        "PRICE_AGE_HOURS",
        COUNT,
        "How old the prices of the mirror may get before buyers are told.",
        "12",
        default="24",
    ),
    Setting(
        "MAINTENANCE",
        WINDOW,
        "A time in which Portico is for reading only, in the business time zone: start and end.",
        "2026-11-28T20:00/2026-11-28T22:00",
    ),
    Setting(
        "INSTALLATION",
        INSTALLATION,
        "Begins every order key sent to an ERP, so that two installations on one ERP never meet. Never change it.",
        "A1",
        default="P0",
    ),
)


@dataclass(frozen=True)
class Settings:
    """The settings as values. Secrets do not show in its repr."""

    environment: str
    database_url: str = field(repr=False)
    database_worker_url: str = field(repr=False)
    database_owner_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    business_time_zone: str
    metrics_token: str = field(repr=False)
    secret_key: str = field(repr=False)
    encryption_keys: tuple[str, ...] = field(repr=False)
    public_url: str
    erp_allowlist: tuple[str, ...]
    smtp_url: str = field(repr=False)
    log_format: str
    trusted_proxies: tuple[str, ...]
    port: int
    bind_address: str
    var: Path
    web_workers: int
    web_threads: int
    sandbox_port: int
    sandbox_speed: float
    erp_url: str
    erp_tenant: str
    erp_environment: str
    erp_company: str
    erp_client_id: str
    erp_client_secret: str = field(repr=False)
    erp_event_secrets: tuple[str, ...] = field(repr=False)
    outbox_lease_seconds: float
    outbox_senders: int
    outbox_retry_scale: float
    erp_calls_per_minute: int
    erp_call_days: int
    alert_dead_letter_minutes: int
    alert_unposted_minutes: int
    alert_breaker_minutes: int
    alert_unanswered_percent: int
    alert_retry_after_minutes: int
    alert_queue_lag_seconds: int
    alert_silence_seconds: int
    alert_reference_minutes: int
    alert_drift_minutes: int
    erp_name: str
    erp_live_calls: int
    price_tolerance_percent: Decimal
    price_wait_minutes: int
    price_age_hours: int
    maintenance: tuple[datetime, datetime] | None
    installation: str

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Settings:
        """Read and check every setting.

        :raises SettingsProblem: with a sentence for each that has to be changed, all at once
        """
        environment = env.get("PORTICO_ENV") or "demo"
        values: dict[str, Any] = {}
        problems: list[str] = []
        for setting in SETTINGS:
            try:
                values[setting.field] = setting.kind.read(env.get(setting.name) or _default(setting, environment, env))
            except ValueError as err:
                problems.append(f"{setting.name} {err}")
        if problems:
            raise SettingsProblem(problems)
        settings = cls(**values)
        if settings.is_production and (found := production_problems(settings)):
            raise SettingsProblem(found)
        return settings

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def is_demo(self) -> bool:
        return self.environment == "demo"

    def require(self, *fields: str) -> None:
        """Refuse to go on without these settings, which not every command needs.

        :raises SettingsProblem: naming the ones that are not set
        """
        names = {setting.field: setting.name for setting in SETTINGS}
        advice = "start Portico with `make run` first, which sets it, or set it yourself."
        missing = [f"{names[name]} is not set: {advice}" for name in fields if not getattr(self, name)]
        if missing:
            raise SettingsProblem(missing)


def _default(setting: Setting, environment: str, env: Mapping[str, str]) -> str:
    """The ports people change most often carry over to the addresses made from them."""
    if environment != "production" and setting.name == "PUBLIC_URL" and env.get("PORT"):
        return f"http://127.0.0.1:{env['PORT']}"
    if environment != "production" and setting.name == "ERP_URL" and env.get("SANDBOX_PORT"):
        return f"http://127.0.0.1:{env['SANDBOX_PORT']}"
    return setting.default_in(environment)


def production_problems(settings: Settings) -> list[str]:
    """What keeps these settings from carrying real orders, a sentence each; empty when nothing does."""
    missing = [
        f"{setting.name} is not set, and production does not start without it. Set it to {setting.example}."
        for setting in SETTINGS
        if setting.needed and not getattr(settings, setting.field)
    ]
    return missing + [sentence for sentence in _production_sentences(settings) if sentence]


def _production_sentences(settings: Settings) -> list[str]:
    fresh = "Make one with: python -c 'import secrets; print(secrets.token_hex(32))'."
    sentences = {
        f"SECRET_KEY is the one of the demo, which everybody knows. {fresh}": settings.secret_key == DEMO_SECRET_KEY,
        f"SECRET_KEY has fewer than 32 characters. {fresh}": 0 < len(settings.secret_key) < 32,
        "ENCRYPTION_KEYS holds the key of the demo, which everybody knows. Make one with: openssl rand -base64 32.": (
            DEMO_ENCRYPTION_KEY in settings.encryption_keys
        ),
        "ERP_CLIENT_SECRET is the one of the sandbox ERP. Take the secret of your own ERP.": (
            settings.erp_client_secret == DEMO_CLIENT_SECRET
        ),
        "PUBLIC_URL begins with http://, so passwords would travel in the open. Set it to an https:// address.": (
            settings.public_url.startswith("http://")
        ),
    }
    return [sentence for sentence, applies in sentences.items() if applies]


def durability_problems(connection: psycopg.Connection[Any]) -> list[str]:
    """What makes this database forget committed orders after a power cut, a sentence each.

    :param connection: any login; only settings are read
    """
    sentences = {
        "fsync": "fsync is off in PostgreSQL, so a power cut can destroy the database. Turn it on in postgresql.conf.",
        "synchronous_commit": (
            "synchronous_commit is off in PostgreSQL, so an order that was confirmed can be gone after a power cut. "
            "Set it to on, for the server and for the login."
        ),
    }
    rows = connection.execute(
        "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(sentences)]
    ).fetchall()
    return [sentences[name] for name, value in sorted(rows) if value == "off"]


def demo_problems(connection: psycopg.Connection) -> list[str]:
    """What in this database belongs to a demo and must not be there in production, a sentence each."""
    row = connection.execute(
        "select string_agg(login, ', ' order by login) from person where is_demo and active"
    ).fetchone()
    if row is None or row[0] is None:
        return []
    return [f"Demo users can sign in: {row[0]}. Disable each with: python run.py user disable NAME"]
