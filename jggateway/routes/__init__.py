"""The resources of the sync contract, version 1, and those for administrators."""

from __future__ import annotations

from jggateway.routes.administration import router as administration
from jggateway.routes.attachments import router as attachments
from jggateway.routes.downwards import router as downwards
from jggateway.routes.records import router as records

__all__ = ["ROUTERS"]

ROUTERS = (records, downwards, attachments, administration)
