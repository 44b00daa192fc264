#!/usr/bin/env python3
"""Everything a developer does here, with nothing but Python 3.11 or newer and a package index.

    python3 dev.py demo        the site with pretend phones, to click through
    python3 dev.py test        the tests, against the built package
    python3 dev.py thorough    the tests that `test` leaves out: in full what it proves in short
    python3 dev.py check       format, lint, types, layers, secrets in files
    python3 dev.py bench       how fast calls are placed, beside a bare relay
    python3 dev.py api-scan    schemathesis over the whole API of a running site; --short for a minute
    python3 dev.py web-scan    wapiti over every page of a running site, as each of the people (Debian)
    python3 dev.py audit       what the lock files pin: hashes, licences, age, what was yanked, and known weaknesses where
                               an index and a service can be asked
    python3 dev.py fuzz        the property tests again and again, for ten minutes
    python3 dev.py crash       kill a loaded server hundreds of times, and account for every call
    python3 dev.py systemd     boot a machine with a real systemd, and have its unit start, restart and stop Webdial (Debian, root)
    python3 dev.py container   build the image, and run, end, kill, upgrade, back up and restore its container as the manual says (Debian, root)
    python3 dev.py provider    sign in by a certified OpenID Connect provider that others wrote (needs npm)
    python3 dev.py screenshots the manual's pictures of pages; with a folder, every page into it
    python3 dev.py html        every page's HTML, held to the standard (needs Java and npm)
    python3 dev.py extension   pack the browser extension into dist/; with --speed or --lint, measure or check it
    python3 dev.py messages    collect and compile the texts in other languages (needs gettext)
    python3 dev.py format      put the source into its format
    python3 dev.py lock        write the lock files anew from pyproject.toml
    python3 dev.py run ...     any command inside the environment

What follows `demo`, `test`, `thorough`, `run` and, after `--`, `api-scan` is handed on, for example `dev.py test tests/dialstring -k port`.
The others tell with --help what they take, and refuse the rest.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
PROGRAMS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
STAMP = ENVIRONMENT / ".synchronised"
BYTECODE = ENVIRONMENT / "bytecode"
REAL_PARTS = ROOT / "tests" / "real" / "packages.toml"

UV = "uv==0.13.9"
VNU = "vnu-jar@26.9.27"
HTML_CHECKER = ENVIRONMENT / VNU
WEB_EXT = "web-ext@10.7.0"
EXTENSION_CHECKER = ENVIRONMENT / WEB_EXT
OPENID_PROVIDER = "oidc-provider@9.13.3"
RUN_LOCK = ROOT / "locks" / "run.txt"
POSTGRESQL_LOCK = ROOT / "locks" / "postgresql.txt"
DEV_LOCK = ROOT / "locks" / "dev.txt"
SCAN_LOCK = ROOT / "locks" / "scan.txt"
SCANNERS = ROOT / ".venv-scan"


def main(arguments: Sequence[str]) -> int:
    commands: dict[str, Callable[[list[str]], int]] = {
        "demo": demo,
        "test": test,
        "thorough": thorough,
        "check": check,
        "bench": bench,
        "api-scan": api_scan,
        "web-scan": web_scan,
        "audit": audit,
        "fuzz": fuzz,
        "crash": crash,
        "systemd": systemd,
        "container": container,
        "provider": provider,
        "screenshots": screenshots,
        "html": html,
        "extension": extension,
        "messages": messages,
        "format": format_source,
        "lock": lock,
        "run": run_inside,
    }
    if sys.version_info < (3, 11):  # noqa: UP036 - said before anything else fails
        print("Webdial needs Python 3.11 or newer; this is", sys.version.split()[0])
        return 1
    if not arguments or arguments[0] not in commands:
        print(__doc__)
        return 0 if arguments[:1] in ([], ["-h"], ["--help"]) else 2
    try:
        return commands[arguments[0]](list(arguments[1:]))
    except subprocess.CalledProcessError as error:
        print(f"\nThis failed: {' '.join(map(str, error.cmd))}", file=sys.stderr)
        return error.returncode or 1
    except KeyboardInterrupt:
        return 130


def demo(arguments: list[str]) -> int:
    synchronise(RUN_LOCK, DEV_LOCK)
    return inside("python", "-m", "webdial", "demo", *arguments, from_source=True)


def test(arguments: list[str]) -> int:
    synchronise(DEV_LOCK)
    install_wheel()
    install_real_parts()
    say("Running the tests against the built package")
    # One more than there are cores: tests wait for servers, browsers and disks much of their time.
    count = str((os.cpu_count() or 1) + 1)
    workers = [] if any(a.startswith("-n") for a in arguments) else ["-n", count]
    # A file at a time, in the order of tests/order.py.
    return inside("pytest", *workers, "--dist", "loadfile", "--no-loadscope-reorder", *arguments)


def thorough(arguments: list[str]) -> int:
    return test(["-m", "thorough", *arguments])


def check(arguments: list[str]) -> int:
    read("check", arguments)
    synchronise(DEV_LOCK)
    sources = ("src", "tests", "bench", "dev.py")
    steps = {
        "Format": ("ruff", "format", "--check", *sources),
        "Lint": ("ruff", "check", *sources),
        "Types": ("mypy",),
        "Layers": ("lint-imports",),
        "Secrets": ("python", "-m", "tests.scans.secrets"),
    }
    failed = []
    for name, command in steps.items():
        say(name)
        if inside(*command, from_source=True):
            failed.append(name)
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nAll checks passed.")
    return 1 if failed else 0


def bench(arguments: list[str]) -> int:
    synchronise(DEV_LOCK)
    install_wheel()
    return inside("python", "-m", "bench", *arguments)


def api_scan(arguments: list[str]) -> int:
    synchronise(DEV_LOCK)
    scanner = install_scanners() / "schemathesis"
    return inside("python", "-m", "tests.scans.api", str(scanner), *arguments, from_source=True)


def web_scan(arguments: list[str]) -> int:
    synchronise(DEV_LOCK)
    install_on_debian("wapiti")
    if not shutil.which("wapiti"):
        print("This needs wapiti. On Debian: apt-get install wapiti")
        return 1
    return inside("python", "-m", "tests.scans.web", *arguments, from_source=True)


def audit(arguments: list[str]) -> int:
    synchronise(DEV_LOCK)
    scanner = install_scanners() / "pip-audit"
    return inside("python", "-m", "tests.scans.packages", str(scanner), *arguments)


def install_scanners() -> Path:
    """Where the programs of locks/scan.txt stand, in an environment of their own."""
    prepare_uv()
    programs = SCANNERS / PROGRAMS.name
    stamp = SCANNERS / STAMP.name
    digest = hashlib.sha256(SCAN_LOCK.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != digest:
        say(f"Installing what {SCAN_LOCK.relative_to(ROOT)} names")
        uv("venv", "--quiet", "--clear", "--python", sys.executable, str(SCANNERS))
        uv("pip", "sync", "--quiet", "--python", str(SCANNERS), "--require-hashes", str(SCAN_LOCK))
        stamp.write_text(digest)
    return programs


def fuzz(arguments: list[str]) -> int:
    synchronise(DEV_LOCK)
    return inside("python", "-m", "tests.fuzz", *arguments, from_source=True)


def crash(arguments: list[str]) -> int:
    synchronise(DEV_LOCK)
    install_real_parts()
    return inside("python", "-m", "tests.crash", *arguments, from_source=True)


def systemd(arguments: list[str]) -> int:
    read("systemd", arguments)
    synchronise(DEV_LOCK)
    if not shutil.which("systemd-nspawn"):
        install_on_debian("systemd-container")
    return inside("python", "-m", "tests.systemd", from_source=True)


def container(arguments: list[str]) -> int:
    read("container", arguments)
    synchronise(DEV_LOCK)
    install_on_debian("podman", "runc", "mmdebstrap", "iptables")
    return inside("python", "-m", "tests.container", from_source=True)


def provider(arguments: list[str]) -> int:
    read("provider", arguments)
    synchronise(DEV_LOCK)
    install_real_parts()
    if not has_npm():
        return 1
    folder = ENVIRONMENT / OPENID_PROVIDER
    module = folder / "node_modules" / "oidc-provider" / "lib" / "index.js"
    install_by_npm(OPENID_PROVIDER, folder, module)
    os.environ["WEBDIAL_TEST_PROVIDER"] = str(module)
    return inside("pytest", "-q", "tests/provider/signing_in.py", from_source=True)


def screenshots(arguments: list[str]) -> int:
    synchronise(DEV_LOCK)
    install_real_parts()
    return inside("python", "-m", "tests.pages.screenshots", *arguments, from_source=True)


def html(arguments: list[str]) -> int:
    read("html", arguments)
    synchronise(DEV_LOCK)
    install_real_parts()
    needed = {"java": "default-jre-headless", "npm": "npm"}
    install_on_debian(
        *(package for program, package in needed.items() if not shutil.which(program))
    )
    if not all(map(shutil.which, needed)):
        print(f"This needs Java and npm. On Debian: apt-get install {' '.join(needed.values())}")
        return 1
    checker = HTML_CHECKER / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
    install_by_npm(VNU, HTML_CHECKER, checker)
    os.environ["VNU_JAR"] = str(checker)
    return inside("python", "-m", "tests.pages.html", from_source=True)


def extension(arguments: list[str]) -> int:
    """Pack it. `--speed` measures what it costs a page, `--lint` has Mozilla's linter look at it (needs npm)."""
    options = read("extension", arguments, "--speed", "--lint", folder="where the packages go")
    synchronise(DEV_LOCK)
    if options.speed:
        install_real_parts()
        return inside("python", "-m", "tests.extension.speed", from_source=True)
    if not options.lint:
        into = [options.folder] if options.folder else []
        return inside("python", "-m", "tests.extension.pack", *into, from_source=True)
    program = EXTENSION_CHECKER / "node_modules" / "web-ext" / "bin" / "web-ext.js"
    if not has_npm():
        return 1
    install_by_npm(WEB_EXT, EXTENSION_CHECKER, program)
    package = ENVIRONMENT / "extension"
    if failed := inside("python", "-m", "tests.extension.pack", str(package), from_source=True):
        return failed
    (firefox,) = package.glob("webdial-firefox-*.zip")
    return inside("node", str(program), "lint", "--self-hosted", "--source-dir", str(firefox))


