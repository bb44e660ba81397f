"""``python -m jggateway``."""

from __future__ import annotations

import sys

from jggateway.cli import main

if __name__ == "__main__":
    sys.exit(main())
