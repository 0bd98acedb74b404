"""What stops a build for its licences, and what is written when nothing does."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
LICENCES = REPOSITORY / "packaging" / "licences"


def _package(name: str) -> Path:
    """Return the folder that a package lies in."""
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parents[name.count(".") + 1]


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The collector's modules, which lie outside the program."""
    monkeypatch.syspath_prepend(str(LICENCES))
    import collect  # type: ignore[import-not-found]

    yield collect
    for name in [name for name in sys.modules if name == "collect" or name.partition(".")[0] == "third_party"]:
        del sys.modules[name]


def _collected(folder: Path, *names: str, modules: tuple[str, ...] = ("click",), **more: Path) -> Path:
    """Write what a freeze would: files of the environment by their places, and others by their sources."""
    site = _package("click")
    files = [{"name": name, "source": str(site / name), "kind": "BINARY"} for name in names]
    files += [{"name": name, "source": str(source), "kind": "BINARY"} for name, source in more.items()]
    told = {
        "files": files,
        "modules": [{"name": each, "source": str(site / each / "__init__.py")} for each in modules],
    }
    path = folder / "collected.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    return path


def _run(collector: Any, collected: Path, out: Path) -> int:
    return int(collector.main(["--collected", str(collected), "--out", str(out)]))


def test_licences_texts_and_sources_of_what_was_collected(collector: Any, tmp_path: Path) -> None:
    site = _package("numpy")
    core = next((site / "numpy" / "_core").glob("_multiarray_umath.*.so"), None)
    blas = next((site / "numpy.libs").glob("libscipy_openblas64_*.so*"), None)
    if core is None or blas is None:
        pytest.skip("names of Linux' wheels")
    names = [str(path.relative_to(site)) for path in (core, blas)]
    out = tmp_path / "licences"
    assert _run(collector, _collected(tmp_path, *names), out) == 0
    told = json.loads((out / "components.json").read_text(encoding="utf-8"))
    parts = {part["name"]: part for part in told["components"]}
    assert told["format"] == 1
    assert parts["click"]["licence"] == "BSD-3-Clause"
    assert parts["numpy"]["files"] == [names[0]]
    assert parts["OpenBLAS, with LAPACK"]["files"] == [names[1]]
    assert parts["OpenBLAS, with LAPACK"]["part_of"] == ["numpy"]
    assert {"Python", "Inter typeface", "Lucide icons"} <= set(parts)
    for part in parts.values():
        assert part["texts"], part["name"]
        assert all((out / text).stat().st_size > 100 for text in part["texts"]), part["name"]
    notices = (out / "THIRD-PARTY-NOTICES.txt").read_text(encoding="utf-8")
    assert "OpenBLAS, with LAPACK, in numpy" in notices
    assert "Redistribution and use in source and binary forms" in notices


def test_qt_may_be_replaced_and_its_source_is_told(collector: Any, tmp_path: Path) -> None:
    site = _package("PySide6")
    core = next((site / "PySide6" / "Qt" / "lib").glob("libQt6Core.so*"), None)
    if core is None:
        pytest.skip("names of Linux' wheels")
    out = tmp_path / "licences"
    assert _run(collector, _collected(tmp_path, str(core.relative_to(site))), out) == 0
    notice = (out / "LGPL-NOTICE.txt").read_text(encoding="utf-8")
    assert str(core.relative_to(site)) in notice
    assert "https://download.qt.io/official_releases/qt/" in notice
    assert "Put your build in its place" in notice
    assert (out / "texts/standard/LGPL-3.0-only.txt").is_file()
    assert (out / "texts/standard/GPL-3.0-only.txt").is_file()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pillow_heif.libs/libx265-*.so*", "x265: the licence GPL-2.0-or-later is not on the list"),
        ("mypyc/*.so", "mypy"),
    ],
)
def test_what_may_not_travel_or_is_unknown_stops_the_build(
    collector: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, said: str
) -> None:
    site = _package("click")
    found = next(site.glob(name), None)
    if found is None:
        pytest.skip("names of Linux' wheels")
    out = tmp_path / "licences"
    assert _run(collector, _collected(tmp_path, str(found.relative_to(site))), out) == 1
    assert said in capsys.readouterr().err
    assert not out.exists()


