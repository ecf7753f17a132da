"""The live laboratory in a real browser on this machine: pictures, speed of training, buttons."""

from __future__ import annotations

import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from threading import Thread
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from frenemy.lessons._gan_lab_runs import opened
from frenemy.lessons.gan_lab import Knobs

ROUNDS, WATCHED = 3, 4.0
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")


def alone(steps: int = 2500) -> float:
    """Updates a second of the same training without a page, in a thread as the page's."""
    from frenemy.lessons._threads import one_thread

    rates = []

    def train() -> None:
        with one_thread():
            laboratory = opened(Knobs())
            laboratory.advance(200)
            began = time.perf_counter()
            laboratory.advance(steps)
            rates.append(steps / (time.perf_counter() - began))

    thread = Thread(target=train)
    thread.start()
    thread.join()
    return rates[0]


def served(use: Callable[[str], None]) -> None:
    """Start the dashboard, use it, and end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "frenemy", "app", "--server.port", str(port)]
    process = subprocess.Popen(
        [*command, "--server.headless", "true"], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(150):
            try:
                with urlopen(f"{address}/_stcore/health", timeout=1):
                    break
            except (URLError, OSError):
                time.sleep(0.2)
        use(address)
    finally:
        process.terminate()
        process.wait(20)


def watched(address: str) -> None:
    """Open the laboratory in Chromium, let it train, press its buttons; print the medians."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        print("no Chromium was found, so nothing was measured in a browser")
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=[*FLAGS])
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.goto(f"{address}/gan-lab")
        stage = page.locator(".lab")
        stage.wait_for(timeout=60_000)
        time.sleep(2)
        press(page, "play")
        time.sleep(2)
        pictures, rates = zip(*(seen(stage) for _ in range(ROUNDS)), strict=True)
        pauses = [press(page, "play") for _ in range(2 * ROUNDS)]
        steps = [press(page, order) for order in ("D only", "G only", "both") * ROUNDS]
        browser.close()
    base, rate = alone(), statistics.median(rates)
    print(f"pictures a second at the browser {statistics.median(pictures):.1f} (wanted >= 15)")
    print(f"updates a second {rate:.0f} with the page, {base:.0f} without: {rate / base:.2f} "
          "(wanted >= 0.8)")  # fmt: skip
    for name, times in (("play and pause", pauses), ("step D, G, both", steps)):
        print(f"{name}: {1000 * statistics.median(times):.0f} ms until shown (wanted <= 150)")


def seen(stage: Any) -> tuple[float, float]:
    """Pictures and updates a second over a while."""
    before, began = counts(stage), time.perf_counter()
    time.sleep(WATCHED)
    after, spent = counts(stage), time.perf_counter() - began
    return (after[0] - before[0]) / spent, (after[1] - before[1]) / spent


def counts(stage: Any) -> tuple[int, int]:
    """Pictures and steps so far."""
    told = stage.evaluate("lab => ({...lab.dataset})")
    return int(told["frames"]), int(told["step"])


def press(page: Any, order: str) -> float:
    """Seconds from a click to the first change that it makes; measured inside the page."""
    milliseconds = page.locator(".lab").evaluate(
        """(lab, order) => new Promise((done) => {
             const before = [lab.dataset.running, lab.dataset.running === 'true' ? '' :
                             lab.dataset.step].join();
             const began = performance.now();
             const look = new MutationObserver(() => {
               const now = [lab.dataset.running, lab.dataset.running === 'true' ? '' :
                            lab.dataset.step].join();
               if (now !== before) { look.disconnect(); done(performance.now() - began); }
             });
             look.observe(lab, {attributes: true});
             lab.querySelector(`button[data-order="${order}"]`).click();
           })""",
        order,
    )
    time.sleep(0.6)
    return float(milliseconds) / 1000


def main() -> None:
    """Measure with a server and a browser of its own."""
    served(watched)


if __name__ == "__main__":
    main()
