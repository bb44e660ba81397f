"""Bring what waits in the outbox to the platform exactly once, and the receipts back.

Decisions and the table answer → reaction: docs/decisions/001-sync.md.
"""

from __future__ import annotations

from jgclient.sync.devices import device_id
from jgclient.sync.lock import SyncBusy
from jgclient.sync.report import SyncReport
from jgclient.sync.running import run
from jgclient.sync.session import connect, log_in

__all__ = ["SyncBusy", "SyncReport", "connect", "device_id", "log_in", "run"]
