"""Draws the states of an order from the tables that rule them, as Markdown with a Mermaid chart.

`python -m app.domain.state_chart` prints it; a test holds `docs/states.md` against it.
"""

from __future__ import annotations

from app.domain.order_states import CHECKS, ERP_FACTS, MOVES, TOGETHER, WORDS, Payment, Process, Validation


def markdown() -> str:
    """The whole page."""
    return "\n".join([*_intro(), *_process(), *_validation(), *_payment(), *_together(), *_facts(), ""])


def _intro() -> list[str]:
    return [
        "# The states of an order",
        "",
        "Made from `app/domain/order_states.py`; a test keeps it current. Three axes move independently; the tables below",
        "say which step is open and what one axis asks of another. A step that is not here is refused, naming both states.",
    ]


def _process() -> list[str]:
    arrows = [f"    {start} --> {end}: {name}" for (start, end), name in MOVES.items()]
    words = [f"| `{state}` | {WORDS[state]} |" for state in Process]
    return [
        "",
        "## Process",
        "",
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> draft",
        *arrows,
        "```",
        "",
        "| state | in words |",
        "|---|---|",
        *words,
    ]


def _validation() -> list[str]:
    arrows = [f"    {start} --> {end}: {name}" for (start, end), name in CHECKS.items() if start is not end]
    return ["", "## Our check", "", "```mermaid", "stateDiagram-v2", "    [*] --> not_checked", *arrows, "```"]


def _payment() -> list[str]:
    states = ", ".join(f"`{state}`" for state in Payment)
    return ["", "## Payment", "", f"{states}: derived from the ERP's invoices and payments, never typed in."]


def _together() -> list[str]:
    rows = [
        f"| `{process}` | {', '.join(f'`{each}`' for each in Validation if each in TOGETHER[process])} |"
        for process in Process
    ]
    return ["", "## What can stand together", "", "| process | our check |", "|---|---|", *rows]


def _facts() -> list[str]:
    rows = [
        f"| `{fact}` | {', '.join(f'`{each}`' for each in Process if each in before)} |"
        for fact, before in ERP_FACTS.items()
    ]
    return [
        "",
        "## Facts from the ERP",
        "",
        "Never refused: they may skip states. Where a condition did not hold, the order goes on hold as `erp_ahead`.",
        "",
        "| the ERP says | it is news for |",
        "|---|---|",
        *rows,
    ]


if __name__ == "__main__":
    import sys

    sys.stdout.write(markdown())