def test_a_library_that_belongs_to_nothing_stops_the_build(
    collector: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    stray = elsewhere / "libstray.so.1"
    stray.write_bytes(b"")
    here = tmp_path / "here"
    here.mkdir()
    assert _run(collector, _collected(here, **{"libstray.so.1": stray}), here / "licences") == 1
    assert "libstray.so.1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "stem"),
    [
        ("opencv_python_headless.libs/libavcodec-c4204469.so.62.28.101", "avcodec"),
        ("cv2/avcodec-62.dll", "avcodec-62"),
        ("numpy.libs/libgfortran-040039e1-0352e75f.so.5.0.0", "gfortran"),
        ("numpy.libs/libscipy_openblas64_-32a4b2a6.so", "scipy_openblas64_"),
        ("numpy.libs/msvcp140-263139962577ecda4cd9469ca360a746.dll", "msvcp140"),
        ("PIL/.dylibs/liblcms2.2.dylib", "lcms2"),
        ("libstdc++.so.6", "stdc++"),
        ("pillow.libs/libpng16-1d1ba958.so.16.58.0", "png16"),
    ],
)
def test_a_library_is_known_by_its_stem_on_every_system(collector: Any, file: str, stem: str) -> None:
    from third_party.catalogue import stem as stem_of  # type: ignore[import-not-found]

    assert stem_of(file) == stem


@pytest.mark.parametrize(
    ("expression", "chosen"),
    [
        ("MIT", "MIT"),
        ("GPL-2.0-only OR MIT", "MIT"),
        ("EPL-2.0 OR GPL-2.0-or-later", "EPL-2.0"),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", "MIT AND Unicode-3.0"),
        ("Apache-2.0 WITH LLVM-exception", "Apache-2.0 WITH LLVM-exception"),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", "GPL-3.0-or-later WITH GCC-exception-3.1"),
        ("GPL-3.0-or-later", None),
        ("MIT AND GPL-2.0-only", None),
        ("MIT AND", None),
        ("(MIT", None),
        ("MIT MIT", None),
    ],
)
def test_alternatives_are_chosen_from_the_list(collector: Any, expression: str, chosen: str | None) -> None:
    from third_party.component import LicenceProblem  # type: ignore[import-not-found]
    from third_party.expressions import Allowed  # type: ignore[import-not-found]

    allowed = Allowed(LICENCES / "allowed.toml")
    if chosen is None:
        with pytest.raises(LicenceProblem):
            allowed.chosen("it", expression)
    else:
        assert allowed.chosen("it", expression) == chosen


def test_every_part_of_the_catalogue_has_its_text_and_every_locked_wheel_with_code_was_looked_at(
    collector: Any,
) -> None:
    import tomllib

    from third_party.catalogue import Catalogue
    from third_party.texts import Texts  # type: ignore[import-not-found]

    read = tomllib.loads((LICENCES / "catalogue.toml").read_text(encoding="utf-8"))
    catalogue = Catalogue(LICENCES / "catalogue.toml", Texts(LICENCES / "texts"))
    for key in read["part"]:
        assert catalogue.part(key).texts, key
    lock = (REPOSITORY / "requirements.txt").read_text(encoding="utf-8")
    locked = dict(line.split()[0].split("==") for line in lock.splitlines() if "==" in line and line[0].isalnum())
    for name, wheel in read["wheel"].items():
        assert all(inside.split()[0] in read["part"] for inside in wheel.get("contains", ())), name
        if name in locked:
            catalogue.wheel(name, locked[name])


def test_an_unknown_version_of_a_wheel_with_code_is_looked_at_again(collector: Any) -> None:
    from third_party.catalogue import Catalogue
    from third_party.component import LicenceProblem
    from third_party.texts import Texts

    catalogue = Catalogue(LICENCES / "catalogue.toml", Texts(LICENCES / "texts"))
    with pytest.raises(LicenceProblem, match=r"pycolmap 5\.0: its native code was last looked at in 4\.2"):
        catalogue.wheel("pycolmap", "5.0")
    with pytest.raises(LicenceProblem, match="nobody has looked at"):
        catalogue.wheel("brand-new", "1")