def messages(arguments: list[str]) -> int:
    synchronise(DEV_LOCK)
    install_on_debian("gettext")
    return inside("python", "-m", "tests.language.messages", *arguments, from_source=True)


def format_source(arguments: list[str]) -> int:
    read("format", arguments)
    synchronise(DEV_LOCK)
    inside("ruff", "check", "--fix-only", "--quiet", "src", "tests", "bench", "dev.py")
    return inside("ruff", "format", "src", "tests", "bench", "dev.py")


def lock(arguments: list[str]) -> int:
    """Pins stay as they are unless pyproject.toml rules them out; `lock --upgrade` renews them."""
    read("lock", arguments, "--upgrade")
    prepare_uv()
    compile_lock = (
        *("pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-header"),
        *("--python-version", "3.11", "pyproject.toml", *arguments),
    )
    uv(*compile_lock, "--group", "dev", "--extra", "postgresql", "-o", str(DEV_LOCK))
    uv(*compile_lock, "--constraint", str(DEV_LOCK), "-o", str(RUN_LOCK))
    with_postgresql = ("--extra", "postgresql", "--constraint", str(DEV_LOCK))
    uv(*compile_lock, *with_postgresql, "-o", str(POSTGRESQL_LOCK))
    scanners = [each for each in compile_lock if each != "pyproject.toml"]
    uv(*scanners, "--group", "scan", "-o", str(SCAN_LOCK))
    return 0


