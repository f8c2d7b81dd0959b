"""Tests that read the application's own text: what is declared is used, what is forbidden is not there."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from app.audit.tags import Tag
from app.domain.order_states import WORDS, Process
from app.security.actor import Role
from app.security.permissions import MEANINGS, Permission
from app.security.policy import POLICY

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "app").rglob("*.py"))


# Tokens are made with `run.py token create`, by whoever runs the machine.
ON_THE_COMMAND_LINE = {"TOKEN_CREATE"}


@cache
def trees() -> list[tuple[Path, ast.Module]]:
    return [(path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))) for path in MODULES]


@cache
def members_used(enum: str) -> frozenset[str]:
    """Every `Enum.MEMBER` that is written outside the modules that declare and list it."""
    return frozenset(
        node.attr
        for path, tree in trees()
        if path.name not in ("tags.py", "permissions.py", "policy.py", "roles.py")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == enum
    )


def broad_handlers(tree: ast.Module) -> list[int]:
    """Lines of handlers that catch everything and do not raise it again."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or any(isinstance(each, ast.Name) and each.id in ("Exception", "BaseException")
                                      for each in ast.walk(node.type)))
        and not (isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None)
    ]  # fmt: skip


def test_every_tag_of_the_audit_record_is_used() -> None:
    assert {tag.name for tag in Tag} - members_used("Tag") == set()


def test_tags_are_named_object_part_verb_and_none_twice() -> None:
    assert all(2 <= len(tag.value.split(":")) <= 3 and tag.value.islower() for tag in Tag)
    assert len({tag.value for tag in Tag}) == len(Tag)


def test_every_permission_has_a_row_in_the_policy_and_a_meaning() -> None:
    assert set(POLICY) == set(Permission) == set(MEANINGS)
    assert all(rows and all(rows) for rows in POLICY.values())


def test_every_permission_guards_something() -> None:
    used = members_used("Permission")

    assert {permission.name for permission in Permission} - used == ON_THE_COMMAND_LINE


def test_every_role_of_a_person_is_in_the_policy() -> None:
    named = {each.name for rows in POLICY.values() for row in rows for each in row}

    assert {role.value for role in Role} - named <= {Role.ERP_SERVICE.value}


def test_every_state_of_an_order_has_words() -> None:
    assert set(WORDS) == set(Process)


def test_nothing_catches_everything_and_goes_on() -> None:
    assert {str(path): lines for path, tree in trees() if (lines := broad_handlers(tree))} == {}


@pytest.mark.parametrize(
    "handler", ["except:", "except Exception:", "except BaseException as e:", "except (ValueError, Exception):"]
)
def test_a_handler_that_catches_everything_is_found(handler: str) -> None:
    assert broad_handlers(ast.parse(f"try:\n    work()\n{handler}\n    pass"))
    assert not broad_handlers(ast.parse(f"try:\n    work()\n{handler}\n    undo()\n    raise"))


def test_importing_the_package_imports_nothing() -> None:
    tree = ast.parse((ROOT / "app" / "__init__.py").read_text(encoding="utf-8"))
    assert not [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]

    script = "import sys; before = set(sys.modules); import app; print(sorted(set(sys.modules) - before))"
    said = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "['app']"


def test_the_domain_is_used_without_framework_database_and_clock() -> None:
    names = ", ".join(f"app.domain.{path.stem}" for path in sorted((ROOT / "app/domain").glob("[a-z]*.py")))
    script = f"import sys, {names}; print([m for m in sys.modules if m.split('.')[0] in ('flask', 'sqlalchemy')])"
    said = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "[]"
