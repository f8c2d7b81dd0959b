"""What keeps Portico from starting, in words for the person at the keyboard.

Not for refusals inside the running portal: those are ``app.errors``.
"""

from __future__ import annotations


class StartProblem(Exception):
    """Something on this machine has to be changed before Portico can start.

    :param message: what is the matter and why
    :param fix: what to do about it
    """

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(f"{message} {fix}")
        self.message = message
        self.fix = fix
