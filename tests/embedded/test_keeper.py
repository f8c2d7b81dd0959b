"""A part that dies comes back, sooner the first time than the tenth."""

from __future__ import annotations

from pathlib import Path

from app.embedded.keeper import FIRST_PAUSE, LONGEST_PAUSE, STEADY, Keeper


class FrailPart:
    """Lives when launched, dies when told."""

    name = "worker"
    log = Path("worker.log")
    process = None

    def __init__(self) -> None:
        self.alive = True
        self.launches = 0

    def launch(self) -> None:
        self.alive = True
        self.launches += 1

    def wait_until_ready(self, seconds: float = 0) -> None: ...
    def stop(self) -> None: ...


class Bench:
    """A keeper, a part and a clock that stands still until moved."""

    def __init__(self) -> None:
        self.now = 0.0
        self.said: list[str] = []
        self.part = FrailPart()
        self.keeper = Keeper(self.said.append, lambda: self.now)
        self.look()

    def look(self, after: float = 0.0) -> int:
        self.now += after
        self.keeper.look([self.part])
        return self.part.launches

    def die(self) -> None:
        self.part.alive = False
        self.look()


def test_a_dead_part_is_started_again_after_a_pause() -> None:
    bench = Bench()
    bench.die()
    assert bench.look(FIRST_PAUSE / 2) == 0
    assert bench.look(FIRST_PAUSE / 2) == 1
    assert "starting it again in 1 s" in bench.said[0]


def test_a_part_that_keeps_dying_waits_longer_up_to_a_limit() -> None:
    bench = Bench()
    for _ in range(12):
        bench.die()
        bench.look(LONGEST_PAUSE)
    assert "starting it again in 2 s" in bench.said[2]
    assert "starting it again in 30 s" in bench.said[-2]


def test_a_long_life_makes_an_early_death_forgotten() -> None:
    bench = Bench()
    bench.die()
    bench.look(FIRST_PAUSE)
    bench.look(STEADY + 1)
    bench.die()
    assert "starting it again in 1 s" in bench.said[-1]
