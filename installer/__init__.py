"""Builds the Windows x64 program from locked wheels: ``python -m installer`` (docs/Windows构建.md)."""
