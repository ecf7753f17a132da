"""Run the command ``frenemy`` and write down what its process does to the world around it.

``python -m tests.promises.witness LOG run rotation``: every connection, every path that is
written, every process that is started and every class that is unpickled becomes a line of LOG, a
list of JSON: (``net``, ``write``, ``process`` or ``unpickle``; what).
"""

import json
import os
import sys
import threading
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
PATHS = {
    "os.mkdir", "os.remove", "os.rmdir", "os.rename", "os.link", "os.symlink", "os.truncate",
    "os.chmod", "shutil.rmtree", "shutil.move",
}  # fmt: skip
PROCESSES = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn"}
NET = {"socket.connect": 1, "socket.bind": 1, "socket.sendto": 1, "socket.getaddrinfo": 0}
"""Event -> which of its arguments is the address."""


def kind_of(event: str, arguments: tuple[Any, ...]) -> tuple[str, Any] | None:
    """What an audit event of Python means here, or None."""
    if event == "open":
        path, _, flags = arguments
        writes = isinstance(flags, int) and flags & WRITING and not isinstance(path, int)
        return ("write", os.path.realpath(os.fsdecode(path))) if writes else None
    if event in PATHS:
        return "write", os.path.realpath(os.fsdecode(arguments[0]))
    if event in NET:
        return "net", arguments[NET[event]]
    if event in PROCESSES:
        return "process", arguments[:2]
    return ("unpickle", arguments) if event == "pickle.find_class" else None


def watch(log: str) -> None:
    """From now on, write a line for each such event."""
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    here = threading.local()

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if getattr(here, "busy", False):
            return
        here.busy = True
        try:
            if (found := kind_of(event, arguments)) is not None:
                os.write(file, (json.dumps(found, default=str) + "\n").encode())
        finally:
            here.busy = False

    sys.addaudithook(hook)


if __name__ == "__main__":
    watch(sys.argv[1])
    sys.argv = ["frenemy", *sys.argv[2:]]
    from frenemy.cli import main

    main()
