"""Where to report and as whom: asked in place, when the platform wants to know."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from jgclient.ui.desk import Desk
from jgclient.ui.parts import label, line_edit, primary_button


class Login(QWidget):
    """Address, user, password; the password is handed on and never kept.

    Args:
        action: What the button says: log in, and then.
    """

    wanted = Signal(str)

    def __init__(self, desk: Desk, action: str = "登录并上报") -> None:
        super().__init__()
        self._desk = desk
        self.address = line_edit("平台地址", "https://……")
        self.user = line_edit("平台用户名")
        self.password = line_edit("平台密码")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.problem = label("", tone="danger", wraps=True)
        self.button = primary_button(action, on_click=self._log_in)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        boxes = (("平台地址", self.address, 3), ("用户名", self.user, 2), ("密码", self.password, 2))
        for number, (words, box, stretch) in enumerate(boxes):
            name = label(words, "note")
            name.setBuddy(box)
            grid.addWidget(name, 0, number)
            grid.addWidget(box, 1, number)
            grid.setColumnStretch(number, stretch)
            box.returnPressed.connect(self._log_in)
        grid.addWidget(self.button, 1, len(boxes))
        grid.addWidget(self.problem, 2, 0, 1, len(boxes) + 1)
        self.hide()

    def ask(self, why: str) -> None:
        """Show the form with the reason, the first empty box focused."""
        self.address.setText(self._desk.setting("gateway_url"))
        self.user.setText(self._desk.setting("gateway_user"))
        self.problem.setText(why)
        self.show()
        boxes = (self.address, self.user, self.password)
        next((box for box in boxes if not box.text()), self.password).setFocus()

    def _log_in(self) -> None:
        for box in (self.address, self.user, self.password):
            if not box.text().strip():
                self.problem.setText(f"请填写{box.accessibleName()}。")
                box.setFocus()
                return
        self._desk.store.settings.set("gateway_url", self.address.text().strip())
        self._desk.store.settings.set("gateway_user", self.user.text().strip())
        password = self.password.text()
        self.password.clear()
        self.wanted.emit(password)
