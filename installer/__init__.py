"""Builds the Windows x64 program from locked wheels, on Linux or Windows: ``python -m installer`` (docs/Windows构建.md)."""
