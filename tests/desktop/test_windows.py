"""The helper on Windows: real Windows Python under wine, dialling by a stand-in for Windows' telephony.

In one file, so that one prefix serves all of it (8 s to set up).
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from tests.desktop.machine import make_code
from tests.real.presence import require
from tests.real.wine.windows import Windows, wait_until, windows_path
from tests.server import Installation, Server
from webdial.desktop.builder import build
from webdial.desktop.tapi.failures import LINE_FAILURES, REQUEST_FAILURES
from webdial.desktop.tapi.line_call import ENDED
from webdial.desktop.tapi.structures import DISCONNECT_MODES

pytestmark = pytest.mark.timeout(300)
"""A prefix is set up within the first test, and takes long on a loaded machine."""

NUMBER = "02079460123"
PHONE, SECOND_PHONE = "000a0001", "000a0002"
PHONE_NAME = "Desk phone 7042 ✓"


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Windows]:
    require("wine", "mingw")
    with Windows(tmp_path_factory.mktemp("windows")) as windows:
        (windows.root / "helper.pyz").write_bytes(build())
        yield windows


@pytest.fixture(scope="module")
def pyz(windows: Windows) -> str:
    return windows_path(windows.root / "helper.pyz")


class Dialler:
    """The helper's own dialling in one Windows process, asked for line by line."""

    _LOOP = """
import dataclasses, json, sys
sys.path.insert(0, sys.argv[1])
from webdial.desktop.actions import Action, abilities, perform
for asked in sys.stdin:
    asked = json.loads(asked)
    done = perform(Action("1", "tapi", asked["total_s"], asked)) if asked else abilities()
    told = done if isinstance(done, dict) else [done.outcome, done.detail]
    print(json.dumps(told), flush=True)
"""

    def __init__(self, windows: Windows, pyz: str, *, has_tapi: bool = True) -> None:
        self._process = subprocess.Popen(
            windows.command("-c", self._LOOP, pyz), env=windows.environment(has_tapi=has_tapi),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def _ask(self, **asked: object) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def dial(self, line: str = PHONE, *, number: str = NUMBER, total_s: float = 30) -> list[str]:
        """The outcome and why."""
        told: list[str] = self._ask(number=number, line=line, total_s=total_s)
        return told

    def abilities(self) -> Any:
        return self._ask()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=30)


@pytest.fixture(scope="module")
def dialler(windows: Windows, pyz: str) -> Iterator[Dialler]:
    with Dialler(windows, pyz) as dialler:
        yield dialler


def names_of(windows: Windows) -> list[str]:
    return [each["call"] for each in windows.calls()]


# ---- A line ------------------------------------------------------------------------------------


def test_number_reaches_the_line_as_it_is(windows: Windows, dialler: Dialler) -> None:
    windows.behave("connects")
    assert dialler.dial(number="+442079460123,*9#") == ["accepted", "Connected."]
    asked = {each["call"]: each for each in windows.calls()}
    assert asked["lineInitializeExW"]["text"] == "Webdial"
    assert asked["lineInitializeExW"]["size"] == 28
    assert asked["lineOpenW"]["handle"] == 1  # the line's place among the devices
    assert asked["lineMakeCallW"]["text"] == "+442079460123,*9#"


def test_line_stays_open_until_the_call_is_over(windows: Windows, dialler: Dialler) -> None:
    """Whoever closes it ends the call."""
    windows.behave("connects")
    assert dialler.dial() == ["accepted", "Connected."]
    assert "lineClose" not in names_of(windows)
    windows.behave("hangup")
    wait_until(lambda: "lineShutdown" in names_of(windows))
    names = names_of(windows)
    ended = ["lineDrop", "lineDeallocateCall", "lineClose", "lineShutdown"]
    assert [name for name in names if name in ended][:4] == ended


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        ("busy", ["rejected", "The number is busy."]),
        ("special", ["rejected", "The network says that the number cannot be reached."]),
        ("closes", ["failed", "The line's driver closed the line."]),
        ("idle", ["failed", "The call ended, and the line's driver does not say why."]),
    ],
)
def test_call_that_comes_to_nothing(
    windows: Windows, dialler: Dialler, mode: str, told: list[str]
) -> None:
    windows.behave(mode)
    assert dialler.dial() == told
    wait_until(lambda: "lineShutdown" in names_of(windows))


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        ("rings", ["accepted", "The number is ringing."]),
        ("quiet", ["accepted", "The line has taken the call, and its driver tells no more."]),
        ("silent", ["timed_out", "The line's driver did not answer. The call was taken back."]),
    ],
)
def test_time_is_over_before_the_call_is_connected(
    windows: Windows, dialler: Dialler, mode: str, told: list[str]
) -> None:
    windows.behave(mode)
    assert dialler.dial(total_s=1) == told
    assert ("lineClose" in names_of(windows)) == (mode == "silent")


