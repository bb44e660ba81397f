"""Tries the built program out under wine: ``make windows-test``."""
