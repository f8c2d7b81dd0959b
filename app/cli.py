"""The commands of `run.py`. Each is a few lines: read settings, call the module that does the work, show its answer.

Exit codes: 0 done, 1 something needs attention, 2 the command or a setting has to be corrected first.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click
import psycopg

from app.embedded.notes import read_addresses
from app.embedded.problems import StartProblem
from app.errors import PortalError
from app.metrics_folder import share_metrics
from app.security.actor import Role
from config import Settings, SettingsProblem, demo_problems, durability_problems

CAST = """\
  alice    buyer at the first company, up to 5,000 net without approval
  bob      approver there                carol    company admin there
  charlie  buyer at the second company   dora     buyer and approver at a third, no limit
  max      account manager of the first two companies
  vera     validator                     ada      administrator
  password of all: portico-demo"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code; what people can mend is said in words, without a traceback."""
    try:
        commands(args=arguments, prog_name="run.py")
    except SettingsProblem as problem:
        _leave(problem.problems, code=2)
    except StartProblem as problem:
        _leave([problem.message, problem.fix], code=1)
    except PortalError as problem:
        _leave([problem.message, problem.fix], code=1)
    except psycopg.OperationalError as problem:
        _leave(["PostgreSQL does not let us in.", str(problem).strip(), "See what `run.py doctor` says."], code=1)


def _leave(lines: Iterable[str], *, code: int) -> None:
    for line in filter(None, lines):
        click.echo(line, err=True)
    sys.exit(code)


def _settings(*required: str) -> Settings:
    """From the environment and, in the demo, from the Portico that runs on this machine."""
    environment = dict(os.environ)
    if environment.get("PORTICO_ENV", "demo") == "demo":
        var = Path(environment.get("PORTICO_VAR") or Path(__file__).parents[1] / "var")
        environment = read_addresses(var) | environment
    settings = Settings.from_environment(environment)
    settings.require(*required)
    return settings


def _serving(*required: str) -> Settings:
    """Settings of a part that carries orders: in production only on a database that keeps what it was given."""
    from app.embedded.databases import dsn

    settings = _settings(*required)
    if settings.is_production:
        with psycopg.connect(dsn(getattr(settings, required[0])), connect_timeout=10) as connection:
            if problems := [*durability_problems(connection), *demo_problems(connection)]:
                raise SettingsProblem(problems)
    return settings


def _report(problems: Sequence[str], fine: str) -> None:
    """Every problem on a line and exit code 1, or the good news."""
    for problem in problems:
        click.echo(problem)
    if problems:
        sys.exit(1)
    click.echo(fine)


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def commands(context: click.Context) -> None:
    """Portico. Without a command: start everything on this machine, as `make run` does; Ctrl-C stops it."""
    if context.invoked_subcommand is None:
        sys.exit(_everything())


def _everything() -> int:
    from app.embedded.plan import Plan
    from app.embedded.supervisor import Supervisor

    settings = Settings.from_environment(os.environ)
    if settings.is_production:
        raise SettingsProblem(
            ["PORTICO_ENV is production, where each part is started by itself: web, worker, scheduler."]
        )
    plan = Plan(
        var=settings.var,
        port=settings.port,
        sandbox_port=settings.sandbox_port,
        sandbox_speed=settings.sandbox_speed,
        given=os.environ,
        closing=[
            "",
            f"Portico      {settings.public_url}",
            f"sandbox ERP  {settings.erp_url}",
            CAST,
            "Ctrl-C stops it.",
        ],
    )
    return Supervisor(plan, click.echo).run()


@commands.command()
def web() -> None:
    """Answer requests on PORT."""
    settings = _serving("database_url", "redis_url", "secret_key")
    from app.server import serve

    serve(settings)


@commands.command()
def worker() -> None:
    """Take work from Redis: deliver orders, read the ERP."""
    settings = _serving("database_worker_url", "redis_url")
    share_metrics(settings.var)
    from app.jobs import worker as jobs

    jobs.run(settings)


@commands.command()
def scheduler() -> None:
    """Ring for what is due by the clock. A second one waits until the first is gone."""
    settings = _serving("database_worker_url", "redis_url")
    from app.jobs import schedule

    schedule.run(settings)


@commands.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Instead of SANDBOX_PORT.")
@click.option("--erp", "name", type=click.Choice(["business_central"]), default="business_central", show_default=True)
def sandbox(port: int | None, name: str) -> None:
    """Pretend to be an ERP, with the AdventureWorks data inside."""
    settings = _settings()
    from app.erp.sandbox.server import main as pretend

    settings.var.mkdir(parents=True, exist_ok=True)
    store = str(settings.var / "sandbox.db")
    pretend(["--port", str(port or settings.sandbox_port), "--store", store, "--speed", f"{settings.sandbox_speed:g}"])


@commands.group()
def db() -> None:
    """The schema of the database."""


@db.command()
def upgrade() -> None:
    """Bring tables, permissions and shipped rules to what this version needs. Safe to run again."""
    settings = _settings("database_owner_url")
    from app.jobs import rule_commands
    from app.migrations import commands as migrations

    click.echo(migrations.upgrade(settings))
    click.echo(rule_commands.publish(settings))


@db.command()
def current() -> None:
    """Say where the schema stands."""
    settings = _settings("database_owner_url")
    from app.migrations import commands as migrations

    click.echo(migrations.current(settings))


@db.command()
def check() -> None:
    """Compare the database with the models; exit code 1 when they differ."""
    settings = _settings("database_owner_url")
    from app.migrations import commands as migrations

    _report(migrations.check(settings), "Models and database agree.")


