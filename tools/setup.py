"""Set up .venv from the lock with nothing but Python: find or fetch uv, then let it install exactly what uv.lock names.

Three ways to uv, each tried in turn: one that is already there; pip in a fresh virtual environment; the wheel that
uv.lock itself names, fetched with the standard library and checked against the lock's SHA-256.
"""

from __future__ import annotations

import hashlib
import io
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import urllib.request
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".setup"


def say(line: str) -> None:
    """One line on what is being done."""
    print(f"setup: {line}", flush=True)


def quiet(*command: str | Path) -> bool:
    """Whether a command could be run and succeeded; what it printed is kept for the day it is needed."""
    TOOLS.mkdir(parents=True, exist_ok=True)
    with (TOOLS / "log.txt").open("ab") as log:
        try:
            return subprocess.run([str(part) for part in command], stdout=log, stderr=log, check=False).returncode == 0
        except OSError:
            return False


def through_pip() -> Path | None:
    """uv by pip, where Python can make a virtual environment with pip in it."""
    place = TOOLS / "pip"
    python = place / "bin" / "python"
    if not quiet(sys.executable, "-m", "venv", place):
        return None
    version = locked()["version"]
    return python.with_name("uv") if quiet(python, "-m", "pip", "install", "--quiet", f"uv=={version}") else None


def locked() -> dict:
    """What uv.lock says of uv itself."""
    import tomllib

    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    return next(package for package in lock["package"] if package["name"] == "uv")


def through_lock() -> Path | None:
    """uv from the wheel that the lock names for this machine."""
    machine = platform.machine().replace("AMD64", "x86_64").replace("arm64", "aarch64")
    libc = "musllinux" if "musl" in (sysconfig.get_config_var("HOST_GNU_TYPE") or "") else "manylinux"
    system = {"Linux": libc, "Darwin": "macosx"}.get(platform.system(), "win")
    names = [wheel for wheel in locked()["wheels"] if system in wheel["url"] and machine in wheel["url"]]
    if not names:
        return None
    try:
        raw = urllib.request.urlopen(names[0]["url"], timeout=120).read()
    except OSError as error:
        say(f"could not fetch uv: {error}")
        return None
    if "sha256:" + hashlib.sha256(raw).hexdigest() != names[0]["hash"]:
        sys.exit("setup: the uv that was fetched is not the one uv.lock names; nothing was installed")
    with zipfile.ZipFile(io.BytesIO(raw)) as wheel:
        inside = next(name for name in wheel.namelist() if name.endswith(("/scripts/uv", "/scripts/uv.exe")))
        target = TOOLS / Path(inside).name
        target.write_bytes(wheel.read(inside))
    target.chmod(0o755)
    return target


def main() -> None:
    """Make .venv what uv.lock says."""
    if sys.version_info < (3, 11):  # noqa: UP036  whoever runs this may have any Python
        sys.exit(
            f"setup: comity needs Python 3.11 or newer; this is {platform.python_version()}. "
            "Name another with `make PYTHON=python3.12 …`"
        )
    TOOLS.mkdir(parents=True, exist_ok=True)
    say("finding uv, the installer")
    found = shutil.which("uv")
    uv = Path(found) if found else through_pip() or through_lock()
    if uv is None:
        sys.exit(
            "setup: cannot get uv. Install Debian's python3-venv and ca-certificates, see that the package index "
            f"can be reached, and run the command again; details in {(TOOLS / 'log.txt').relative_to(ROOT)}"
        )
    say("installing the locked packages into .venv")
    settings = {"UV_PROJECT_ENVIRONMENT": str(ROOT / ".venv"), "UV_PYTHON_DOWNLOADS": "never"}
    command = [str(uv), "sync", "--frozen", "--quiet", "--all-extras", "--python", sys.executable]
    sys.exit(subprocess.run(command, cwd=ROOT, env={**os.environ, **settings}, check=False).returncode)


if __name__ == "__main__":
    main()
