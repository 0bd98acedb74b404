"""The stand-in for the module that Agisoft's Python knows: `build("B")` returns it as that generation has it.

It has the names, arguments and dictionaries that our back end may meet, not more: what a generation lacks is missing,
and calls with arguments of a later one raise TypeError, as the real one's do.
"""

from __future__ import annotations

import enum
import os
import sys
import types
from pathlib import Path
from typing import Any

from fakes.agisoft import project
from fakes.agisoft.payloads import VERSIONS
from fakes.agisoft.wire import Line

NAMES = {"A": "PhotoScan", "B": "Metashape", "C": "Metashape"}
CONTROL_VARIABLE = "AGISOFT_UNLICENSED"

_ENUMS = {
    "FilterMode": ["NoFiltering", "MildFiltering", "ModerateFiltering", "AggressiveFiltering"],
    "DataSource": [
        "TiePointsData", "PointCloudData", "ModelData", "TiledModelData", "ElevationData", "OrthomosaicData",
        "DepthMapsData", "ImagesData",
    ],
    "FaceCount": ["LowFaceCount", "MediumFaceCount", "HighFaceCount", "CustomFaceCount"],
    "SurfaceType": ["Arbitrary", "HeightField"],
    "ModelFormat": ["ModelFormatNone", "ModelFormatOBJ", "ModelFormatPLY", "ModelFormatGLTF"],
    "ImageFormat": ["ImageFormatNone", "ImageFormatJPEG", "ImageFormatTIFF", "ImageFormatPNG"],
}  # fmt: skip
_OLD_DATA_NAMES = {"TiePointsData": "PointCloudData", "PointCloudData": "DenseCloudData"}
# Attributes of each task; those of generation A are not attributes but entries of NetworkTask.params.
_TASKS: dict[str, dict[str, Any]] = {
    "MatchPhotos": {
        "downscale": 1, "keypoint_limit": 40000, "tiepoint_limit": 4000, "generic_preselection": True,
        "reference_preselection": False, "network_distribute": False,
    },
    "AlignCameras": {"adaptive_fitting": False},
    "BuildDepthMaps": {"downscale": 4, "filter_mode": None, "network_distribute": False},
    "BuildPointCloud": {"point_colors": True, "network_distribute": False},
    "BuildModel": {
        "source_data": None, "surface_type": None, "face_count": None, "face_count_custom": 200000,
        "network_distribute": False,
    },
    "BuildUV": {"page_count": 1, "texture_size": 8192},
    "BuildTexture": {"texture_size": 8192, "ghosting_filter": True},
    "BuildDem": {"source_data": None, "network_distribute": False},
    "BuildOrthomosaic": {"surface_data": None, "network_distribute": False},
    "ExportModel": {"path": "", "format": None, "texture_format": None, "binary": True, "crs": None},
    "ExportPointCloud": {"path": "", "source_data": None, "crs": None},
    "ExportRaster": {"path": "", "source_data": None},
    "ExportReport": {"path": "", "title": ""},
}  # fmt: skip
_OLD_TASK_NAMES = {"BuildPointCloud": "BuildDenseCloud", "ExportPointCloud": "ExportPoints"}


class Matrix:
    """Four by four."""

    def __init__(self, rows: list[list[float]]) -> None:
        self._rows = rows

    def __getitem__(self, at: tuple[int, int]) -> float:
        return self._rows[at[0]][at[1]]


class _Camera:
    def __init__(self, chunk: dict[str, Any], number: int, path: str) -> None:
        self.photo = types.SimpleNamespace(path=path)
        self.label = Path(path).name
        self.enabled = True
        found = chunk.get("transforms", {}).get(str(number))
        self.transform = Matrix(found) if found else None
        calibration = types.SimpleNamespace(f=3000.0, cx=12.0, cy=-7.0, width=4000, height=3000)
        self.sensor = types.SimpleNamespace(calibration=calibration, width=4000, height=3000)


class Chunk:
    """A group of photos."""

    def __init__(self, content: dict[str, Any], key: int) -> None:
        self._content = content
        self.key = key
        self.label = "Chunk 1"
        self.crs = None
        self.transform = types.SimpleNamespace(matrix=None)

    def addPhotos(self, filenames: list[str]) -> None:  # noqa: N802 - Agisoft's name
        missing = [name for name in filenames if not os.path.isfile(name)]
        if missing:
            raise OSError(f"Can't open file: No such file or directory (2): {missing[0]}")
        self._content["photos"] = [*self._content.get("photos", []), *filenames]

    @property
    def cameras(self) -> list[_Camera]:
        return [_Camera(self._content, number, path) for number, path in enumerate(self._content.get("photos", []))]

    @property
    def model(self) -> Any:
        return types.SimpleNamespace(faces=range(12), vertices=range(8))

    @property
    def tie_points(self) -> Any:
        return types.SimpleNamespace(points=range(self._content.get("tie_points", 0)))


