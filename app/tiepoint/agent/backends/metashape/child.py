"""Runs in Agisoft's own Python (3.5 and later): speaks with its network server for the agent that started it.

Reads requests, one JSON object a line, from standard input; answers on standard output with lines that begin with
`@tiepoint `, so that nothing Agisoft prints can be taken for one. Ends when its input does. Names, arguments and
dictionaries changed from PhotoScan 1.4 to Metashape 2.3: methods are looked for, and what the server says is passed on
as it is. One file, standard library only, in the syntax of Python 3.5; one thread.
"""

import contextlib
import importlib
import json
import os
import sys
import time
from typing import Any

PREFIX = "@tiepoint "
MODULES = ("Metashape", "PhotoScan")
# Every so often everything is asked for, not only what changed: removals are not told.
WHOLE_EVERY = 20
MOST_RECORD_BYTES = 64 * 1024 * 1024
LOCAL_WKT = 'LOCAL_CS["Local Coordinates (m)",LOCAL_DATUM["Local Datum",0],UNIT["metre",1,AUTHORITY["EPSG","9001"]]]'

# What is wanted, and the methods that do it, newest first; `:True` after a name = called with that value.
BATCH_CALLS = {
    "pause": ("setBatchPaused:True", "pauseBatch"),
    "resume": ("setBatchPaused:False", "resumeBatch"),
    "abort": ("abortBatch",),
    "priority": ("setBatchPriority",),
    "limit": ("setBatchWorkerLimit", "setBatchNodeLimit"),
}
WORKER_CALLS = {
    "pause": ("setWorkerPaused:True", "setNodePaused:True", "pauseNode"),
    "resume": ("setWorkerPaused:False", "setNodePaused:False", "resumeNode"),
    "abort": ("abortWorker", "abortNode"),
    "quit": ("quitWorker", "quitNode"),
    "capability": ("setWorkerCapability", "setNodeCapability"),
    "gpu_mask": ("setWorkerGPUMask", "setNodeGPUMask"),
    "cpu_enable": ("setWorkerCPUEnable", "setNodeCPUEnable"),
}
LISTS = {"batches": ("batchList",), "workers": ("workerList", "nodeList")}
INFOS = {"batch": ("batchInfo", "batchStatus"), "worker": ("workerInfo", "nodeInfo", "nodeStatus")}


class Missing(Exception):
    """This version has no such thing."""


class Unreachable(Exception):
    """Agisoft's server does not answer."""


class Link:
    """The connection to Agisoft's server, made again when it breaks."""

    def __init__(self, module: Any, recording: Any) -> None:
        self.module = module
        self.recording = recording
        self.client = None  # type: Any
        self.host = ""
        self.port = 0
        self.times_connected = 0

    def connect(self) -> None:
        """Connect again, whatever there was before."""
        self.disconnect()
        client = self.module.NetworkClient()
        try:
            answer = client.connect(self.host, self.port)
        except Exception as error:  # noqa: BLE001 - see the top
            raise Unreachable(str(error)) from error
        if answer is False:
            raise Unreachable("The server at {}:{} refuses the connection.".format(self.host, self.port))
        self.client = client
        self.times_connected += 1

    def disconnect(self) -> None:
        """Let go of the connection."""
        client, self.client = self.client, None
        if client is not None:
            with contextlib.suppress(Exception):
                client.disconnect()

    def find(self, names: Any) -> Any:
        """Return the first method there is, with the values that follow its first argument."""
        if self.client is None:
            self.connect()
        for name in names:
            name, _, value = name.partition(":")
            method = getattr(self.client, name, None)
            if method is not None:
                return name, method, ([value == "True"] if value else [])
        raise Missing("This version has none of: " + ", ".join(name.partition(":")[0] for name in names))

    def has(self, names: Any) -> bool:
        """Return whether there is such a method."""
        try:
            self.find(names)
        except Missing:
            return False
        return True

    def call(self, names: Any, *args: Any, **options: Any) -> Any:
        """Call the first method there is; one that can be repeated is, over a fresh connection.

        `revision` (an option) is passed on where the method takes one.
        """
        try:
            return self.call_once(names, args, options)
        except (Missing, Unreachable):
            raise
        except Exception as error:  # noqa: BLE001 - see the top
            if options.get("once") or not self.is_broken():
                raise
            self.recording.write("reconnect", [], str(error))
        return self.call_once(names, args, options)

    def call_once(self, names: Any, args: Any, options: Any) -> Any:
        """Call it, and record what it says."""
        name, method, more = self.find(names)
        given = list(args[:1]) + more + list(args[1:])
        answer = None
        if options.get("revision"):
            try:
                answer = method(*(given + [options["revision"]]))
            except TypeError:
                answer = method(*given)
        else:
            answer = method(*given)
        answer = plain(answer)
        self.recording.write(name, given, answer)
        return answer

    def is_broken(self) -> bool:
        """Return whether the connection is gone; connects again to find out."""
        try:
            self.find(LISTS["batches"])[1]()
        except Exception:  # noqa: BLE001 - see the top
            self.connect()
            return True
        return False


