"""A gateway in a process of its own, to be killed: ``one_gateway.py DATA RESOURCES PORT``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "sync"))

import uvicorn
from sync_profile import NOW

from jggateway import brake
from jggateway.app import create_app

brake.SESSION_RATE = brake.ADDRESS_RATE = 1e9
app = create_app(Path(sys.argv[1]), resources=Path(sys.argv[2]), clock=lambda: NOW)
uvicorn.run(app, port=int(sys.argv[3]), log_config=None, access_log=False)
