"""A server of the dashboard in a process of its own, as ``frenemy app`` starts it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes
    ----------
    address : ``http://127.0.0.1:port``, and what all its paths begin with.
    process : of the server.
    log : the file that holds what it wrote.
    """

    address: str
    process: subprocess.Popen
    log: Path

    @property
    def megabytes(self) -> float:
        """Memory it holds in the machine, as the system counts it."""
        import psutil

        return psutil.Process(self.process.pid).memory_info().rss / 1e6

    @property
    def threads(self) -> int:
        """How many threads it has."""
        import psutil

        return psutil.Process(self.process.pid).num_threads()


@contextmanager
def serving(
    folder: Path, program: Sequence[str] = ("frenemy",), base: str = ""
) -> Iterator[Server]:
    """A server that was started from a folder and answers; stopped at the end.

    ``program`` is the module, and its first arguments, that behaves as the command ``frenemy``;
    ``base`` what the paths of all pages begin with.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "log.txt"
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", *program, "app", "--server.port", str(port),
             "--server.headless", "true", "--server.baseUrlPath", base],
            cwd=folder, stdout=file, stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    server = Server(f"http://127.0.0.1:{port}{base}", process, log)
    try:
        _wait_for(server)
        yield server
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(server: Server) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{server.address}/_stcore/health", timeout=1):
                return
        except OSError:
            if server.process.poll() is not None:
                raise RuntimeError(server.log.read_text()) from None
            time.sleep(0.1)
    raise TimeoutError(server.log.read_text())