class Recording:
    """A file of everything the server says, for people who mend this program; none until asked for."""

    def __init__(self) -> None:
        self.file = None  # type: Any
        self.size = 0

    def open(self, path: Any) -> None:
        """Begin; an empty path ends it."""
        if self.file is not None:
            self.file.close()
        self.file = None
        self.size = 0
        if path:
            self.file = open(path, "a", encoding="utf-8")  # noqa: SIM115 - kept
            self.size = os.path.getsize(path)

    def write(self, name: Any, given: Any, answer: Any) -> None:
        """Add one call, as long as there is room."""
        if self.file is None or self.size > MOST_RECORD_BYTES:
            return
        line = json.dumps({"time": time.time(), "call": name, "args": plain(given), "answer": answer}, sort_keys=True)
        self.size += len(line)
        try:
            self.file.write(line + "\n")
            self.file.flush()
        except OSError:
            self.file = None


class Child:
    """Does what the agent asks."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.recording = Recording()
        self.link = Link(module, self.recording)
        self.root = ""
        self.revisions = {}  # type: Any
        self.polls = 0
        self.polled_over = 0

    def do_hello(self, request: Any) -> Any:
        """Say what this is; connect, and say what can be done."""
        self.link.host, self.link.port = request["host"], request["port"]
        self.root = request["root"]
        with contextlib.suppress(OSError):  # what is not written down is no reason not to connect
            self.recording.open(request.get("record") or "")
        answer = {
            "name": self.module.__name__,
            "version": str(self.module.app.version),
            "python": sys.version.split()[0],
            "has_tasks": hasattr(self.module, "Tasks"),
        }
        try:
            self.link.connect()
            answer["batch_calls"] = sorted(key for key, names in BATCH_CALLS.items() if self.link.has(names))
            answer["worker_calls"] = sorted(key for key, names in WORKER_CALLS.items() if self.link.has(names))
            answer["server"] = self.server()
        except Unreachable as error:
            answer["unreachable"] = str(error)
        return answer

    def server(self) -> Any:
        """Return what the server says of itself; versions that say nothing say an empty dictionary."""
        try:
            found = self.link.call(("serverInfo", "serverVersion"))
        except Missing:
            return {}
        return found if isinstance(found, dict) else {"version": found}

    def do_poll(self, request: Any) -> Any:
        """Return what changed since the last time, and all that is to be known of some batches and workers."""
        if self.link.client is None:
            self.link.connect()
        answer = {}
        is_whole = self.polls % WHOLE_EVERY == 0 or self.polled_over != self.link.times_connected
        for what, names in sorted(LISTS.items()):
            found = self.link.call(names, revision=0 if is_whole else self.revisions.get(what, 0))
            is_dict = isinstance(found, dict)
            revision = found.get("next_revision") if is_dict else None
            answer[what] = listed(found, what)
            # Without revisions every answer is whole.
            answer["whole_" + what] = bool(is_whole or not self.revisions.get(what))
            self.revisions[what] = revision or 0
        self.polls += 1
        self.polled_over = self.link.times_connected
        for what in ("batch", "worker"):
            answer[what] = {}
            for number in request.get(what) or []:
                answer[what][str(number)] = self.info(what, number)
        return answer

    def info(self, what: Any, number: Any) -> Any:
        """Return all of one batch or worker; None when it is gone."""
        try:
            return self.link.call(INFOS[what], number)
        except (Missing, Unreachable):
            raise
        except Exception:  # noqa: BLE001 - see the top
            return None

    def do_batch(self, request: Any) -> Any:
        """Steer a batch."""
        return self.steer(BATCH_CALLS, request)

    def do_worker(self, request: Any) -> Any:
        """Steer a worker."""
        return self.steer(WORKER_CALLS, request)

    def steer(self, calls: Any, request: Any) -> Any:
        """Call what steers, with its value if it has one."""
        more = [request["value"]] if "value" in request else []
        return self.link.call(calls[request["what"]], request["number"], *more)

    def do_record(self, request: Any) -> None:
        """Begin or end to record."""
        self.recording.open(request["path"])
        # From here on everything is written once, not only what changes.
        self.revisions, self.polls = {}, 0

    def do_submit(self, request: Any) -> Any:
        """Make the project unless it is there, and a batch of its tasks; return the batch, which is paused."""
        path = request["project"]
        if request.get("replaces"):
            try:
                self.link.call(BATCH_CALLS["abort"], request["replaces"])
            except (Missing, Unreachable):
                raise
            except Exception:  # noqa: BLE001 - see the top
                pass
        document = self.project(path, request["photos"])
        chunk = document.chunk
        tasks, left_out = [], []
        for task in request["tasks"]:
            made = self.task(task, document, chunk)
            if made is None:
                left_out.append(task["index"])
            else:
                tasks.append(made)
        del chunk
        del document  # else it stays locked, and no worker can open it
        return {"batch": self.created(path, tasks), "left_out": left_out}

    def do_find(self, request: Any) -> Any:
        """Return the batch of a project, None when there is none."""
        for path in self.network_paths(request["project"]):
            try:
                found = self.link.call(("findBatch",), path)
            except Missing:
                return None
            except Exception as error:  # noqa: BLE001 - see the top
                if isinstance(error, Unreachable):
                    raise
                continue
            if isinstance(found, int) and found > 0:
                return found
        return None

    def project(self, path: Any, photos: Any) -> Any:
        """Open the project, or make it with these photos."""
        document = self.module.Document()
        if os.path.exists(path):
            document.open(path)
        else:
            if not os.path.isdir(os.path.dirname(path)):
                os.makedirs(os.path.dirname(path))
            document.save(path)
        chunks = document.chunks
        if not chunks or not list(chunks[0].cameras):
            chunk = chunks[0] if chunks else document.addChunk()
            chunk.addPhotos(photos)
            document.save()
        return document

    def task(self, task: Any, document: Any, chunk: Any) -> Any:
        """Make a network task; None for one that this version does not have and the job can do without."""
        if not hasattr(self.module, "Tasks"):
            return self.old_task(task, chunk)
        for name in task["names"]:
            kind = getattr(self.module.Tasks, name, None)
            if kind is not None:
                break
        else:
            if task.get("optional"):
                return None
            raise Missing("This version has none of: " + ", ".join(task["names"]))
        made = kind()
        for key, value in sorted(task["params"].items()) + sorted((task.get("later") or {}).items()):
            known, value = self.value(value)
            if known:
                with contextlib.suppress(AttributeError, TypeError):  # a parameter of another version
                    setattr(made, key, value)
        is_document = getattr(made, "target", None) == getattr(self.module.Tasks, "DocumentTarget", object())
        return made.toNetworkTask(document if is_document else chunk)

    def old_task(self, task: Any, chunk: Any) -> Any:
        """Make a network task of PhotoScan 1.4, which has no classes for them."""
        made = self.module.NetworkTask()
        made.name = task["names"][-1]
        for key, value in sorted(task["params"].items()):
            known, value = self.value(value)
            if known:
                made.params[key] = value if isinstance(value, (bool, str, float)) else int(value)
        if made.name == "AlignCameras":
            made.chunks.append(chunk.key)
        else:
            made.frames.append((chunk.key, 0))
        return made

    def value(self, value: Any) -> Any:
        """Return whether this version knows a value, and the value: `@Name|Older` is an enumeration's member."""
        if value == "@local":
            system = getattr(self.module, "CoordinateSystem", None)
            return (False, None) if system is None else (True, system(LOCAL_WKT))
        if not isinstance(value, str) or not value.startswith("@"):
            return True, value
        for name in value[1:].split("|"):
            if hasattr(self.module, name):
                return True, getattr(self.module, name)
        return False, None

    def network_paths(self, path: Any) -> Any:
        """Return the ways to name a project to the server: whole where the root is set, else below the root."""
        below = os.path.relpath(path, self.root).replace(os.sep, "/")
        settings = getattr(self.module.app, "settings", None)  # type: Any
        if not hasattr(settings, "network_path"):
            return [below, path]
        settings.network_path = self.root
        return [path, below]

    def created(self, path: Any, tasks: Any) -> Any:
        """Create the batch."""
        problem = None  # type: Any
        for named in self.network_paths(path):
            try:
                return self.link.call(("createBatch",), named, tasks, once=True)
            except (Missing, Unreachable):
                raise
            except Exception as error:  # noqa: BLE001 - see the top
                problem = problem or error
        raise problem

    def do_describe(self, request: Any) -> Any:
        """Return what the finished project says of its cameras and its model."""
        document = self.module.Document()
        try:
            document.open(request["project"], True)
        except TypeError:
            document.open(request["project"])
        chunk = document.chunk
        frame = self.frame(chunk, request.get("is_local"))
        points = getattr(chunk, "tie_points", None) or getattr(chunk, "point_cloud", None)
        return {
            "cameras": [camera(each, frame) for each in chunk.cameras],
            "tie_points": count(points, "points"),
            "faces": count(getattr(chunk, "model", None), "faces"),
        }

    def frame(self, chunk: Any, is_local: Any) -> Any:
        """Return the matrix from the chunk to the frame of the exported model, None for the chunk's own."""
        matrix = getattr(chunk.transform, "matrix", None)
        if matrix is None:
            return None
        rows = square(matrix)
        if is_local and chunk.crs is not None:
            try:
                local = chunk.crs.localframe(matrix.mulp(chunk.region.center))
                return product(square(local), rows)
            except Exception:  # noqa: BLE001 - see the top
                return rows
        return rows


