"""A notification portal and our side of it on a session bus of their own; says what was heard. Run by a test."""

from __future__ import annotations

import sys
from typing import Any

from PySide6.QtCore import ClassInfo, QObject, QTimer, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage
from PySide6.QtWidgets import QApplication

from tiepoint.ui.shell.desktops import PortalDesktop
from tiepoint.ui.shell.notifications import Notification

_INTERFACE = "org.freedesktop.portal.Notification"
_PATH = "/org/freedesktop/portal/desktop"
TOLD = Notification("job-1 completed", "x is done", "It can be opened.", "Open", "results", {})


@ClassInfo({"D-Bus Interface": _INTERFACE})
class Portal(QObject):
    """What a desktop would answer with; a click comes at once."""

    def __init__(self, bus: QDBusConnection) -> None:
        super().__init__()
        self._bus = bus

    @Slot(str, "QVariantMap")
    def AddNotification(self, key: str, content: dict[str, Any]) -> None:  # noqa: N802  named by the portal
        assert content["title"] == TOLD.title
        sys.stdout.write("added\n")
        signal = QDBusMessage.createSignal(_PATH, _INTERFACE, "ActionInvoked")
        signal.setArguments([key, content["default-action"], []])
        self._bus.send(signal)

    @Slot(str)
    def RemoveNotification(self, key: str) -> None:  # noqa: N802  named by the portal
        assert key == TOLD.key
        sys.stdout.write("removed\n")
        QTimer.singleShot(0, QApplication.quit)


def main() -> None:
    """Show one, hear the click, and take it away."""
    application = QApplication([])
    bus = QDBusConnection.connectToBus(QDBusConnection.BusType.SessionBus, "portal")
    portal = Portal(bus)
    bus.registerObject(_PATH, portal, QDBusConnection.RegisterOption.ExportAllSlots)
    bus.registerService("org.freedesktop.portal.Desktop")

    def clicked(notification: Notification) -> None:
        assert notification is TOLD
        sys.stdout.write("clicked\n")
        desktop.clear()

    desktop = PortalDesktop(clicked, application)
    assert desktop.show(TOLD)
    QTimer.singleShot(20_000, application.quit)
    application.exec()


if __name__ == "__main__":
    main()