def run_inside(arguments: list[str]) -> int:
    synchronise(DEV_LOCK)
    if arguments[:1] == [
        "webdial"
    ]:  # as a program it is there only once `test` has installed the wheel
        arguments = ["python", "-m", *arguments]
    return inside(*arguments, from_source=True)


def read(command: str, arguments: list[str], *flags: str, folder: str = "") -> argparse.Namespace:
    """What a command takes by itself; the rest is refused before anything is done."""
    options = argparse.ArgumentParser(prog=f"dev.py {command}")
    one_of = options.add_mutually_exclusive_group() if len(flags) > 1 else options
    for flag in flags:
        one_of.add_argument(flag, action="store_true")
    if folder:
        options.add_argument("folder", nargs="?", metavar="FOLDER", help=folder)
    return options.parse_args(arguments)


def synchronise(*locks: Path) -> None:
    """Make the environment hold what one of `locks` names; the first is installed if none is."""
    stamps = [f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}" for file in locks]
    if STAMP.exists() and STAMP.read_text() in stamps:
        return
    prepare_uv()
    STAMP.unlink(missing_ok=True)
    say(f"Installing what {locks[0].relative_to(ROOT)} names")
    uv("pip", "sync", "--python", str(ENVIRONMENT), "--require-hashes", str(locks[0]))
    STAMP.write_text(stamps[0])


