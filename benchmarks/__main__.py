"""All benchmarks, each in a process of its own: ``python -m benchmarks`` or ``make bench``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Run every ``bench_*.py`` beside this file; the exit code is 0 if all of them ran."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    codes = []
    for name in names:
        print(f"\n{name.removeprefix('bench_')}", flush=True)
        codes.append(subprocess.run([sys.executable, "-m", f"benchmarks.{name}"]).returncode)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
