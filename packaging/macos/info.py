"""What macOS is told of the program: the values of Info.plist. Standard library only; the specification reads it.

Keys: https://developer.apple.com/documentation/bundleresources/information-property-list
"""

from __future__ import annotations

from typing import Any, Final

BUNDLE_ID: Final = "app.tiepoint.Tiepoint"
EXECUTABLE: Final = "tiepoint-panel"
MINIMUM_SYSTEM: Final = "13.0"
"""What the wheels of Qt 6.11 for macOS are built for."""

_MODELS: Final = {
    "glb": ("org.khronos.glb", "glTF model", "model/gltf-binary"),
    "gltf": ("org.khronos.gltf", "glTF model", "model/gltf+json"),
    "obj": ("public.geometry-definition-format", "OBJ model", "model/obj"),
    "ply": ("public.polygon-file-format", "PLY model", "model/ply"),
    "stl": ("public.standard-tesselated-geometry-format", "STL model", "model/stl"),
}
"""Each model's suffix: its type identifier, its name for people, its MIME type."""
_IMPORTED: Final = ("glb", "gltf")
"""Types that macOS itself does not declare."""
_PLAN: Final = f"{BUNDLE_ID}.plan"
_PHOTOS: Final = ("public.image", "public.camera-raw-image")


def bundle_values(version: str) -> dict[str, Any]:
    """Return the values of Info.plist for a version."""
    return {
        "CFBundleIdentifier": BUNDLE_ID,
        "CFBundleName": "Tiepoint",
        "CFBundleDisplayName": "Tiepoint",
        "CFBundleExecutable": EXECUTABLE,
        "CFBundleIconFile": "tiepoint.icns",
        "CFBundlePackageType": "APPL",
        "CFBundleShortVersionString": version,
        "CFBundleVersion": version,
        "CFBundleInfoDictionaryVersion": "6.0",
        "LSMinimumSystemVersion": MINIMUM_SYSTEM,
        "LSApplicationCategoryType": "public.app-category.graphics-design",
        "NSHighResolutionCapable": True,
        "NSSupportsAutomaticGraphicsSwitching": True,
        "NSRequiresAquaSystemAppearance": False,
        "NSHumanReadableCopyright": "Apache License 2.0",
        "CFBundleDocumentTypes": [_models(), _photos(), _folders(), _plans(), _captures()],
        "UTImportedTypeDeclarations": [*(_imported(suffix) for suffix in _IMPORTED), _plan()],
        **_REASONS,
    }


# Asked by macOS with these words when captures lie in such a place, on a card, or when a cluster's machine is near.
_REASONS: Final = {
    "NSDesktopFolderUsageDescription": "Tiepoint reads the photos that you choose there.",
    "NSDocumentsFolderUsageDescription": "Tiepoint reads the photos that you choose there.",
    "NSDownloadsFolderUsageDescription": "Tiepoint reads the photos that you choose there.",
    "NSRemovableVolumesUsageDescription": "Tiepoint reads photos from cards and disks that you choose.",
    "NSNetworkVolumesUsageDescription": "Tiepoint reads photos from shared folders that you choose.",
    "NSLocalNetworkUsageDescription": "Tiepoint talks to your cluster's machines in your own network.",
}


def _models() -> dict[str, Any]:
    return {
        "CFBundleTypeName": "3D model",
        "CFBundleTypeRole": "Viewer",
        "LSHandlerRank": "Alternate",
        "LSItemContentTypes": [identifier for identifier, _name, _mime in _MODELS.values()],
    }


def _photos() -> dict[str, Any]:
    return {
        "CFBundleTypeName": "Photo",
        "CFBundleTypeRole": "Viewer",
        "LSHandlerRank": "Alternate",
        "LSItemContentTypes": list(_PHOTOS),
    }


def _folders() -> dict[str, Any]:
    return {
        "CFBundleTypeName": "Folder of photos",
        "CFBundleTypeRole": "Viewer",
        "LSHandlerRank": "Alternate",
        "LSItemContentTypes": ["public.folder"],
    }


def _plans() -> dict[str, Any]:
    return {
        "CFBundleTypeName": "Cluster plan",
        "CFBundleTypeRole": "Viewer",
        "LSHandlerRank": "Alternate",
        "LSItemContentTypes": [_PLAN],
    }


def _captures() -> dict[str, Any]:
    """A capture is opened by its capture.json; of all JSON, for macOS knows files by their suffix."""
    return {
        "CFBundleTypeName": "Capture",
        "CFBundleTypeRole": "Viewer",
        "LSHandlerRank": "Alternate",
        "LSItemContentTypes": ["public.json"],
    }


def _plan() -> dict[str, Any]:
    return {
        "UTTypeIdentifier": _PLAN,
        "UTTypeDescription": "Cluster plan",
        "UTTypeConformsTo": ["public.plain-text"],
        "UTTypeTagSpecification": {"public.filename-extension": ["toml"]},
    }


def _imported(suffix: str) -> dict[str, Any]:
    identifier, name, mime = _MODELS[suffix]
    return {
        "UTTypeIdentifier": identifier,
        "UTTypeDescription": name,
        "UTTypeConformsTo": ["public.3d-content"],
        "UTTypeTagSpecification": {"public.filename-extension": [suffix], "public.mime-type": [mime]},
    }
