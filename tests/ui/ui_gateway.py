"""A real gateway on loopback that knows a small form ``check`` and refuses one party."""

from __future__ import annotations

import shutil
from pathlib import Path

from loopback import Served
from ui_stories import NOW

from jgclient import sync
from jgclient.forms.library import load_library, resources_folder
from jgclient.store import Store
from jggateway.accounts import Accounts
from jggateway.app import create_app
from jggateway.storage import open_storage

UNIT = "11410100000000019W"
USER, PASSWORD = "clerk", "loopback-only-1"
REFUSED = "中原区顺发餐馆"
_FORM = f"""
id = "check"
title = "行政检查行为"
version = 1
valid_from = 2026-01-01
[[section]]
title = "检查"
[[section.field]]
name = "administrative_cp"
title = "行政相对人"
type = "text"
required = true
max_length = 100
[[section.field]]
name = "number"
title = "序号"
type = "integer"
[[check]]
code = "JC-001"
kind = "08数据关联性检查"
strength = "hard"
fields = ["administrative_cp"]
rule = "administrative_cp != '{REFUSED}'"
message = "主体信息不匹配"
help = "请核对营业执照上的名称"
"""


class Gateway:
    """Served by uvicorn in a thread of the test."""

    def __init__(self, folder: Path) -> None:
        data = folder / "gateway"
        storage = open_storage(data)
        Accounts(storage).add(USER, PASSWORD, unit=UNIT, role="clerk", now=NOW)
        storage.close()
        self.app = create_app(data, resources=_resources(folder), clock=lambda: NOW)
        self._served = Served(self.app)
        self.url = self._served.url

    def stop(self) -> None:
        """Stop serving."""
        self._served.stop()


def _resources(folder: Path) -> Path:
    resources = folder / "platform"
    for name in ("forms", "codes"):
        (resources / name).mkdir(parents=True)
    (resources / "forms" / "check.toml").write_text(_FORM, encoding="utf-8")
    calendars = resources_folder() / "calendars"
    shutil.copytree(calendars, resources / "calendars")
    assert load_library(resources).broken == []
    return resources


def known_here(store: Store, gateway: Gateway) -> None:
    """The profile has logged in before."""
    store.settings.set("gateway_url", gateway.url)
    store.settings.set("gateway_user", USER)
    with sync.connect(store) as platform:
        sync.log_in(store, platform, PASSWORD)
