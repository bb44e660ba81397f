"""One run in a process of its own, to be killed: ``one_sync.py DATA URL TOKEN BATCH``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "sync"))

from sync_profile import Profile

from jgclient.platform_api import HttpPlatform
from jgclient.sync import pace

pace.FIRST_BATCH = int(sys.argv[4])
profile = Profile(Path(sys.argv[1]))
with HttpPlatform(sys.argv[2], token=sys.argv[3], timeout=(2, 5)) as platform:
    profile.sync(platform)
