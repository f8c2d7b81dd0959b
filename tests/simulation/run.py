"""`make simulate`: SEEDS seeds from FIRST on, or one SEED with everything it did."""

from __future__ import annotations

import os
import sys
import time

from tests.simulation.trial import Trial, as_words


def many(first: int, seeds: int) -> int:
    """Run them and print those that failed; how many did."""
    began, orders, failed = time.process_time(), 0, 0
    for seed in range(first, first + seeds):
        trial = Trial(seed)
        wrong = trial.run()
        orders += trial.plan.orders
        if wrong:
            failed += 1
            print(as_words(seed, wrong, trial.plan), flush=True)
    print(f"{seeds} seeds, {orders} orders, {failed} failed ({time.process_time() - began:.0f} s of CPU)")
    return failed


def one(seed: int) -> int:
    """Run it and print every call."""
    trial = Trial(seed)
    wrong = trial.run()
    for each in trial.books.asked:
        print(f"{each.at:%H:%M:%S.%f} {each.operation} {each.key} {each.outcome} {each.wait or ''}")
    print(as_words(seed, wrong, trial.plan))
    return len(wrong)


def main() -> None:
    seed = os.environ.get("SEED")
    failed = one(int(seed)) if seed else many(int(os.environ.get("FIRST", "0")), int(os.environ.get("SEEDS", "10000")))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
