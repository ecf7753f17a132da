"""A browser that nobody listens to while it loads a page.

A page that is driven (by Playwright, or with the developer's tools open) loads slower than a
student's: for every exception that a script throws and catches itself, the browser must then read
its code once more. Of Plotly's script that is half a second. So the page is asked afterwards.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.dashboard.browsing import FLAGS

START_SECONDS = 30
SEEN = """new Promise(resolve => {
    const pictures = performance.getEntriesByName('picture').map(mark => mark.startTime);
    for (const one of performance.getEntriesByType('resource')) {
        if (one.name.endsWith('.webp')) pictures.push(one.responseEnd);
    }
    const heading = new PerformanceObserver(list => {
        const written = list.getEntries().filter(one => one.element?.tagName === 'H1');
        resolve({heading: written[0]?.startTime ?? null, picture: Math.min(...pictures)});
    });
    heading.observe({type: 'largest-contentful-paint', buffered: true});
    setTimeout(() => resolve({heading: null, picture: Math.min(...pictures)}), 1000);
})"""
"""Milliseconds until a page's heading was painted and its first picture was there: drawn by a
script, which marks that moment, or arrived, where it was drawn beforehand."""


class Browser:
    """A headless Chromium, spoken to in its own protocol.

    Parameters
    ----------
    socket : to the browser, not to a page.
    """

    def __init__(self, socket: ClientConnection):
        self._socket = socket
        self._numbers = itertools.count(1)

    def _ask(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        self._socket.send(json.dumps(message | ({"sessionId": session} if session else {})))
        while True:
            answer: dict[str, Any] = json.loads(self._socket.recv(START_SECONDS))
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def seen(self, address: str, wait: float) -> dict[str, float | None]:
        """Load a page with nothing in store, leave it alone for seconds, and ask what it has shown.

        Returns
        -------
        Milliseconds from asking for the address until ``heading`` and ``picture``; None if there
        was none.
        """
        context = self._ask("Target.createBrowserContext")["browserContextId"]
        target = self._ask(
            "Target.createTarget", url=address, browserContextId=context, width=1440, height=900
        )["targetId"]
        time.sleep(wait)
        session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        answer = self._ask("Runtime.evaluate", session, expression=SEEN, awaitPromise=True,
                           returnByValue=True)  # fmt: skip
        self._ask("Target.disposeBrowserContext", browserContextId=context)
        found: dict[str, float | None] = answer["result"]["value"]
        return found


@contextmanager
def unwatched(chromium: str) -> Iterator[Browser]:
    """A browser, for as long as the context lasts."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            [chromium, "--headless", "--remote-debugging-port=0", f"--user-data-dir={folder}",
             *FLAGS, "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            port, path = _door(Path(folder) / "DevToolsActivePort")
            with connect(f"ws://127.0.0.1:{port}{path}", max_size=None) as socket:
                yield Browser(socket)
        finally:
            process.terminate()
            process.wait()


def _door(file: Path) -> tuple[str, str]:
    """Port and path of the browser's socket, which it writes down when it listens."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if file.is_file() and len(lines := file.read_text().split()) == 2:
            return lines[0], lines[1]
        time.sleep(0.05)
    raise TimeoutError(f"the browser did not listen within {START_SECONDS} s")