def prepare_uv() -> None:
    if not (PROGRAMS / "python").exists() and not (PROGRAMS / "python.exe").exists():
        say("Making the environment in .venv")
        try:
            venv.create(ENVIRONMENT, with_pip=True)
        except (subprocess.CalledProcessError, OSError):
            shutil.rmtree(ENVIRONMENT, ignore_errors=True)
            sys.exit(
                "This Python cannot make environments. On Debian: apt-get install python3-venv"
            )
    if not shutil.which("uv", path=str(PROGRAMS)):
        say("Installing uv into it")
        python = str(PROGRAMS / "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", UV], check=True, cwd=ROOT)


def install_wheel() -> None:
    """Build the package and install it, so that what is tested is what is delivered."""
    say("Building the package")
    wheels = ROOT / "dist"
    shutil.rmtree(wheels, ignore_errors=True)
    prepare_uv()
    uv("build", "--quiet", "--wheel", "--no-build-isolation", "--out-dir", str(wheels))
    (wheel,) = wheels.glob("*.whl")
    uv(
        "pip",
        "install",
        "--quiet",
        "--python",
        str(ENVIRONMENT),
        "--no-deps",
        "--reinstall",
        str(wheel),
    )


def install_real_parts() -> None:
    """Install the phones, browser and database of the tests where that is ours to do.

    That is on Debian as root. Elsewhere the tests that need what is missing say so and are skipped.
    """
    import tomllib  # noqa: PLC0415 - new in 3.11, so not before the version has been looked at

    with REAL_PARTS.open("rb") as file:
        packages = sorted(
            {name for part in tomllib.load(file).values() for name in part["packages"]}
        )
    install_on_debian(*packages)


def has_npm() -> bool:
    """Whether npm is there, on Debian installed if need be; says so when not."""
    if not shutil.which("npm"):
        install_on_debian("npm")
    if not shutil.which("npm"):
        print("This needs npm. On Debian: apt-get install npm")
        return False
    return True


def install_by_npm(package: str, folder: Path, made: Path) -> None:
    """Install a pinned program of npm into `folder`, unless `made` is there already."""
    if made.exists():
        return
    say(f"Installing {package}")
    into = ["--prefix", str(folder), "--no-save", "--ignore-scripts"]
    subprocess.run(["npm", "install", *into, package], check=True, stdout=subprocess.DEVNULL)


def install_on_debian(*packages: str) -> None:
    """Install what is missing, as root on Debian; elsewhere nothing."""
    if not shutil.which("dpkg-query"):
        return
    missing = [name for name in packages if not is_installed(name)]
    if not missing or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    say(f"Installing {', '.join(missing)}")
    apt = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=False, env=apt)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
    subprocess.run(command, check=False, env=apt, stdout=subprocess.DEVNULL)


def is_installed(package: str) -> bool:
    query = ["dpkg-query", "-W", "-f", "${Status}", package]
    answer = subprocess.run(query, capture_output=True, text=True, check=False)
    return answer.stdout == "install ok installed"


def inside(program: str, *arguments: str, from_source: bool = False) -> int:
    """Run a program of the environment; `from_source` has it import src/ and not the package."""
    path = os.pathsep.join((str(PROGRAMS), os.environ.get("PATH", "")))
    variables = {**os.environ, "PATH": path, "VIRTUAL_ENV": str(ENVIRONMENT)}
    variables.pop("PYTHONHOME", None)
    variables.pop("PYTHONPATH", None)
    # The suite starts Python a thousand times: without its bytecode each would compile everything anew.
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    variables["PYTHONPYCACHEPREFIX"] = str(BYTECODE)
    if from_source:
        variables["PYTHONPATH"] = str(ROOT / "src")
    found = shutil.which(program, path=path) or program
    return subprocess.run([found, *arguments], cwd=ROOT, env=variables, check=False).returncode


def uv(*arguments: str) -> None:
    # A cache on another disk than .venv would make uv warn about every package.
    variables = {**os.environ, "UV_LINK_MODE": os.environ.get("UV_LINK_MODE", "copy")}
    variables["VIRTUAL_ENV"] = str(ENVIRONMENT)
    found = shutil.which("uv", path=str(PROGRAMS))
    subprocess.run([str(found), *arguments], check=True, cwd=ROOT, env=variables)


def say(step: str) -> None:
    print(f"• {step} …", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
