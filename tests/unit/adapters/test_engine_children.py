"""Children that answer in JSON lines: what they say, how they fail, and that closing ends them."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

import pytest

from tiepoint.adapters.computer.system import LocalSystem
from tiepoint.adapters.engine.children import Launch, child_answer, child_lines
from tiepoint.adapters.engine.photo_inspector import ChildPhotoInspector
from tiepoint.adapters.engine.renderer import ChildRenderer
from tiepoint.domain.errors import EngineFailure, InputError, SetupError
from tiepoint.domain.photo import PhotoFacts, SetFinding


def running(code: str) -> Launch:
    """A launcher whose children run this Python code."""

    async def launch(role: str, args: Sequence[str]) -> Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-S", "-c", code, role, *args, stdin=PIPE, stdout=PIPE, stderr=PIPE
        )

    return launch


async def test_its_lines_are_yielded_and_noise_is_passed_over() -> None:
    code = "print('{\"n\": 1}'); print('noise'); print('[3]'); print('{\"n\": 2}')"
    async with aclosing(child_lines(running(code), "any", [])) as lines:
        assert [line["n"] async for line in lines] == [1, 2]


async def test_it_is_given_its_request() -> None:
    code = "import sys; print(sys.stdin.readline().strip())"
    assert await child_answer(running(code), "any", [], {"photos": ["ü"]}) == {"photos": ["ü"]}


async def test_an_error_it_says_is_raised() -> None:
    code = 'print(\'{"type": "error", "kind": "input", "summary": "No model.", "remedy": "Name another."}\')'
    with pytest.raises(InputError, match=r"No model\.") as said:
        await child_answer(running(code), "any", [])
    assert said.value.remedy == "Name another."


@pytest.mark.parametrize(
    ("code", "kind"),
    [("import sys; sys.exit('broken')", EngineFailure), ("import no_such_module", SetupError)],
)
async def test_an_early_end_is_told(code: str, kind: type[Exception]) -> None:
    with pytest.raises(kind) as early:
        await child_answer(running(code), "any", [])
    assert "broken" in early.value.detail or "no_such_module" in early.value.detail  # type: ignore[attr-defined]


async def test_a_child_that_cannot_start_is_a_matter_of_set_up() -> None:
    async def launch(role: str, args: Sequence[str]) -> Process:
        raise FileNotFoundError("no python")

    with pytest.raises(SetupError, match="cannot be started"):
        await child_answer(launch, "any", [])


async def test_closing_ends_the_child() -> None:
    started: list[Process] = []
    inner = running("import time; print('{}', flush=True); time.sleep(60)")

    async def launch(role: str, args: Sequence[str]) -> Process:
        started.append(await inner(role, args))
        return started[0]

    async with aclosing(child_lines(launch, "any", [])) as lines:
        await anext(lines)
    assert started[0].returncode is not None


async def test_photos_and_findings_are_read() -> None:
    code = (
        'print(\'{"type": "photo", "path": "a.jpg", "width": 4, "height": 3, "problem": null, "phash": "00"}\');'
        'print(\'{"type": "progress", "done": 1, "total": 1}\');'
        'print(\'{"type": "finding", "kind": "few-photos", "summary": "Few.", "severity": "error"}\')'
    )
    inspector = ChildPhotoInspector(running(code))
    async with aclosing(inspector.inspect([(Path("/a.jpg"), "a.jpg")], decode=False)) as found:
        photo, finding = [each async for each in found]
    assert isinstance(photo, PhotoFacts)
    assert (photo.width, photo.problem) == (4, None)
    assert isinstance(finding, SetFinding)
    assert finding.severity == "error"


async def test_an_answer_nobody_can_read_is_said() -> None:
    inspector = ChildPhotoInspector(running('print(\'{"type": "photo"}\')'))
    with pytest.raises(EngineFailure, match="cannot be read"):
        async with aclosing(inspector.inspect([], decode=True)) as found:
            await anext(found)


async def test_a_picture_is_asked_for(tmp_path: Path) -> None:
    code = f"import sys; open({str(tmp_path / 'args')!r}, 'w').write(' '.join(sys.argv[1:]))"
    await ChildRenderer(running(code)).render(Path("m.glb"), Path("p.png"), size_px=(800, 600))
    assert (tmp_path / "args").read_text(encoding="utf-8") == "render --size 800x600 -- m.glb p.png"


async def test_this_computer_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    code = 'print(\'{"versions": {"numba": "1"}, "is_warm": true}\')'
    places = {"captures": tmp_path / "new", "cache": tmp_path / "file/below"}
    system = LocalSystem(lambda: places, running(code), lambda: False)
    assert not system.is_engine_warm()
    assert system.computer().cpu_count >= 1
    assert system.computer().memory_bytes > 0
    assert system.folders()["captures"].is_writable
    assert not system.folders()["cache"].is_writable
    assert (await system.engine()).versions == {"numba": "1"}
