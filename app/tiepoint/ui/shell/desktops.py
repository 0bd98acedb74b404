"""The ways a desktop takes notifications: the system tray, on Linux else the notification portal, else none.

The portal and not org.freedesktop.Notifications, because that one wants an unsigned number, which PySide cannot send.
The GUI thread only; nothing waits for an answer.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import SLOT, QObject, Slot
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from tiepoint.ui.shell.notifications import Desktop, Notification
from tiepoint.ui.shell.sign import sign_icon

OnClick = Callable[[Notification], None]
_SHOWN_MS: Final = 10_000
_SERVICE: Final = "org.freedesktop.portal.Desktop"
_PATH: Final = "/org/freedesktop/portal/desktop"
_INTERFACE: Final = "org.freedesktop.portal.Notification"


def this_desktop(on_click: OnClick, owner: QObject) -> Desktop:
    """Return the best way this desktop has.

    Args:
        on_click: Hears which notification was clicked.
        owner: Lives as long as this.
    """
    if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
        return TrayDesktop(on_click, owner)
    # Without an address the bus library would start a bus of its own, and wait for it.
    has_bus = sys.platform.startswith("linux") and bool(os.environ.get("DBUS_SESSION_BUS_ADDRESS"))
    return PortalDesktop(on_click, owner) if has_bus else NoDesktop()


class NoDesktop:
    """A desktop that takes none."""

    def show(self, notification: Notification) -> bool:
        """Show nothing."""
        return False

    def clear(self) -> None:
        """Nothing was shown."""


class TrayDesktop(QObject):
    """The system tray: the sign of the program stands there from a notification until the window is looked at."""

    def __init__(self, on_click: OnClick, owner: QObject) -> None:
        super().__init__(owner)
        self._on_click = on_click
        self._last: Notification | None = None
        self._tray = QSystemTrayIcon(sign_icon(), self)
        self._tray.setToolTip("Tiepoint")
        self._tray.messageClicked.connect(self.click)
        self._tray.activated.connect(lambda _reason: self.click())
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusWindowChanged.connect(self._on_focus)

    def show(self, notification: Notification) -> bool:
        """Show one; the tray tells no one from the other, so a click opens the last."""
        self._last = notification
        self._tray.show()
        self._tray.showMessage(notification.title, notification.text, sign_icon(), _SHOWN_MS)
        return True

    def clear(self) -> None:
        """Take the sign out of the tray."""
        self._tray.hide()

    def click(self) -> None:
        """Do what a click on the notification or the sign does."""
        if self._last is not None:
            self._on_click(self._last)

    def _on_focus(self, window: object) -> None:
        if window is not None:
            self.clear()


class PortalDesktop(QObject):
    """The notification portal of the desktops on Linux, over the session bus."""

    def __init__(self, on_click: OnClick, owner: QObject, bus_name: str = "") -> None:
        super().__init__(owner)
        from PySide6.QtDBus import QDBusConnection

        self._on_click = on_click
        self._shown: dict[str, Notification] = {}
        self._bus = QDBusConnection(bus_name) if bus_name else QDBusConnection.sessionBus()
        if self._bus.isConnected():
            # The stubs ask for bytes, PySide takes what SLOT returns, and that is text.
            slot: Any = SLOT("_on_action(QString,QString,QVariantList)")
            self._bus.connect(_SERVICE, _PATH, _INTERFACE, "ActionInvoked", self, slot)

    def show(self, notification: Notification) -> bool:
        """Hand one to the portal, without waiting; False where there is no session bus."""
        if not self._bus.isConnected():
            return False
        self._shown[notification.key] = notification
        content = {
            "title": notification.title,
            "body": notification.text,
            "priority": "normal",
            "default-action": "open",
        }
        return self._send("AddNotification", [notification.key, content])

    def clear(self) -> None:
        """Take away all that were shown."""
        for key in tuple(self._shown):
            self._send("RemoveNotification", [key])
        self._shown.clear()

    def _send(self, method: str, arguments: list[object]) -> bool:
        from PySide6.QtDBus import QDBusMessage

        message = QDBusMessage.createMethodCall(_SERVICE, _PATH, _INTERFACE, method)
        message.setArguments(arguments)
        return self._bus.send(message)

    @Slot(str, str, list)
    def _on_action(self, key: str, _action: str, _parameters: list[object]) -> None:
        if key in self._shown:
            self._on_click(self._shown[key])