def camera(each: Any, frame: Any) -> Any:
    """Return a camera as plain values; `matrix` leads from the camera to the model's frame."""
    entry = {"path": getattr(each.photo, "path", "") if each.photo else "", "matrix": None}
    if each.transform is not None:
        rows = square(each.transform)
        entry["matrix"] = rows if frame is None else product(frame, rows)
    calibration = each.sensor.calibration if each.sensor else None
    if calibration is not None:
        entry["f"], entry["cx"], entry["cy"] = calibration.f, calibration.cx, calibration.cy
        entry["width"], entry["height"] = int(each.sensor.width), int(each.sensor.height)
    return plain(entry)


def count(holder: Any, name: Any) -> int:
    """Return how many things of a name something holds."""
    try:
        return len(getattr(holder, name))
    except (AttributeError, TypeError):
        return 0


def square(matrix: Any) -> Any:
    """Return a matrix of four rows as lists."""
    return [[float(matrix[i, j]) for j in range(4)] for i in range(4)]


def product(one: Any, two: Any) -> Any:
    """Return the product of two matrices of four rows."""
    return [[sum(one[i][k] * two[k][j] for k in range(4)) for j in range(4)] for i in range(4)]


def listed(found: Any, what: Any) -> Any:
    """Return the items of a list, however this version wraps it."""
    if isinstance(found, dict):
        for key in (what, "items", "nodes", "workers", "batches"):
            if isinstance(found.get(key), list):
                return found[key]
        return []
    return found or []


