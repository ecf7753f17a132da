"""How long one waits for the first sign: medians over fresh processes."""

from __future__ import annotations

import statistics
import subprocess
import sys

from benchmarks.measure import seconds

PROGRAMS = {
    "frenemy --help": (["-m", "frenemy", "--help"], 0.5),
    "import dynamics": (["-c", "import dynamics"], 0.7),
}


def main() -> None:
    """Print the medians; an empty interpreter is told beside them."""
    empty = _median(["-c", "pass"])
    for name, (arguments, bound) in PROGRAMS.items():
        print(
            f"{name:20s}{_median(arguments):.3f} s (wanted < {bound} s; Python alone {empty:.3f} s)"
        )


def _median(arguments: list[str]) -> float:
    def start() -> None:
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)

    start()
    return statistics.median(seconds(start) for _ in range(9))


if __name__ == "__main__":
    main()
