"""Server processes: started, pinned, weighed, stopped; and what is told of those that fail."""

import os
import sys
from pathlib import Path

import pytest

from bench import BenchError, servers, standin
from tests.bench.own_children import OwnChildren


def script(code: str, *arguments: str, port: int) -> servers.Command:
    return servers.Command("script", (sys.executable, "-c", code, *arguments), port, "/count")


def test_server_answers_while_it_runs_and_ends_after(
    tmp_path: Path, own_children: OwnChildren
) -> None:
    command = standin.serve_command(servers.free_port())
    with servers.running(command, core=None, log=tmp_path / "log") as server:
        assert standin.dial_count(command.authority) == 0
        assert 0 < server.ready_after_s < 60
        assert server.memory_bytes() > 2**20
        assert server.cpu_s() > 0
        (child,) = own_children()
    assert not child.is_running()
    with pytest.raises(OSError, match="refused"):
        standin.dial_count(command.authority)


def test_children_of_the_server_are_weighed_and_ended(
    tmp_path: Path, own_children: OwnChildren
) -> None:
    served = standin.serve_command(servers.free_port())
    launch = "import subprocess, sys; subprocess.call(sys.argv[1:])"
    command = script(launch, *served.argv, port=served.port)
    with servers.running(command, core=None, log=tmp_path / "log") as server:
        parent, child = own_children(recursive=True)
        together = parent.memory_info().rss + child.memory_info().rss
        assert server.memory_bytes() == pytest.approx(together, rel=0.1)
    with pytest.raises(OSError, match="refused"):
        standin.dial_count(command.authority)


def test_server_that_ends_is_quoted(tmp_path: Path) -> None:
    command = script("import sys; sys.exit('no such database')", port=servers.free_port())
    with (
        pytest.raises(BenchError, match="script ended with code 1\n    no such database"),
        servers.running(command, core=None, log=tmp_path / "log"),
    ):
        pass


def test_server_that_does_not_know_its_ready_path_is_not_waited_for(
    tmp_path: Path, own_children: OwnChildren
) -> None:
    known = standin.serve_command(servers.free_port())
    command = servers.Command(known.name, known.argv, known.port, "/sign-in")
    with (
        pytest.raises(BenchError, match="stand-in answers /sign-in with 404"),
        servers.running(command, core=None, log=tmp_path / "log"),
    ):
        pass
    assert own_children() == []


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="processes cannot be pinned here")
def test_server_keeps_to_its_core(tmp_path: Path, own_children: OwnChildren) -> None:
    before = os.sched_getaffinity(0)
    core = max(before)
    with servers.running(
        standin.serve_command(servers.free_port()), core=core, log=tmp_path / "log"
    ):
        (child,) = own_children()
        assert child.cpu_affinity() == [core]
        assert os.sched_getaffinity(0) == before


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="processes cannot be pinned here")
def test_one_core_is_shared_and_said_so() -> None:
    core = min(os.sched_getaffinity(0))
    with servers.pinned(core):
        cores = servers.choose_cores()
    assert cores == servers.Cores(server=core, harness=core)
    assert not cores.are_apart
