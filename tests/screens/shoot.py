"""`make shots`: every screen at 390 and 1280 px, light and dark, English and German, into var/shots."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from app.embedded.services import start_services
from tests.screens.browser import DESK, PHONE, browser, context, sign_in
from tests.screens.stage import Screen, build, speak
from tests.world import ROOT, World, fill, sandbox_running

SHOTS = ROOT / "var" / "shots"


def main() -> None:
    """Build the stage and take the pictures; `python -m tests.screens.shoot today draft` takes only these."""
    wanted = set(sys.argv[1:])
    SHOTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        services = start_services(place / "services", throwaway=True)
        try:
            with sandbox_running(place) as sandbox:
                world = World(services.new_database("shots"), services.redis_url, sandbox, place, tokens={})
                world.tokens = fill(world)
                world.start("web", "worker", "scheduler")
                try:
                    screens = [screen for screen in build(world) if not wanted or screen.name in wanted]
                    for language in ("en", "de"):
                        speak(world, language)
                        _shoot(world, screens, language)
                finally:
                    world.stop()
        finally:
            services.stop()
    print(f"{len(list(SHOTS.glob('*.png')))} pictures in {SHOTS}")


def _shoot(world: World, screens: list[Screen], language: str) -> None:
    with browser() as running:
        for size in (PHONE, DESK):
            for scheme in ("light", "dark"):
                for who in dict.fromkeys(screen.who for screen in screens):
                    page = context(running, size, scheme, language).new_page()
                    if who:
                        sign_in(page, world.url, who)
                    for screen in screens:
                        if screen.who == who:
                            page.goto(f"{world.url}{screen.path}")
                            name = f"{screen.name}-{size[0]}-{scheme}-{language}.png"
                            page.screenshot(path=SHOTS / name, full_page=True)
                    page.context.close()


if __name__ == "__main__":
    main()
