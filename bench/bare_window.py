"""The peer of the start-up benchmark: PySide6, one window, 40 line edits, nothing else."""

from __future__ import annotations

import sys
import time

from PySide6.QtWidgets import QApplication, QFormLayout, QLineEdit, QWidget

app = QApplication(sys.argv)
window = QWidget()
form = QFormLayout(window)
for number in range(40):
    form.addRow(str(number), QLineEdit())
window.show()
while not window.windowHandle().isExposed():
    app.processEvents()
app.processEvents()
print(f"usable {time.time()}", flush=True)
