"""Our side of the start-up benchmark: the whole client on an existing data folder."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from jgclient import __main__ as entry
from jgclient import app

entry.cli.parse(["--data", sys.argv[1]])
application = app.make_application()
client = app.build(Path(sys.argv[1]))
client.window.show()
while not client.window.windowHandle().isExposed():
    application.processEvents()
application.processEvents()
print(f"usable {time.time()}", flush=True)
client.close()
# The answer is out; taking the interpreter apart tidily is not what is measured.
os._exit(0)
