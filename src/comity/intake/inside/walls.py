"""The process in which a stranger's paper is opened: one paper, one answer, then its end.

It reads octets from its standard input and writes one JSON document to its standard output. Before it looks at the
first octet it takes from itself what it does not need, as far as the system lets it: memory and time beyond a limit,
files (it may write none, and read none but Python's own and the system's libraries), the network, other processes. What
could be taken stands in the answer as `walls`: a system without user namespaces, Landlock or seccomp keeps fewer.
"""

from __future__ import annotations

import ctypes
import importlib.util
import json
import logging
import os
import platform
import struct
import sys
from collections.abc import Callable
from typing import Any, Final

NEW_USER: Final = 0x10000000
NEW_NET: Final = 0x40000000
NO_NEW_PRIVILEGES: Final = 38
SECCOMP: Final = 22
FILTER: Final = 2
MAKE_RULES: Final = 444
ADD_RULE: Final = 445
RESTRICT: Final = 446
READ: Final = 0b1100
"""Landlock's rights to read a file and to list a folder."""
DENIED: Final = {
    # sockets; other programs and processes; signals; looking into others; mounts, namespaces, keys, bpf
    "x86_64": (0xC000003E, (
        41, 42, 43, 49, 50, 288, 56, 57, 58, 59, 322, 62, 129, 200, 234, 297, 101, 310, 311, 165, 272, 308, 250, 321,
    )),
    "aarch64": (0xC00000B7, (
        198, 200, 201, 202, 203, 242, 220, 221, 281, 129, 130, 131, 138, 240, 117, 270, 271, 40, 97, 268, 219, 280,
    )),
}  # fmt: skip
"""By machine: how the kernel names it, and the system calls that no reading of a paper needs."""
EVERYWHERE: Final = (424, 425, 434, 435, 438)
"""pidfd_send_signal, io_uring_setup, pidfd_open, clone3 and pidfd_getfd have one number on every machine."""
SYSTEM: Final = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/share/zoneinfo", "/dev/urandom", "/dev/null")


def limits(mebibytes: int, seconds: int) -> None:
    """Memory, time, files open and files written: past a limit the system ends this process, or refuses it more."""
    import resource

    for kind, most in (
        (resource.RLIMIT_AS, mebibytes << 20),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def no_network(libc: Any) -> None:
    """A network of its own, in which there is nothing."""
    if libc.unshare(NEW_USER | NEW_NET) != 0 and libc.unshare(NEW_NET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")


def no_files(libc: Any, readable: list[str]) -> None:
    """No file may be opened but for reading, and none but in these folders."""
    version = libc.syscall(MAKE_RULES, None, 0, 1)
    if version < 1:
        raise OSError(ctypes.get_errno(), "landlock")
    every = (1 << {1: 13, 2: 14}.get(version, 15)) - 1
    rules = libc.syscall(MAKE_RULES, struct.pack("=Q", every), 8, 0)
    if rules < 0:
        raise OSError(ctypes.get_errno(), "landlock")
    for path in dict.fromkeys((*readable, *SYSTEM)):
        if os.path.exists(path):
            place = os.open(path, getattr(os, "O_PATH", 0) | os.O_CLOEXEC)
            rights = READ if os.path.isdir(path) else READ & 0b100
            libc.syscall(ADD_RULE, rules, 1, struct.pack("=Qi", rights, place), 0)
            os.close(place)
    if libc.syscall(RESTRICT, rules, 0) != 0:
        raise OSError(ctypes.get_errno(), "landlock")
    os.close(rules)


def no_calls(libc: Any) -> None:
    """No socket, no other program, no signal to and no look into another process."""
    arch, numbers = DENIED[platform.machine()]
    denied = (*numbers, *EVERYWHERE)
    load, equal, at_least, answer = 0x20, 0x15, 0x35, 0x06
    refuse = (answer, 0, 0, 0x00050000 | 1)
    code = [(load, 0, 0, 4), (equal, 1, 0, arch), refuse, (load, 0, 0, 0), (at_least, 0, 1, 0x40000000), refuse]
    for place, number in enumerate(denied):
        code.append((equal, len(denied) - place, 0, number))
    code += [(answer, 0, 0, 0x7FFF0000), refuse]
    raw = b"".join(struct.pack("=HBBI", *step) for step in code)
    kept = ctypes.create_string_buffer(raw, len(raw))
    program = struct.pack("@HP", len(code), ctypes.addressof(kept))
    if libc.prctl(SECCOMP, FILTER, program, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


def close_in(mebibytes: int, seconds: int, readable: list[str]) -> list[str]:
    """Take from this process what can be taken; gives the names of the walls that stand."""
    stand: list[str] = []

    def build(name: str, wall: Callable[[], None]) -> None:
        try:
            wall()
            stand.append(name)
        except (ImportError, OSError, ValueError, KeyError, AttributeError, TypeError):
            pass  # the answer says which walls stand

    build("limits", lambda: limits(mebibytes, seconds))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        build("network", lambda: no_network(libc))
        libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        build("files", lambda: no_files(libc, readable))
        build("calls", lambda: no_calls(libc))
    return stand


def answered(task: str, raw: bytes, options: dict[str, Any]) -> dict[str, Any]:
    """What the task says of the octets; whatever it raises is an answer too."""
    try:
        spec = importlib.util.spec_from_file_location("task", task)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["task"] = module
        spec.loader.exec_module(module)
        found: dict[str, Any] = module.look(raw, options)
        return found
    except MemoryError:
        return {"why": "paper-too-big", "what": "it takes more memory than a paper may"}
    except RecursionError:
        return {"why": "paper-too-deep", "what": "it is nested too deeply"}
    except ModuleNotFoundError as error:
        return {"why": "missing", "what": str(error.name)}
    except Exception as error:  # a hostile paper may raise anything at all, and its process says so
        return {"why": "paper-broken", "what": " ".join(str(error).split())[:300] or type(error).__name__}


def main() -> None:
    """Close in, look, answer."""
    asked = json.loads(sys.argv[1])
    sys.path[:] = asked["path"]
    walls = close_in(asked["mebibytes"], asked["seconds"], [*asked["path"], asked["task"], sys.base_prefix])
    logging.disable()
    said = answered(asked["task"], sys.stdin.buffer.read(), asked["options"]) | {"walls": walls}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
