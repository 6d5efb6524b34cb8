"""A paper's reader as an attacker would have it: started by the tests where readers are, to try the walls."""

import os
import socket
import sys
import time


def tried(act) -> str:
    try:
        return f"done: {act()}"
    except BaseException as error:
        return type(error).__name__


def fork() -> int:
    child = os.fork()
    if child == 0:
        os._exit(0)
    return child


def connected() -> str:
    with socket.socket() as made:
        made.settimeout(2)
        made.connect(("127.0.0.1", PORT))
    return "connected"


PORT = 9


def look(raw: bytes, options: dict) -> dict:
    global PORT
    PORT = options.get("port", 9)
    match options["act"]:
        case "abort":
            os.abort()
        case "end":
            os._exit(0)
        case "hang":
            time.sleep(600)
        case "spin":
            while True:
                pass
        case "eat":
            return {"size": len(bytearray(4 << 30))}
        case "talk":
            return {"words": "x" * (80 << 20)}
        case "deep":
            return look(raw, options)
        case "garble":
            sys.stdout.write("not JSON")
            return {}
    return {
        "read": tried(lambda: open(options["secret"]).read()),
        "write": tried(lambda: open(options["write"], "w").write("x")),
        "here": tried(lambda: open("x", "w").write("x")),
        "connect": tried(connected),
        "run": tried(lambda: os.execv("/bin/true", ["true"])),
        "fork": tried(fork),
        "kill": tried(lambda: os.kill(os.getppid(), 0)),
        "proc": tried(lambda: open(f"/proc/{os.getppid()}/environ").read()),
        "environment": dict(os.environ),
        "got": len(raw),
    }