def test_every_way_that_a_call_ends(windows: Windows, dialler: Dialler) -> None:
    for name, mode in DISCONNECT_MODES.items():
        windows.behave(f"ends {mode}")
        assert dialler.dial() == list(ENDED[name])


@pytest.mark.parametrize("step", ["open", "call", "reply", "start"])
def test_every_failure_of_a_line(windows: Windows, dialler: Dialler, step: str) -> None:
    failures = LINE_FAILURES if step == "call" else dict(list(LINE_FAILURES.items())[::16])
    for code, (name, sentence) in failures.items():
        windows.behave(f"{step} {code - (1 << 32)}")
        assert dialler.dial() == ["rejected", f"{sentence} (LINEERR_{name})"]
        assert ("lineMakeCallW" in names_of(windows)) == (step in {"call", "reply"})


def test_failure_that_nobody_knows(windows: Windows, dialler: Dialler) -> None:
    windows.behave(f"call {0x80001234 - (1 << 32)}")
    outcome, detail = dialler.dial()
    assert (outcome, "not known (2147488308)" in detail) == ("rejected", True)


@pytest.mark.parametrize("mode", ["nodevice", "version -2147483636", "caps -2147483581"])
def test_line_that_is_gone(windows: Windows, dialler: Dialler, mode: str) -> None:
    windows.behave(mode)
    gone = "The line that was chosen for this computer is not there."
    assert dialler.dial() == ["rejected", gone]
    assert dialler.abilities() == {"can": ["http", "link"], "lines": []}


# ---- Which way ---------------------------------------------------------------------------------


def test_only_line_for_voice_is_taken(windows: Windows, dialler: Dialler) -> None:
    windows.behave("connects")
    assert dialler.abilities() == {
        "can": ["http", "link", "tapi"],
        "lines": [{"id": PHONE, "name": PHONE_NAME}],
    }
    assert dialler.dial("") == ["accepted", "Connected."]
    assert "tapiRequestMakeCallW" not in names_of(windows)


def test_of_several_lines_the_program_for_calls_decides(windows: Windows, dialler: Dialler) -> None:
    windows.behave("two")
    assert [line["id"] for line in dialler.abilities()["lines"]] == [PHONE, SECOND_PHONE]
    assert dialler.dial("")[0] == "handed_over"
    assert "lineMakeCallW" not in names_of(windows)
    windows.behave("two")
    assert dialler.dial(SECOND_PHONE) == ["accepted", "Connected."]
    assert [each["handle"] for each in windows.calls() if each["call"] == "lineOpenW"] == [2]


def test_every_answer_of_the_program_for_calls(windows: Windows, dialler: Dialler) -> None:
    windows.behave("request 0")
    done = dialler.dial("program")
    assert done == ["handed_over", "The program for telephone calls has taken the number."]
    assert [(each["call"], each["text"]) for each in windows.calls()] == [
        ("tapiRequestMakeCallW", NUMBER)
    ]
    for code, (name, sentence) in REQUEST_FAILURES.items():
        windows.behave(f"request {code}")
        outcome, detail = dialler.dial("program")
        assert (outcome, detail.startswith(f"{sentence} (TAPIERR_{name})")) == ("rejected", True)


def test_number_that_is_too_long(windows: Windows, dialler: Dialler) -> None:
    windows.behave("connects")
    assert dialler.dial(number="1" * 80)[0] == "rejected"
    assert windows.calls() == []


