"""What the tests of the domain share."""

from __future__ import annotations

from hypothesis import settings

# Enough to find what is wrong, quick enough to run every time; nothing is written to the disk.
quick = settings(max_examples=80, deadline=None, database=None)
