"""What a student waits for in a real browser: medians over fresh servers, pages and knobs."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from benchmarks.undisturbed import unwatched
from tests.dashboard.browsing import browsing, find_chromium
from tests.dashboard.serving import Server, serving

SERVERS = 3
TURNS = 15
TOYS = {
    "rotation": ("lr", 0.05, 1.0),
    "dirac": ("lr", 0.05, 0.5),
    "matrix-game": ("p", 0.1, 0.9),
    "toy-power": ("w", 0.9, 1.1),
    "landscape": ("lr", 0.01, 0.1),
}
"""Page -> the knob that is turned, and its range."""
FIRST_PICTURES = (
    "gan-lab", "dirac", "mode-collapse", "non-convergence", "diminished-gradient", "minimax-value",
    "digits", "elman", "gradient-product", "error-surface", "long-memory", "language-model",
)  # fmt: skip
LOADING_SECONDS = 6.0
"""So long a page is left alone before it is asked how long it took."""
REST_SECONDS = 60.0
"""So long a training of the page before is waited for."""
WATCH = """() => {
    const some = list => list && Array.from({length: 12}, (_, at) =>
        list[Math.floor(at * (list.length - 1) / 11)]);
    const drawn = () => Array.from(document.querySelectorAll('.js-plotly-plot')).map(one =>
        (one._fullData || []).map(trace => [some(trace.x), some(trace.y)])).toString();
    const before = drawn();
    window.answered = new Promise(resolve => {
        document.addEventListener('keydown', event => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => resolve(performance.now() - event.timeStamp);
            const look = () => drawn() === before
                ? requestAnimationFrame(look)
                : port2.postMessage(null);
            look();
        }, {once: true, capture: true});
    });
}"""
"""From the key that turns a knob until the frame that first shows the new picture is painted."""


@contextmanager
def fresh_server() -> Iterator[Server]:
    """A server that has just said that it answers."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as server:
        yield server


def rest(server: Server) -> None:
    """Wait until a server has ended what the page before had it train."""
    process = psutil.Process(server.process.pid)
    end = time.monotonic() + REST_SECONDS
    while process.cpu_percent(0.5) > 20 and time.monotonic() < end:
        pass


def turned(
    browser: Any, address: str, knob: str, low: float, high: float
) -> dict[str, list[float]]:
    """Seconds from the key that turns a knob to the new picture, by its slider and by its field."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(".js-plotly-plot .nsewdrag", state="attached")
    place = f".st-key-{address.rpartition('/')[2]}-{knob}"
    slider = page.locator(f"{place}-slider").get_by_role("slider")
    field = page.locator(f"{place}-field input")
    times: dict[str, list[float]] = {"slider": [], "field": []}
    for number in range(TURNS):
        for way, own in times.items():
            page.wait_for_selector("[data-test-script-state=notRunning]", state="attached")
            if way == "slider":
                slider.focus()
            else:
                field.fill(f"{low + (high - low) * (number + 0.618) / TURNS:.6f}")
            page.evaluate(WATCH)
            page.keyboard.press("ArrowRight" if way == "slider" else "Enter")
            own.append(page.evaluate("window.answered") / 1000)
    context.close()
    return times


def first_looks(chromium: str) -> tuple[list[float], dict[str, list[float]]]:
    """Seconds to the first page of fresh servers, and to the first picture of lessons."""
    firsts: list[float] = []
    pictures: dict[str, list[float]] = {name: [] for name in FIRST_PICTURES}
    with unwatched(chromium) as browser:
        for _ in range(SERVERS):
            with fresh_server() as server:
                firsts.append(_shown(browser.seen(server.address, LOADING_SECONDS), "heading"))
                for name, times in pictures.items():
                    rest(server)
                    seen = browser.seen(f"{server.address}/{name}", LOADING_SECONDS)
                    times.append(_shown(seen, "picture"))
    return firsts, pictures


def _shown(seen: dict[str, float | None], what: str) -> float:
    """In seconds; infinite if it was not there by the time the page was asked."""
    found = seen[what]
    return float("inf") if found is None else found / 1000


def main() -> None:
    """Print the medians."""
    chromium = find_chromium()
    if chromium is None:
        print("no Chromium was found: nothing is measured here")
        return
    firsts, pictures = first_looks(chromium)
    print(f"first page of a started server: {statistics.median(firsts):.2f} s (wanted < 2 s)")
    for name, times in pictures.items():
        print(f"{name} to its first picture: {statistics.median(times):.2f} s (wanted < 3 s)")
    with browsing(chromium) as browser, fresh_server() as server:
        for name, knob in TOYS.items():
            for way, times in turned(browser, f"{server.address}/{name}", *knob).items():
                median, slowest = 1000 * statistics.median(times), 1000 * max(times)
                print(
                    f"{name}, {knob[0]} by its {way} to the new picture: {median:.0f} ms, "
                    f"slowest of {TURNS} {slowest:.0f} ms (wanted < 250 ms, median)"
                )


if __name__ == "__main__":
    main()
