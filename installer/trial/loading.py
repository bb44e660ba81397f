"""Does everything load that the client's source names, from the installed program alone?"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from installer.places import ROOT, VERSION
from installer.trial import own
from installer.trial.checks import expect
from installer.trial.wine import Wine

#: Named in the source, but only for type checkers or other systems.
_NOT_FOR_WINDOWS = frozenset({"_typeshed", "fcntl"})
_PROGRAM = """
import pkgutil
import re
import sys
from importlib import import_module

import jgclient

for statement in {statements!r}:
    exec(statement, {{}})
names = [found.name for found in pkgutil.walk_packages(jgclient.__path__, "jgclient.")]
for name in names:
    if name != "jgclient.__main__":
        import_module(name)

from PySide6.QtGui import QImage

from jgclient.ui.help_page import manual

file = manual()
pictures = re.findall(r"!\\[[^\\]]*\\]\\(([^)]+)\\)", file.read_text("utf-8"))
unseen = [name for name in pictures if QImage(str(file.parent / name)).isNull()]
sys.exit(f"the manual lacks {{unseen}}") if unseen or not pictures else None
outside = [m for m in list(sys.modules.values()) if "site-packages" in (getattr(m, "__file__", None) or "")]
sys.exit(f"not from the program: {{outside}}") if outside else None
print(len(names))
"""


def everything(wine: Wine, installed: Path) -> int:
    """Import in the installed program every module of the client and all it names; how many of its own.

    Functions import as well, so that a part that is missing would show only when the clerk gets there. The
    manual with its pictures is looked for too.

    Raises:
        TrialError: something is missing.
    """
    statements = sorted(set(imports(ROOT / "jgclient")))
    source = _PROGRAM.format(statements=statements)
    count = int(wine.run(own.program(installed, VERSION, "everything", source)).stdout)
    modules = len(list((ROOT / "jgclient").rglob("*.py")))
    expect("every module is there", holds=count >= modules - 1, found=count)
    return count


def imports(package: Path) -> Iterator[str]:
    """The import statements of a package's source, wherever they stand, of what is not its own."""
    for file in package.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom) and not _top_names(node) & {
                package.name, "__future__", *_NOT_FOR_WINDOWS,
            }:  # fmt: skip
                yield ast.unparse(node)


def _top_names(node: ast.Import | ast.ImportFrom) -> set[str]:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    return {name.partition(".")[0] for name in names}
