"""The one way in: ``jgclient`` opens the window, ``jgclient <command>`` does one job without it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from jgclient import cli


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; returns the exit code (0 done, 1 something refused, 2 wrong use)."""
    options = cli.parse(argv)
    if getattr(options, "pdf", None):
        from jgclient import papers  # noqa: PLC0415  # Qt paints the pages

        return papers.run(options)
    if options.command not in ("gui", "tour"):
        return cli.run(options)
    from jgclient import app  # noqa: PLC0415  # Qt only when there is a window

    return app.run(options)


if __name__ == "__main__":
    sys.exit(main())
