"""What Windows reads in our programs besides their code: version information, and that they know long paths.

Run inside PyInstaller on Windows (PyInstaller.utils.win32); the manifest is plain text and the same everywhere.
"""

from __future__ import annotations

from typing import Any, Final

_NAME: Final = "Tiepoint"
_LANGUAGE: Final = "040904B0"  # English (United States), Unicode
_LANGUAGE_NUMBERS: Final = (1033, 1200)
_MANIFEST: Final = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0">
  <trustInfo xmlns="urn:schemas-microsoft-com:asm.v3">
    <security>
      <requestedPrivileges>
        <requestedExecutionLevel level="asInvoker" uiAccess="false"/>
      </requestedPrivileges>
    </security>
  </trustInfo>
  <compatibility xmlns="urn:schemas-microsoft-com:compatibility.v1">
    <application>
      <supportedOS Id="{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}"/>
    </application>
  </compatibility>
  <application xmlns="urn:schemas-microsoft-com:asm.v3">
    <windowsSettings>
      <longPathAware xmlns="http://schemas.microsoft.com/SMI/2016/WindowsSettings">true</longPathAware>
      <dpiAwareness xmlns="http://schemas.microsoft.com/SMI/2016/WindowsSettings">PerMonitorV2</dpiAwareness>
      <activeCodePage xmlns="http://schemas.microsoft.com/SMI/2019/WindowsSettings">UTF-8</activeCodePage>
    </windowsSettings>
  </application>
</assembly>
"""


def manifest() -> str:
    """Return the application manifest: no administrator, long paths, sharp on every screen, UTF-8."""
    return _MANIFEST


def numbers(version: str) -> tuple[int, int, int, int]:
    """Return a version as Windows wants it: four numbers; what follows them in words is dropped."""
    found = []
    for part in version.split(".")[:4]:
        digits = "".join(sign for sign in part if sign.isdigit())
        found.append(int(digits or 0))
    first, second, third, fourth = (*found, 0, 0, 0, 0)[:4]
    return first, second, third, fourth


def strings(version: str) -> dict[str, str]:
    """Return what the file's properties show."""
    return {
        "CompanyName": _NAME,
        "FileDescription": _NAME,
        "FileVersion": version,
        "InternalName": "tiepoint",
        "LegalCopyright": "Apache License 2.0",
        "ProductName": _NAME,
        "ProductVersion": version,
    }


def version_info(version: str) -> Any:
    """Return PyInstaller's version resource."""
    from PyInstaller.utils.win32 import versioninfo as info

    as_numbers = numbers(version)
    table = info.StringTable(_LANGUAGE, [info.StringStruct(name, text) for name, text in strings(version).items()])
    return info.VSVersionInfo(
        ffi=info.FixedFileInfo(filevers=as_numbers, prodvers=as_numbers),
        kids=[info.StringFileInfo([table]), info.VarFileInfo([info.VarStruct("Translation", list(_LANGUAGE_NUMBERS))])],
    )
