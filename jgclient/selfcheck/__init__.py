"""自检: is everything that was kept still there, right and safe? One page that a supervisor can read."""

from __future__ import annotations

from jgclient.selfcheck.job import run
from jgclient.selfcheck.report import Finding, Report

__all__ = ["Finding", "Report", "run"]
