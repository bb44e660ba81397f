"""The receiving end of the trial: a gateway on loopback, on the building machine itself."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from installer.places import ROOT
from installer.trial.checks import TrialError

UNIT_CODE = "11410100000000019W"
USER = "demo"


@dataclass(frozen=True, slots=True)
class Platform:
    """Where the gateway is and how to get in."""

    address: str
    password: str


@contextmanager
def gateway(folder: Path) -> Iterator[Platform]:
    """A gateway with an empty data folder and one user."""
    password = secrets.token_urlsafe(9)
    add = ["users", "add", USER, "--unit", UNIT_CODE, "--data", str(folder)]
    secret = {**os.environ, "JGGATEWAY_PASSWORD": password}
    program = [sys.executable, "-m", "jggateway"]
    subprocess.run([*program, *add], check=True, env=secret, cwd=ROOT, stdout=subprocess.DEVNULL)
    serve = [*program, "serve", "--data", str(folder), "--port", "0"]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT) as process:
        try:
            yield Platform(_address(process), password)
        finally:
            process.terminate()


def _address(process: subprocess.Popen[str]) -> str:
    for line in process.stdout or ():
        for word in line.split():
            if word.startswith("http://"):
                return word
    raise TrialError("the gateway did not start")
