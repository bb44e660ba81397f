"""Start the client on a throw-away demo profile, with a gateway on loopback and sample data.

With a display: opens the window. Without one, or with ``--tour``: drives the main job through the real
widgets on a virtual screen and leaves a picture of every step in ``.run/tour``.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

from screen import run as run_on_screen

ROOT = Path(__file__).resolve().parent.parent
RUN = ROOT / ".run"
SAMPLES = ROOT / "resources" / "samples"
UNIT = ["--unit", "郑州市XX局", "--unit-code", "11410100000000019W", "--region", "410100", "--user", "李某"]
USER = "demo"


def main() -> int:
    """Lay out the profile, start the gateway, run the client, stop the gateway."""
    tour = "--tour" in sys.argv[1:] or not _has_display()
    shutil.rmtree(RUN, ignore_errors=True)
    RUN.mkdir()
    password = secrets.token_urlsafe(9)
    environment = dict(os.environ, JGCLIENT_DATA=str(RUN / "client"), JGCLIENT_PASSWORD=password)
    _gateway_user(environment)
    with subprocess.Popen(
        [sys.executable, "-m", "jggateway", "serve", "--data", str(RUN / "gateway"), "--port", "0"],
        stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment, cwd=ROOT,
    ) as gateway:  # fmt: skip
        try:
            return _client(environment, _address(gateway), tour=tour)
        finally:
            gateway.terminate()


def _has_display() -> bool:
    return sys.platform == "win32" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _gateway_user(environment: dict[str, str]) -> None:
    add = ["jggateway", "users", "add", USER, "--unit", UNIT[3], "--data", str(RUN / "gateway")]
    secret = dict(environment, JGGATEWAY_PASSWORD=environment["JGCLIENT_PASSWORD"])
    subprocess.run([sys.executable, "-m", *add], check=True, env=secret, cwd=ROOT, stdout=subprocess.DEVNULL)


def _address(gateway: subprocess.Popen[str]) -> str:
    for line in gateway.stdout or ():
        for word in line.split():
            if word.startswith("http://"):
                return word
    raise SystemExit("The gateway did not start; see .run/gateway/gateway.log")


def _client(environment: dict[str, str], gateway: str, *, tour: bool) -> int:
    _jgclient(environment, "init", *UNIT, "--gateway", gateway)
    print(f"上报平台（演示）：{gateway}　用户 {USER}　密码 {environment['JGCLIENT_PASSWORD']}", flush=True)
    if tour:
        command = [sys.executable, "-m", "jgclient", "tour", "--out", str(RUN / "tour"), "--user", USER]
        return run_on_screen(command, environment)
    for name in ("监管事项清单（附件模板）", "检查实施清单（样表）", "行政检查台账（科室自用）"):
        _jgclient(environment, "import", str(SAMPLES / f"{name}.xlsx"))
    window = [sys.executable, "-m", "jgclient"]
    return subprocess.run(window, env=environment, cwd=ROOT, check=False).returncode


def _jgclient(environment: dict[str, str], *words: str) -> None:
    # Exit code 1 means that some rows were refused, which the sample ledgers are made for.
    done = subprocess.run(
        [sys.executable, "-m", "jgclient", *words], env=environment, cwd=ROOT, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    if done.returncode not in (0, 1) or (words[0] == "init" and done.returncode):
        raise SystemExit(f"jgclient {words[0]}: {done.stderr}")


if __name__ == "__main__":
    sys.exit(main())