def test_lines_are_listed(windows: Windows, pyz: str) -> None:
    windows.behave("two")
    listed = windows.run(pyz, "tapi", "lines", environment=windows.environment(PYTHONUTF8="1"))
    assert listed.stdout.splitlines() == [
        "000a0000  WAN Miniport  (not for voice)",
        f"{PHONE}  {PHONE_NAME}",
        f"{SECOND_PHONE}  Second phone",
    ]
    windows.behave("nodevice")
    assert "no telephone lines" in windows.run(pyz, "tapi", "lines").stdout
    windows.behave(f"start {0x80000061 - (1 << 32)}")
    refused = windows.run(pyz, "tapi", "lines")
    assert (refused.returncode, "service is not running" in refused.stderr) == (1, True)


def test_wines_own_tapi_is_none(windows: Windows, pyz: str) -> None:
    """Its functions answer 0 and write nothing, and one is missing."""
    with Dialler(windows, pyz, has_tapi=False) as dialler:
        assert dialler.abilities() == {"can": ["http", "link"], "lines": []}
        assert dialler.dial("") == ["rejected", "This Windows has no tapiRequestMakeCallW."]
        assert dialler.dial()[0] == "rejected"


# ---- From the server ---------------------------------------------------------------------------


class RunningHelper:
    """The one file as it runs on Windows, paired with a server."""

    def __init__(self, windows: Windows, pyz: str, server: Server, code: str) -> None:
        paired = windows.run(pyz, "pair", server.address, code, "--name", "Desk")
        assert paired.returncode == 0, paired.stderr
        self._process = subprocess.Popen(
            windows.command(pyz, "run"), env=windows.environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stderr is not None
        said = next((line for line in self._process.stderr if "connected" in line), None)
        assert said, "the helper ended before it was connected"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait(30)
        # Not read to the end: what wine started besides holds the same pipes.
        for pipe in (self._process.stdout, self._process.stderr):
            assert pipe is not None
            pipe.close()


KEPT = """
from webdial.site.models import Call
call = Call.objects.get(pk={call!r})
kept = (call.answer, call.request)
assert kept == ("Connected.", "tel:02079460123"), kept
assert "started by the computer Desk" in call.setting_source
"""

CHOOSE = """
from webdial.site.domain.computers import choose_line
from webdial.site.models import Computer
choose_line(Computer.objects.select_related("user").get(), {line!r})
"""


def test_call_by_the_api_is_placed_by_tapi_on_windows(
    windows: Windows, pyz: str, sqlite_installation: Installation, tmp_path: Path
) -> None:
    installation = sqlite_installation
    installation.run_all(["setting", "set", "Same Call Within", "0"])
    installation.dial_by("")
    windows.behave("connects")
    link_opened = register_dial_links(windows, tmp_path)
    with (
        installation.serving() as server,
        RunningHelper(windows, pyz, server, make_code(installation)),
    ):
        answer = server.place_call(NUMBER).content
        assert answer["outcome"] == "accepted", answer
        installation.execute(KEPT.format(call=answer["id"]))
        made = [each for each in windows.calls() if each["call"] == "lineMakeCallW"]
        assert [each["text"] for each in made] == [NUMBER]

        windows.behave("busy")
        answer = server.place_call(NUMBER).content
        assert answer["outcome"] == "rejected"
        assert answer["sentence"] == "The phone system refused the call: The number is busy."

        windows.behave("nodevice")  # the phone was unplugged since
        assert "is not there" in chosen(installation, server, PHONE, "rejected")["sentence"]

        windows.behave("request -2")
        refused = chosen(installation, server, "program", "rejected", "TAPIERR_NOREQUESTRECIPIENT")
        assert "No program for telephone calls runs here" in refused["sentence"]

        # Until the server knows of it, the program for calls goes on refusing.
        chosen(installation, server, "link", "handed_over")
        wait_until(link_opened.exists)
        assert link_opened.read_text(encoding="utf-8") == f"tel:{NUMBER}"


def chosen(
    installation: Installation, server: Server, line: str, outcome: str, words: str = ""
) -> Any:
    """A call after the user chose a line, once the server knows of it."""
    installation.execute(CHOOSE.format(line=line))
    while True:
        answer = server.place_call(NUMBER).content
        if answer["outcome"] == outcome and words in answer["sentence"]:
            return answer


# ---- Links -------------------------------------------------------------------------------------

SCRIPT = """
import pathlib, sys
made = pathlib.Path(sys.argv[1] + ".part")
made.write_text(sys.argv[2], encoding="utf-8")
made.rename(sys.argv[1])
"""

REGISTER = """
import json, winreg
with winreg.CreateKey(winreg.HKEY_CLASSES_ROOT, "tel") as key:
    winreg.SetValueEx(key, "URL Protocol", 0, winreg.REG_SZ, "")
with winreg.CreateKey(winreg.HKEY_CLASSES_ROOT, r"tel\\shell\\open\\command") as key:
    winreg.SetValueEx(key, "", 0, winreg.REG_SZ, {command!r})
print(json.dumps(None))
"""


def register_dial_links(windows: Windows, folder: Path) -> Path:
    """A program for tel: links that writes the link into the file that is answered."""
    script, opened = folder / "opens.py", folder / "opened"
    script.write_text(SCRIPT, encoding="ascii")
    python = windows_path(windows.home / "python.exe")
    words = (python, windows_path(script), windows_path(opened), "%1")
    windows.run_code(REGISTER.format(command=" ".join(f'"{word}"' for word in words)))
    return opened


LOOK = """
import json, winreg
def values(key):
    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
            sub, count, _ = winreg.QueryInfoKey(opened)
            found = {key + "|" + name: value for name, value, _ in (winreg.EnumValue(opened, i) for i in range(count))}
            below = [winreg.EnumKey(opened, index) for index in range(sub)]
    except OSError:
        return {}
    for name in below:
        found |= values(key + "\\\\" + name)
    return found
print(json.dumps({
    name: value
    for root in (
        *(r"Software\\Classes" + "\\\\" + each for each in ("tel", "callto", "sip", "WebdialDesktop.Link")),
        r"Software\\WebdialDesktop", r"Software\\RegisteredApplications",
        r"Software\\Microsoft\\Windows\\CurrentVersion\\Run",
    )
    for name, value in values(root).items()
}))
"""

BEFORE = """
import winreg
with winreg.CreateKey(winreg.HKEY_CURRENT_USER, r"Software\\Classes\\callto\\shell\\open\\command") as key:
    winreg.SetValueEx(key, "", 0, winreg.REG_SZ, '"C:\\\\other.exe" "%1"')
with winreg.OpenKey(winreg.HKEY_CURRENT_USER, r"Software\\Classes\\callto", 0, winreg.KEY_SET_VALUE) as key:
    winreg.SetValueEx(key, "", 0, winreg.REG_SZ, "URL:Another program")
    winreg.SetValueEx(key, "URL Protocol", 0, winreg.REG_SZ, "")
print("null")
"""


def test_registering_and_taking_it_back_leave_the_registry_as_it_was(
    windows: Windows, pyz: str
) -> None:
    windows.behave("connects")
    windows.run_code(BEFORE)
    before = windows.run_code(LOOK)
    command = r"Software\Classes\{}\shell\open\command|"
    assert before[command.format("callto")] == '"C:\\other.exe" "%1"'

    told = windows.run(pyz, "register")
    assert (told.returncode, "starts when you sign in" in told.stdout) == (0, True), told.stderr
    held = windows.run_code(LOOK)
    for scheme in ("tel", "callto", "sip", "WebdialDesktop.Link"):
        assert held[command.format(scheme)].endswith(f'{pyz} open "%1"')
        assert held[rf"Software\Classes\{scheme}|URL Protocol"] == ""
    capabilities = held[r"Software\RegisteredApplications|WebdialDesktop"]
    for scheme in ("tel", "callto", "sip"):
        assert held[rf"{capabilities}\UrlAssociations|{scheme}"] == "WebdialDesktop.Link"
    assert held[rf"{capabilities}|ApplicationName"] == "Webdial"
    run = r"Software\Microsoft\Windows\CurrentVersion\Run|WebdialDesktop"
    assert held[run].endswith(f"{pyz} run")
    assert "Links it opens: tel, callto, sip" in windows.run(pyz, "status").stdout

    windows.run(pyz, "register")  # a second time remembers the same
    taken = windows.run(pyz, "unregister")
    assert taken.returncode == 0, taken.stderr
    assert windows.run_code(LOOK) == before
