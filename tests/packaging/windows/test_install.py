"""The installer in wine: for one person and for everyone, replaced, removed; asserted on files and registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from wine_computer import WineComputer, wait_until

FOR_ME = r"C:\users\{}\AppData\Local\Programs\Tiepoint"
FOR_EVERYONE = r"C:\Program Files\Tiepoint"
SETUP = r"Software\Tiepoint\Setup"
UNINSTALL = r"Software\Microsoft\Windows\CurrentVersion\Uninstall\Tiepoint"
LONG_PATHS = r"HKLM\SYSTEM\CurrentControlSet\Control\FileSystem"
COMPUTERS_PATH = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment"


def for_me(computer: WineComputer) -> str:
    person = next(path.name for path in (computer.drive / "users").iterdir() if path.name != "Public")
    return FOR_ME.format(person)


def held(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_for_one_person(computer: WineComputer, setups, removing) -> None:
    folder = for_me(computer)
    computer.path(folder).parent.mkdir(exist_ok=True)  # Windows' own
    before = computer.files()
    assert computer.run(setups.earlier, "/S", "/CurrentUser") == 0
    assert held(computer.path(folder + r"\program")) == held(setups.earlier_payload)
    assert computer.path(folder + r"\policies\en-US\tiepoint.adml").is_file()
    entry = computer.registry(f"HKCU\\{UNINSTALL}")
    values = next(iter(entry.values()))
    assert values["displayname"] == "Tiepoint"
    assert values["displayversion"] == "0.1.0"
    assert values["installlocation"] == folder
    assert values["quietuninstallstring"] == f'"{folder}\\Uninstall.exe" /CurrentUser /S'
    assert int(values["estimatedsize"], 16) > 0
    panel = f"{folder}\\program\\tiepoint-panel.exe"
    assert computer.value(r"HKCU\Software\Classes\Tiepoint.Model\shell\open\command", "") == f'"{panel}" "%1"'
    assert computer.value(r"HKCU\Software\Classes\Directory\shell\Tiepoint\command", "") == f'"{panel}" "%1"'
    assert computer.value(r"HKCU\Software\Classes\.glb\OpenWithProgids", "Tiepoint.Model") is not None
    assert computer.value(r"HKCU\Software\Classes\.glb", "") is None  # what opens it now stays
    for suffix in (".jpg", ".json", ".toml"):  # photos, captures, plans
        assert computer.value(r"HKCU\Software\Classes\Applications\tiepoint-panel.exe\SupportedTypes", suffix) == ""
    links = [name for name in computer.files() - before if name.endswith("/Tiepoint.lnk")]
    assert len(links) == 1
    assert "Start Menu" in links[0]
    assert computer.registry(f"HKLM\\{SETUP}") == {}
    assert computer.registry(f"HKLM\\{UNINSTALL}") == {}

    computer.set_value(r"HKCU\Software\Policies\Tiepoint", "Region", "westeurope")
    removing(folder)
    assert computer.files() - before == set()
    for key in (r"Software\Tiepoint", UNINSTALL, r"Software\Classes\Tiepoint.Model", r"Software\Classes\.glb"):
        assert computer.registry(f"HKCU\\{key}") == {}, key
    assert computer.registry(r"HKCU\Software\Classes\Applications\tiepoint-panel.exe") == {}
    assert computer.value(r"HKCU\Software\RegisteredApplications", "Tiepoint") is None
    # An organisation's policy is no part of the installation.
    assert computer.value(r"HKCU\Software\Policies\Tiepoint", "Region") == "westeurope"
    computer.forget_value(r"HKCU\Software\Policies\Tiepoint", "Region")


def test_for_everyone_with_all_that_can_be_chosen(computer: WineComputer, setups, removing) -> None:
    before = computer.files()
    computer.forget_value(LONG_PATHS, "LongPathsEnabled")
    path_before = computer.value(COMPUTERS_PATH, "Path")
    chosen = ("/PATH=1", "/DESKTOP=1", "/LONGPATHS=1", "/FILETYPES=0", r"/LOG=C:\setup.log")
    assert computer.run(setups.earlier, "/S", "/AllUsers", *chosen) == 0
    assert held(computer.path(FOR_EVERYONE + r"\program")) == held(setups.earlier_payload)
    assert computer.value(f"HKLM\\{UNINSTALL}", "DisplayVersion") == "0.1.0"
    assert computer.value(COMPUTERS_PATH, "Path") == f"{path_before};{FOR_EVERYONE}\\program"
    assert computer.value(LONG_PATHS, "LongPathsEnabled") == "0x1"
    assert len([name for name in computer.files() - before if name.endswith("Desktop/Tiepoint.lnk")]) == 1
    assert computer.registry(r"HKLM\Software\Classes\Tiepoint.Model") == {}
    assert computer.registry(f"HKCU\\{SETUP}") == {}
    log = computer.text(r"C:\setup.log")
    assert "setup begins" in log
    assert f"is installed in {FOR_EVERYONE}" in log

    removing(FOR_EVERYONE)
    computer.path(r"C:\setup.log").unlink()
    assert computer.files() - before == set()
    assert computer.value(COMPUTERS_PATH, "Path") == path_before
    assert computer.registry(r"HKLM\Software\Tiepoint") == {}
    computer.forget_value(LONG_PATHS, "LongPathsEnabled")


def test_replaced_in_place(computer: WineComputer, setups, removing) -> None:
    folder = r"C:\Studio tools\Tiepoint"
    assert computer.run_line(setups.earlier, rf"/S /CurrentUser /PATH=1 /FILETYPES=0 /D={folder}") == 0
    computer.path(folder + r"\notes of mine.txt").write_text("mine")
    # What a setup that was cut off leaves.
    computer.path(folder + r"\program.old").mkdir()
    computer.path(folder + r"\program.new").mkdir()
    assert computer.run(setups.later, "/S") == 0  # the same person, the same folder, without saying so
    assert held(computer.path(folder + r"\program")) == held(setups.later_payload)
    assert sorted(path.name for path in computer.path(folder).iterdir()) == [
        *("Uninstall.exe", "notes of mine.txt", "policies", "program")
    ]
    assert computer.value(f"HKCU\\{UNINSTALL}", "DisplayVersion") == "0.2.0"
    # What was chosen at first is chosen still.
    assert computer.value(f"HKCU\\{SETUP}", "Path") == "0x1"
    assert computer.registry(r"HKCU\Software\Classes\Tiepoint.Model") == {}
    assert computer.value(r"HKCU\Environment", "Path").endswith(folder + r"\program")

    assert computer.run(setups.earlier, "/S") == 12
    assert held(computer.path(folder + r"\program")) == held(setups.later_payload)
    assert computer.run(setups.earlier, "/S", "/DOWNGRADE=1") == 0
    assert held(computer.path(folder + r"\program")) == held(setups.earlier_payload)

    removing(folder)
    assert held(computer.path(folder)) == {"notes of mine.txt": b"mine"}
    computer.path(folder + r"\notes of mine.txt").unlink()
    computer.path(folder).rmdir()
    computer.path(folder).parent.rmdir()


def test_cut_off_between_two_names(computer: WineComputer, setups) -> None:
    assert computer.run(setups.earlier, "/S", "/CurrentUser") == 0
    folder = computer.path(for_me(computer))
    (folder / "program").rename(folder / "program.old")
    assert computer.run(setups.later, "/S") == 0
    assert held(folder / "program") == held(setups.later_payload)
    assert not (folder / "program.old").exists()


def test_what_cannot_be_unpacked_leaves_the_old_program(computer: WineComputer, setups) -> None:
    assert computer.run(setups.earlier, "/S", "/CurrentUser") == 0
    folder = computer.path(for_me(computer))
    (folder / "program.new").write_text("a file where the new folder should be")
    assert computer.run(setups.later, "/S") == 15
    assert held(folder / "program") == held(setups.earlier_payload)
    assert computer.value(f"HKCU\\{UNINSTALL}", "DisplayVersion") == "0.1.0"
    (folder / "program.new").unlink()


@pytest.mark.parametrize(
    ("code", "switches", "words"),
    [
        (17, ("/AllUsers", "/CurrentUser"), "exclude each other"),
        (17, ("/CurrentUser", "/PATH=yes"), "/PATH=yes makes no sense"),
        (17, ("/CurrentUser", "/LONGPATHS=1"), "goes with /AllUsers only"),
        (13, ("/CurrentUser", "/D=C:\\" + "deep\\" * 42), "lies too deep"),
        (17, ("/CurrentUser", r"/D=C:\file\Tiepoint"), "cannot be one"),
        (17, ("/CurrentUser", r"/D=C:\foreign"), "named program that is not Tiepoint's"),
        (17, ("/CurrentUser", r"/D=C:\kept"), "named program.old that is not Tiepoint's"),
        (17, ("/CurrentUser", r"/D=C:\other"), "another program with its Uninstall.exe"),
    ],
    ids=["both", "unclear", "long paths", "deep", "no folder", "foreign", "kept", "other"],
)
def test_refused(computer: WineComputer, setups, code: int, switches: tuple[str, ...], words: str) -> None:
    computer.path(r"C:\file").write_text("")
    computer.path(r"C:\foreign\program").mkdir(parents=True, exist_ok=True)
    computer.path(r"C:\foreign\program\precious.txt").write_text("precious")
    computer.path(r"C:\kept\program.old").mkdir(parents=True, exist_ok=True)
    computer.path(r"C:\kept\program.old\precious.txt").write_text("precious")
    computer.path(r"C:\other").mkdir(exist_ok=True)
    computer.path(r"C:\other\Uninstall.exe").write_text("precious")
    before = computer.files() | {"refused.log"}
    assert computer.run(setups.earlier, "/S", r"/LOG=C:\refused.log", *switches) == code
    log = computer.text(r"C:\refused.log")
    assert words in log
    assert f"Ended with {code}" in log
    assert computer.files() == before
    computer.path(r"C:\refused.log").unlink()
    computer.path(r"C:\other\Uninstall.exe").unlink()  # the next test would call it


def test_a_first_setup_that_was_cut_off_is_taken_up(computer: WineComputer, setups) -> None:
    rest = computer.path(for_me(computer)) / "program.new"
    rest.mkdir(parents=True)
    (rest / "unfinished.tiepoint-setup").touch()
    (rest / "half.bin").touch()
    assert computer.run(setups.earlier, "/S", "/CurrentUser") == 0
    assert held(rest.with_name("program")) == held(setups.earlier_payload)
    assert not rest.exists()


def test_an_old_windows_is_refused(computer: WineComputer, setups) -> None:
    computer.set_value(r"HKCU\Software\Wine", "Version", "win7")
    try:
        assert computer.run(setups.earlier, "/S", "/CurrentUser") == 16
    finally:
        computer.set_value(r"HKCU\Software\Wine", "Version", "win10")


def test_another_folder_than_the_one_it_is_in(computer: WineComputer, setups) -> None:
    assert computer.run(setups.earlier, "/S", "/CurrentUser") == 0
    assert computer.run(setups.later, "/S", "/CurrentUser", r"/D=C:\elsewhere") == 17
    assert not computer.path(r"C:\elsewhere").exists()


def test_a_program_that_runs_is_left_alone_and_can_be_asked_to_end(computer: WineComputer, setups) -> None:
    assert computer.run(setups.earlier, "/S", "/CurrentUser") == 0
    folder = computer.path(for_me(computer))
    running = computer.start(folder / "program" / "tiepoint.exe", "hold")
    wait_until(computer.path(r"C:\held").exists)
    assert computer.run(setups.later, "/S") == 10
    assert computer.run(folder / "Uninstall.exe", "/S", f"_?={for_me(computer)}") == 10
    assert held(folder / "program") == held(setups.earlier_payload)
    assert computer.run(setups.later, "/S", "/STOP=1") == 0
    running.wait(30)
    assert held(folder / "program") == held(setups.later_payload)
    calls = computer.text(r"C:\calls.txt", "ascii").splitlines()
    assert [call for call in calls if "hold" not in call] == ["tiepoint-agent.exe stop", "tiepoint.exe transfers stop"]


def test_a_path_longer_than_the_installers_strings(computer: WineComputer, setups, removing) -> None:
    folders = ";".join(f"%USERPROFILE%\\a tool of number {number}\\bin" for number in range(80))
    assert len(folders) > 2048
    computer.set_value(r"HKCU\Environment", "Path", folders, "REG_EXPAND_SZ")
    assert computer.run(setups.earlier, "/S", "/CurrentUser", "/PATH=1") == 0
    own = for_me(computer) + r"\program"
    assert computer.value(r"HKCU\Environment", "Path") == f"{folders};{own}"
    assert computer.run(setups.later, "/S") == 0  # not named twice
    assert computer.value(r"HKCU\Environment", "Path") == f"{folders};{own}"
    computer.set_value(r"HKCU\Environment", "Path", f"C:\\first;{own};{folders}", "REG_EXPAND_SZ")
    removing(for_me(computer))
    assert computer.value(r"HKCU\Environment", "Path") == f"C:\\first;{folders}"
    computer.forget_value(r"HKCU\Environment", "Path")