class Document:
    """A project; `.psx` alone can be worked on by the network."""

    def __init__(self) -> None:
        self.path = ""
        self._content: dict[str, Any] = {"chunks": []}

    def open(self, path: str, read_only: bool = False, ignore_lock: bool = False) -> None:
        if not os.path.isfile(path):
            raise OSError(f"Can't open file: No such file or directory (2): {path}")
        self._content, self.path = project.read(Path(path)), path

    def save(self, path: str = "", chunks: Any = None) -> None:
        if os.environ.get(CONTROL_VARIABLE):
            raise RuntimeError("No license found")
        self.path = path or self.path
        if not self.path.endswith(".psx"):
            raise RuntimeError("Unsupported project format")
        project.write(Path(self.path), self._content)

    def addChunk(self) -> Chunk:  # noqa: N802 - Agisoft's name
        self._content["chunks"].append({"photos": []})
        return self.chunks[-1]

    @property
    def chunks(self) -> list[Chunk]:
        return [Chunk(content, key) for key, content in enumerate(self._content["chunks"])]

    @property
    def chunk(self) -> Chunk | None:
        return self.chunks[0] if self.chunks else None


class NetworkTask:
    """One task of a batch."""

    def __init__(self) -> None:
        self.name = ""
        self.params: dict[str, Any] = {}
        self.frames: list[tuple[int, int]] = []
        self.chunks: list[int] = []

    def plain(self, path: Path) -> dict[str, Any]:
        if not self.frames and not self.chunks:
            raise RuntimeError("Empty frame list")
        params = {key: int(value) if isinstance(value, enum.Enum) else value for key, value in self.params.items()}
        return {
            "name": self.name,
            "params": params,
            "supports_gpu": self.name in project.SUPPORTS_GPU,
            "items": project.items_of(path, self.name),
        }


class _Task:
    """What classes in `Tasks` have in common; an unknown attribute is refused."""

    fields: dict[str, Any] = {}
    target = 1

    def __init__(self) -> None:
        for name, value in self.fields.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.fields:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        object.__setattr__(self, name, value)

    def toNetworkTask(self, targets: Any) -> NetworkTask:  # noqa: N802 - Agisoft's name
        made = NetworkTask()
        made.name = type(self).__name__
        made.params = {name: getattr(self, name) for name in self.fields}
        made.frames = [(chunk.key, 0) for chunk in (targets if isinstance(targets, list) else [targets])]
        return made


