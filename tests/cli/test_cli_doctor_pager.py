"""Whether a watch would outlive a logout, read from a machine's files, and the two units that ship."""

import configparser
import plistlib
from pathlib import Path

import pytest

from warroom.cli.doctor_pager import UNIT, survives, synchronised
from warroom.config import shipped

SERVICE = Path(shipped.folder()) / "service"
LOGIND = "[Login]\n{}\n"


class Machine:
    def __init__(self, root):
        self.root = root / "root"
        self.home = root / "home"
        self.put("run/systemd/system/x")

    def put(self, name, text=""):
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def install(self, enabled=True):
        folder = self.home / ".config/systemd/user"
        (folder / "default.target.wants").mkdir(parents=True)
        (folder / UNIT).write_text("")
        if enabled:
            (folder / "default.target.wants" / UNIT).symlink_to(folder / UNIT)

    def says(self, user="ana"):
        return survives(user, str(self.home), "/data", str(self.root))


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_without_systemd_nothing_ends_it(tmp_path):
    assert survives("ana", str(tmp_path), "/data", str(tmp_path)).state == "ok"


@pytest.mark.parametrize(
    ("said", "state"), [("yes", "look"), ("true", "look"), ("1", "look"), ("no", "ok"), ("0", "ok")]
)
def test_what_logind_was_told_decides(machine, said, state):
    machine.put("etc/systemd/logind.conf", LOGIND.format(f"KillUserProcesses={said}"))
    assert machine.says().state == state


def test_it_names_the_file_the_unit_and_lingering(machine):
    machine.put("etc/systemd/logind.conf", LOGIND.format("KillUserProcesses=yes"))
    words = machine.says().says
    for part in (
        "KillUserProcesses=yes",
        "etc/systemd/logind.conf",
        UNIT,
        "/data/service",
        "loginctl enable-linger ana",
    ):
        assert part in words


def test_a_drop_in_wins_over_the_file_and_a_later_one_over_an_earlier(machine):
    machine.put("etc/systemd/logind.conf", LOGIND.format("KillUserProcesses=no"))
    machine.put("usr/lib/systemd/logind.conf.d/10-a.conf", LOGIND.format("KillUserProcesses=yes"))
    assert machine.says().state == "look"
    machine.put("run/systemd/logind.conf.d/20-b.conf", LOGIND.format("KillUserProcesses=no"))
    assert machine.says().state == "ok"


def test_of_two_drop_ins_with_one_name_that_in_etc_counts(machine):
    machine.put("usr/lib/systemd/logind.conf.d/10-a.conf", LOGIND.format("KillUserProcesses=yes"))
    machine.put("etc/systemd/logind.conf.d/10-a.conf", LOGIND.format("KillUserProcesses=no"))
    assert machine.says().state == "ok"


def test_the_default_of_this_build_is_read_from_the_comment_that_ships(machine):
    machine.put("etc/systemd/logind.conf", "# See logind.conf(5)\n[Login]\n#KillUserProcesses=no\n")
    assert machine.says().state == "ok"
    machine.put("etc/systemd/logind.conf", "[Login]\n#KillUserProcesses=yes\n")
    assert machine.says().state == "look"


def test_where_nothing_says_it_nobody_is_told_that_it_is_well(machine):
    finding = machine.says()
    assert finding.state == "look"
    assert "may be ended" in finding.says


def test_users_who_are_spared_are_spared(machine):
    machine.put("etc/systemd/logind.conf", LOGIND.format("KillUserProcesses=yes\nKillExcludeUsers=root ana"))
    assert machine.says("ana").state == "ok"
    assert machine.says("ivo").state == "look"


def test_keys_of_another_section_count_for_nothing(machine):
    machine.put("etc/systemd/logind.conf", "[Login]\nKillUserProcesses=yes\n[Other]\nKillUserProcesses=no\n")
    assert machine.says().state == "look"


def test_a_unit_that_lingers_is_well_whatever_logind_does(machine):
    machine.put("etc/systemd/logind.conf", LOGIND.format("KillUserProcesses=yes"))
    machine.install()
    assert "loginctl enable-linger" in machine.says().says
    machine.put("var/lib/systemd/linger/ana")
    assert machine.says().state == "ok"


def test_a_unit_that_is_not_enabled_is_to_be_enabled(machine):
    machine.put("etc/systemd/logind.conf", LOGIND.format("KillUserProcesses=yes"))
    machine.install(enabled=False)
    assert "systemctl --user enable" in machine.says().says
    assert "copy" not in machine.says().says


def test_lingering_alone_saves_no_process_of_a_session(machine):
    machine.put("etc/systemd/logind.conf", LOGIND.format("KillUserProcesses=yes"))
    machine.put("var/lib/systemd/linger/ana")
    assert machine.says().state == "look"


def test_the_kernel_is_asked_about_the_clock():
    assert synchronised() in (True, False, None)


# ── what ships ──


def unit():
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str
    parser.read_string((SERVICE / UNIT).read_text())
    return parser


def test_the_unit_comes_back_whatever_ended_it():
    service = unit()["Service"]
    assert (service["Restart"], service["RestartSec"], service["KillSignal"]) == ("always", "1", "SIGTERM")
    assert unit()["Unit"]["StartLimitIntervalSec"] == "0"


def test_both_units_start_what_there_is(warroom):
    command = unit()["Service"]["ExecStart"].split()
    assert command[:3] == ["/usr/bin/env", "warroom", "watch"]
    agent = plistlib.loads((SERVICE / "warroom.watch.plist").read_bytes())
    assert agent["KeepAlive"] is True
    assert agent["ProgramArguments"][-1].endswith(f"exec {' '.join(command[1:])}")
    help_ = warroom.ok("watch", "--help").out
    assert all(word in help_ for word in command[3:])


def test_secrets_come_from_a_file_that_may_be_missing():
    assert unit()["Service"]["EnvironmentFile"].startswith("-")
    assert not [name for name in unit()["Service"] if "SECRET" in name.upper()]
