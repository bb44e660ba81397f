"""jgclient: offline entry, checking and batch reporting of supervisory records."""

__version__ = "0.1.0"