class _Client:
    """What the network clients of all generations do; they differ in names and arguments."""

    generation = ""
    root: Any = None

    def __init__(self) -> None:
        self._line: Line | None = None

    def connect(self, host: str, port: int = 5840) -> None:
        try:
            self._line = Line(host, port)
        except OSError as error:
            raise RuntimeError(f"Can't connect to server: Connection refused ({error.errno})") from error

    def disconnect(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _ask(self, what: str, *args: Any) -> Any:
        if self._line is None:
            raise RuntimeError("Not connected to server")
        return self._line.ask(do=what, args=args)

    def _create(self, path: str, tasks: list[NetworkTask], meta: dict[str, Any]) -> int:
        place = Path(path) if os.path.isabs(path) else Path(str(self.root)) / path
        if not place.is_file():
            raise RuntimeError(f"Can't open file: No such file or directory (2): {path}")
        number: int = self._ask("create", path, [task.plain(place) for task in tasks], meta)
        return number

    def findBatch(self, path: str) -> int:  # noqa: N802 - Agisoft's name
        found: int = self._ask("find", path)
        return found

    def abortBatch(self, batch_id: int) -> None:  # noqa: N802 - Agisoft's name
        self._ask("abort_batch", batch_id)

    def setBatchPriority(self, batch_id: int, priority: int) -> None:  # noqa: N802 - Agisoft's name
        self._ask("set_batch", batch_id, "priority", priority)


def _client_a() -> type[_Client]:
    class NetworkClient(_Client):
        generation = "A"

        def createBatch(self, path: str, tasks: list[NetworkTask]) -> int:  # noqa: N802
            return self._create(path, tasks, {})

        def resumeBatch(self, batch_id: int) -> None:  # noqa: N802
            self._ask("set_batch", batch_id, "paused", False)

        def pauseBatch(self, batch_id: int) -> None:  # noqa: N802
            self._ask("set_batch", batch_id, "paused", True)

        def batchList(self) -> Any:  # noqa: N802
            return self._ask("batches")

        def batchStatus(self, batch_id: int) -> Any:  # noqa: N802
            return self._ask("batch", batch_id)

        def nodeList(self) -> Any:  # noqa: N802
            return self._ask("workers")

        def nodeStatus(self, node_id: int) -> Any:  # noqa: N802
            return self._ask("worker", node_id)

        def pauseNode(self, node_id: int) -> None:  # noqa: N802
            self._ask("set_worker", node_id, "paused", True)

        def resumeNode(self, node_id: int) -> None:  # noqa: N802
            self._ask("set_worker", node_id, "paused", False)

        def abortNode(self, node_id: int) -> None:  # noqa: N802
            self._ask("abort_worker", node_id)

        def quitNode(self, node_id: int) -> None:  # noqa: N802
            self._ask("quit_worker", node_id)

        def setNodePriority(self, node_id: int, priority: int) -> None:  # noqa: N802
            self._ask("set_worker", node_id, "priority", priority)

    return NetworkClient


def _client_of(word: str, generation_name: str) -> type[_Client]:
    """The later client; `word` is Node or Worker."""

    class NetworkClient(_Client):
        generation = generation_name

        def createBatch(self, path: str, tasks: list[NetworkTask], meta: dict[str, Any] | None = None) -> int:  # noqa: N802
            return self._create(path, tasks, meta or {})

        def setBatchPaused(self, batch_id: int, paused: bool = True) -> None:  # noqa: N802
            self._ask("set_batch", batch_id, "paused", paused)

        def batchList(self, revision: int = 0) -> Any:  # noqa: N802
            return self._ask("batches", revision)

        def batchInfo(self, batch_id: int, revision: int = 0) -> Any:  # noqa: N802
            return self._ask("batch", batch_id, revision)

    def put(name: str, what: str, *field: str) -> None:
        setattr(NetworkClient, name, lambda self, number, *value: self._ask(what, number, *field, *value))

    if generation_name == "B":
        NetworkClient.serverInfo = lambda self: self._ask("server")  # type: ignore[attr-defined]
    else:
        NetworkClient.serverVersion = lambda self: self._ask("server")["version"]  # type: ignore[attr-defined]
    lower = word.lower()
    setattr(NetworkClient, f"{lower}List", lambda self, revision=0: self._ask("workers", revision))
    setattr(NetworkClient, f"{lower}Info", lambda self, number, revision=0: self._ask("worker", number, revision))
    put(f"setBatch{word}Limit", "set_batch", "node_limit")
    put(f"set{word}Paused", "set_worker", "paused")
    put(f"set{word}Priority", "set_worker", "priority")
    put(f"set{word}Capability", "set_worker", "capability")
    put(f"set{word}GPUMask", "set_worker", "gpu_mask")
    put(f"set{word}CPUEnable", "set_worker", "cpu_enable")
    put(f"abort{word}", "abort_worker")
    put(f"quit{word}", "quit_worker")
    return NetworkClient


def build(generation: str) -> types.ModuleType:
    """Return the module of a generation; it is not put into sys.modules."""
    module: Any = types.ModuleType(NAMES[generation])
    version = os.environ.get("AGISOFT_VERSION") or VERSIONS[generation]
    settings = types.SimpleNamespace() if generation == "A" else types.SimpleNamespace(network_path="")
    module.app = types.SimpleNamespace(version=version, activated=True, settings=settings)
    module.Document, module.Chunk, module.NetworkTask, module.Matrix = Document, Chunk, NetworkTask, Matrix
    for name, members in _ENUMS.items():
        named = [member if generation == "C" else _OLD_DATA_NAMES.get(member, member) for member in members]
        for member in enum.IntEnum(name, named, start=0):
            setattr(module, member.name, member)
    if generation == "A":
        module.NetworkClient = _client_a()
        module.NetworkClient.root = os.environ.get("AGISOFT_ROOT", "")
    else:
        module.NetworkClient = _client_of("Node" if generation == "B" else "Worker", generation)
        module.Tasks = types.SimpleNamespace(DocumentTarget=0, ChunkTarget=1)
        for name, fields in _TASKS.items():
            old = _OLD_TASK_NAMES.get(name, name) if generation == "B" else name
            setattr(module.Tasks, old, type(old, (_Task,), {"fields": fields}))
    return module  # type: ignore[no-any-return]


def install(generation: str) -> None:
    """Let `import Metashape` (or PhotoScan) find the stand-in."""
    sys.modules[NAMES[generation]] = build(generation)