def plain(value: Any) -> Any:
    """Return a value that JSON can hold; what it cannot becomes text."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value if type(value) in (bool, float, str) or value is None else int(value)
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(inner) for inner in value]
    return str(value)


def module() -> Any:
    """Return Agisoft's module under the name it has here; the one of that name on PyPI is another thing."""
    problems = []
    for name in MODULES:
        try:
            found = importlib.import_module(name)
        except ImportError as error:
            problems.append(str(error))
            continue
        if hasattr(found, "NetworkClient"):
            return found
        problems.append("{} has no NetworkClient".format(name))
    raise Missing("; ".join(problems))


def answer(request: Any, child: Any) -> Any:
    """Do one request and return its answer."""
    try:
        return {"id": request["id"], "ok": getattr(child, "do_" + request["do"])(request)}
    except Missing as error:
        kind, text = "missing", str(error)
    except Unreachable as error:
        kind, text = "unreachable", str(error)
    except Exception as error:  # noqa: BLE001 - see the top
        kind, text = "failed", str(error) or type(error).__name__
    return {"id": request.get("id"), "error": kind, "text": text}


def say(message: Any) -> None:
    """Write one line past whatever Agisoft makes of sys.stdout; it begins on a line of its own."""
    data = ("\n" + PREFIX + json.dumps(message) + "\n").encode("utf-8")
    while data:
        data = data[os.write(1, data) :]


def main() -> int:
    """Answer requests until there are no more."""
    try:
        child = Child(module())
    except Missing as error:
        say({"id": 0, "error": "missing", "text": str(error)})
        return 3
    say({"id": 0, "ok": "ready"})
    for line in open(0, encoding="utf-8", closefd=False):  # noqa: SIM115 - not ours to close
        say(answer(json.loads(line), child))
    return 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)  # Agisoft's own threads would keep it