@commands.group()
def demo() -> None:
    """The demo cast (PORTICO_ENV=demo only)."""


@demo.command("load")
def demo_load() -> None:
    """Create the cast and their companies. Safe to run again."""
    settings = _settings("database_worker_url", "database_owner_url")
    from app.demo import load

    load.load(settings, click.echo)


@demo.command("reset")
@click.confirmation_option(prompt="This removes every order of the demo. Go on?")
def demo_reset() -> None:
    """Put the demo back to its first day; orders go."""
    settings = _settings("database_worker_url", "database_owner_url")
    from app.demo import load

    load.reset(settings, click.echo)


@commands.command()
@click.option("--connection", help="Only this connection; all by default.")
@click.option("--full", is_flag=True, help="Read everything again instead of what changed.")
def sync(connection: str | None, full: bool) -> None:
    """Read the ERP now: items, customers, prices, stock, orders, invoices."""
    settings = _settings("database_worker_url")
    from app.jobs import sync as jobs

    jobs.run_now(settings, connection=connection, full=full, say=click.echo)


@commands.command()
@click.option("--connection", help="Only this connection; all by default.")
def reconcile(connection: str | None) -> None:
    """Compare portal and ERP now; exit code 1 when something is left for people to decide."""
    settings = _settings("database_worker_url")
    from app.jobs import reconcile as jobs

    sys.exit(0 if jobs.run_now(settings, connection=connection, say=click.echo) else 1)


@commands.group()
def outbox() -> None:
    """Messages on their way to the ERP."""


@outbox.command("list")
@click.option("--state", help="Only these: waiting, dead, done, handed_over or withdrawn.")
def outbox_list(state: str | None) -> None:
    """The messages, those that need somebody first."""
    settings = _settings("database_worker_url")
    from app.jobs import outbox_commands

    for line in outbox_commands.list_messages(settings, state=state):
        click.echo(line)


@outbox.command("show")
@click.argument("number", type=int)
def outbox_show(number: int) -> None:
    """One message with every attempt."""
    settings = _settings("database_worker_url")
    from app.jobs import outbox_commands

    for line in outbox_commands.show(settings, number):
        click.echo(line)


@outbox.command("retry")
@click.argument("number", type=int)
def outbox_retry(number: int) -> None:
    """Send a message that was given up once more."""
    settings = _settings("database_worker_url")
    from app.jobs import outbox_commands

    click.echo(outbox_commands.retry(settings, number))


@outbox.command("hand-over")
@click.argument("number", type=int)
@click.argument("erp_number")
@click.option("--agreed", default="", help="The mark of the differences you have read and take as they are.")
def outbox_hand_over(number: int, erp_number: str, *, agreed: str) -> None:
    """Close a message whose order somebody has entered in the ERP by hand, as ERP_NUMBER."""
    settings = _settings("database_worker_url")
    from app.jobs import outbox_commands

    done, lines = outbox_commands.hand_over(settings, number, erp_number, agreed=agreed)
    for line in lines:
        click.echo(line)
    if not done:
        sys.exit(1)


@commands.group()
def rules() -> None:
    """The rules that judge orders."""


@rules.command("check")
@click.argument("path", type=click.Path(exists=True, path_type=Path), required=False)
def rules_check(path: Path | None) -> None:
    """Read rules and run their examples; exit code 1 when one does not hold."""
    from app.rules import check as rule_check

    folder = path or Path(__file__).parent / "rules" / "sets"
    _report(rule_check.check(folder), f"The rules in {folder} hold.")


@commands.group()
def user() -> None:
    """People who may sign in."""


@user.command("create")
@click.argument("login")
@click.option("--email", default="", help="Where messages go.")
@click.option(
    "--role", "roles", type=click.Choice(list(map(str, Role))), multiple=True, required=True, help="Repeatable."
)
@click.option("--customer", help="The customer's number at the ERP, for people of a customer.")
def user_create(login: str, *, email: str, roles: tuple[str, ...], customer: str | None) -> None:
    """Create a person; prints a password, once."""
    from app.jobs import account_commands

    settings = _settings("database_worker_url")
    click.echo(account_commands.create_user(settings, name=login, email=email, roles=roles, customer=customer))


@user.command("disable")
@click.argument("login")
def user_disable(login: str) -> None:
    """Sign a person out everywhere and let nobody in under this login."""
    from app.jobs import account_commands

    click.echo(account_commands.disable_user(_settings("database_worker_url"), name=login))


@commands.group()
def token() -> None:
    """Access for machines."""


@token.command("create")
@click.option("--user", "login", required=True, help="Whose rights the token has.")
@click.option("--days", type=click.IntRange(1, 3650), default=90, show_default=True, help="How long it is good for.")
def token_create(login: str, days: int) -> None:
    """Create a token for the API. It is printed once and cannot be read again."""
    from app.jobs import account_commands

    click.echo(account_commands.create_token(_settings("database_worker_url"), name=login, days=days))


@commands.group()
def roles() -> None:
    """Roles and what they may."""


@roles.command("show")
def roles_show() -> None:
    """Every role with its permissions."""
    from app.security.roles import describe

    for line in describe():
        click.echo(line)


@commands.command()
@click.option("--sql", is_flag=True, help="Print the SQL for roles and database of a server of your own.")
def doctor(sql: bool) -> None:
    """Look at settings, database, Redis, ERP, mail and keys; exit code 1 when something needs fixing."""
    from app.doctor import examine
    from app.embedded.databases import role_sql

    if sql:
        click.echo(role_sql())
        return
    findings = list(examine(_settings()))
    for finding in findings:
        click.echo(finding.line())
    sys.exit(0 if all(finding.fine for finding in findings) else 1)
