"""What somebody tries who runs code of their own in the service: each line is what was tried, a tab, and what came of it.

Runs by itself, with nothing but the standard library: `python3 taken_over.py FOLDER`.
"""

import ctypes
import mmap
import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else "/var/lib/webdial")


def call(name: str, *arguments: object) -> None:
    """A function of the C library. Raises OSError when it fails."""
    if getattr(LIBC, name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def write(path: str) -> Callable[[], object]:
    return lambda: Path(path).write_text("taken", encoding="utf-8")


def see_others() -> None:
    """Processes of other users, by whose arguments passwords are seen."""
    seen = [each.stat().st_uid for each in Path("/proc").iterdir() if each.name.isdigit()]
    if set(seen) <= {os.getuid()}:
        raise PermissionError("none is seen")


def make_set_uid() -> None:
    file = FOLDER / "set-uid"
    file.write_bytes(b"")
    file.chmod(0o4755)
    if not file.stat().st_mode & 0o4000:
        raise PermissionError("the bit was not taken")


def connect() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


ACTS: dict[str, Callable[[], object]] = {
    "write to its folder": write(f"{FOLDER}/own"),
    "connect": connect,
    "write settings of the machine": write("/etc/taken"),
    "write its own program": write("/opt/webdial/src/webdial/taken.py"),
    "write beside its folder": write("/var/lib/taken"),
    "write where all may": write("/tmp-of-all/taken"),
    "read passwords": Path("/etc/shadow").read_bytes,
    "read homes": Path("/home/ann/letter").read_bytes,
    "read what others keep in /tmp": Path("/tmp/of-others").read_bytes,
    "see the processes of others": see_others,
    "signal the first process": lambda: os.kill(1, 0),
    "become root": lambda: os.setuid(0),
    "make a set-uid file": make_set_uid,
    "make a user namespace": lambda: call("unshare", 0x10000000),
    "mount": lambda: call("mount", b"none", b"/mnt", b"tmpfs", 0, None),
    "write and run memory": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC),
    "listen to the wire": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
    "talk to the kernel": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "set the clock": lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()),
    "name the machine": lambda: socket.sethostname("taken"),
    "change the kernel": write("/proc/sys/kernel/hostname"),
    "read memory of the machine": Path("/dev/kmsg").read_bytes,
    "take the processor for itself": lambda: os.sched_setscheduler(
        0, os.SCHED_FIFO, os.sched_param(1)
    ),
    "be another kind of system": lambda: call("personality", 0x0040000),
    "leave its group": write("/sys/fs/cgroup/cgroup.procs"),
}


def main() -> None:
    for name, act in ACTS.items():
        try:
            act()
        except OSError as error:
            print(f"{name}\trefused: {error.strerror or error}")
        else:
            print(f"{name}\tdone")


if __name__ == "__main__":
    main()