def test_bills_are_valid_and_carry_hashes(collector: Any, tmp_path: Path) -> None:
    folder = tmp_path / "tiepoint"
    inside = folder / "_internal"
    site = _package("psutil")
    library = next((site / "psutil").glob("_psutil*"))
    name = str(library.relative_to(site))
    assert _run(collector, _collected(tmp_path, name, modules=("click", "psutil")), inside / "licences") == 0
    (inside / "psutil").mkdir()
    (inside / name).write_bytes(library.read_bytes())
    import sbom  # type: ignore[import-not-found]

    out = tmp_path / "bill.json"
    assert sbom.main([str(folder), "-o", str(out)]) == 0
    told = json.loads(out.read_text(encoding="utf-8"))
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    psutil = next(part for part in told["components"] if part["name"] == "psutil")
    assert psutil["purl"].startswith("pkg:pypi/psutil@")
    assert psutil["licenses"] == [{"expression": "BSD-3-Clause"}]
    assert len(psutil["components"][0]["hashes"][0]["content"]) == 64
    lock = tmp_path / "lock.txt"
    lock.write_text(
        "# made by uv\nclick==8.5.1 \\\n    --hash=sha256:" + 64 * "a" + " \\\n    --hash=sha256:" + 64 * "b" + "\n"
        "    # via tiepoint\njeepney==0.9.0 ; sys_platform == 'linux' \\\n    --hash=sha256:" + 64 * "c" + "\n",
        encoding="utf-8",
    )
    assert sbom.main(["--lock", str(lock), "-o", str(out)]) == 0
    locked = json.loads(out.read_text(encoding="utf-8"))["components"]
    assert [part["purl"] for part in locked] == ["pkg:pypi/click@8.5.1", "pkg:pypi/jeepney@0.9.0"]
    assert [len(part["externalReferences"][0]["hashes"]) for part in locked] == [2, 1]
    assert locked[1]["properties"] == [{"name": "tiepoint:when", "value": "sys_platform == 'linux'"}]
    del sys.modules["sbom"]


class _Distribution:
    """A wheel with files beside its metadata.

    Args:
        files: Their texts, by name.
    """

    version = "1.0"

    def __init__(self, **files: str) -> None:
        self.metadata = Message()
        self.metadata["Name"] = "wheel"
        self.metadata["License-Expression"] = "MIT"
        self.files = [f"wheel-1.0.dist-info/{name}" for name in files]
        self._texts = files

    def read_text(self, name: str) -> str:
        return self._texts[name]


def test_names_of_authors_alone_are_no_licence(collector: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from third_party import distributions  # type: ignore[import-not-found]

    catalogue = collector.Catalogue(LICENCES / "catalogue.toml", collector.Texts(LICENCES / "texts"))
    monkeypatch.setattr("importlib.metadata.distribution", lambda _name: _Distribution(AUTHORS="Ann", NOTICE="By Ann."))
    with pytest.raises(collector.LicenceProblem, match="carries no licence text"):
        distributions.component_of("wheel", (), catalogue, collector.Texts(LICENCES / "texts"))
    monkeypatch.setattr("importlib.metadata.distribution", lambda _name: _Distribution(AUTHORS="Ann", LICENSE="May."))
    found = distributions.component_of("wheel", (), catalogue, collector.Texts(LICENCES / "texts"))
    assert [name for name, _ in found.texts] == ["AUTHORS", "LICENSE"]


def test_notices_begin_with_what_is_under_other_terms(collector: Any, tmp_path: Path) -> None:
    name = "SuiteSparse: CHOLMOD (Supernodal, MatrixOps, Modify) and SPQR"
    catalogue = collector.Catalogue(LICENCES / "catalogue.toml", collector.Texts(LICENCES / "texts"))
    parts = [catalogue.part("zlib"), catalogue.part("suitesparse-gpl")]
    allowed = collector.Allowed(LICENCES / "allowed.toml")
    reasons = {each: exception["why"] for each, exception in allowed.exceptions.items()}
    collector.write_all(parts, tmp_path / "licences", reasons=reasons)
    notices = (tmp_path / "licences/THIRD-PARTY-NOTICES.txt").read_text(encoding="utf-8")
    assert f"PLEASE NOTE: {name} is under GPL-2.0-or-later." in " ".join(notices[: notices.index("Licence:")].split())
