"""Simulation beside JAX: many starts warm, the first answer cold, and what no rival has."""

from __future__ import annotations

import statistics
import subprocess
import sys

import numpy as np

from benchmarks.measure import compare, row, seconds
from dynamics import METHODS, Game, analyse, games, simulate
from dynamics.methods import Alternating, Simultaneous

STARTS, STEPS, LR = 250_000, 1_000, 0.1

COLD = """
import sys, time
import numpy as np
start = np.random.default_rng(0).normal(size=(2, 250_000))
began = time.perf_counter()
{work}
print(time.perf_counter() - began)
"""
OURS = """
from dynamics import Game, games, simulate
from dynamics.methods import Simultaneous
final = simulate({game}, Simultaneous(lr=0.1), start, 1000, every=1000).final
"""
THEIRS = """
from benchmarks.bench_dynamics import jax_final
final = jax_final("{name}")(start)
"""


def jax_final(name: str):
    """The usual JAX program: the step under ``lax.scan``, jitted, float64."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def field(z):
        x, y = z
        if name == "xy":
            return jnp.stack([-y, x])
        slope = jax.nn.sigmoid(-x * y)
        return jnp.stack([y * slope, -x * slope])

    @jax.jit
    def run(z):
        return jax.lax.scan(lambda z, _: (z - LR * field(z), None), z, length=STEPS)[0]

    return lambda start: np.asarray(run(start).block_until_ready())


GAMES = {"xy": ("games.named('bilinear')", 0.3), "Dirac-GAN": ("games.named('dirac')", 0.5)}


def warm() -> None:
    """Everything compiled: 250,000 starts × 1,000 steps."""
    start = np.random.default_rng(0).normal(size=(2, STARTS))
    for name, (_, bound) in GAMES.items():
        game = games.named("bilinear" if name == "xy" else "dirac")
        rival = jax_final(name)

        def ours(game: Game = game) -> np.ndarray:
            return simulate(game, Simultaneous(lr=LR), start, STEPS, every=STEPS).final

        assert np.allclose(ours(), rival(start), rtol=1e-6)
        found = compare(ours, lambda rival=rival: rival(start))
        print(
            row(
                f"{name}: 250,000 starts x 1,000 steps",
                found.ours,
                found.theirs,
                found.ratio,
                f"<= {bound}",
            )
        )
        if name == "xy":
            kernel(game, start, rival)


def kernel(game: Game, start: np.ndarray, rival) -> None:
    """The same without the matrix power: with a step size for each start it does not apply."""
    rates = np.full(STARTS, LR)

    def ours() -> np.ndarray:
        return simulate(game, Simultaneous(lr=rates), start, STEPS, every=STEPS).final

    assert np.allclose(ours(), rival(start), rtol=1e-6)
    found = compare(ours, lambda: rival(start))
    what = "xy: with a step size for each start, by the kernel"
    print(row(what, found.ours, found.theirs, found.ratio, "nothing; for comparison"))


def cold() -> None:
    """The first answer in a fresh process, from ``import`` to the result, compilation included."""
    for name, (game, _) in GAMES.items():
        ours = COLD.format(work=OURS.format(game=game))
        theirs = COLD.format(work=THEIRS.format(name=name))
        pairs = [(_fresh(ours), _fresh(theirs)) for _ in range(5)]
        a, b = (statistics.median(side) for side in zip(*pairs, strict=True))
        print(row(f"{name}: first answer, imports and compilation included", a, b, a / b, "<= 1"))


def _fresh(program: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return float(done.stdout.split()[-1])


def alone() -> None:
    """What has no rival: fresh games, a billion steps, every verdict."""

    def fresh(number: int) -> None:
        loss = f"x*y + {number}/1000*x^2*y"
        simulate(Game.zero_sum(loss), METHODS["extragradient"](lr=0.01), (0.5, 0.5), 5_000)

    times = [seconds(lambda i=i: fresh(i)) for i in range(1, 8)]
    print(
        "5,000 steps of a fresh game, everything included: "
        f"{1000 * statistics.median(times):.1f} ms (wanted < 100)"
    )
    bilinear, rule = games.named("bilinear"), Alternating(lr=0.1)

    def billion() -> object:
        return simulate(bilinear, rule, (2, 2), 10**9, every=10**9)

    print(f"10^9 steps of an affine rule, the first time: {1000 * seconds(billion):.2f} ms")
    times = [seconds(billion) for _ in range(7)]
    print(f"10^9 steps of an affine rule: {1000 * statistics.median(times):.2f} ms (wanted < 10)")
    times = [
        seconds(lambda: [analyse(bilinear, kind()) for kind in METHODS.values()]) for _ in range(3)
    ]
    print(f"analyse, all {len(METHODS)} rules on xy: {statistics.median(times):.2f} s (wanted < 3)")


def main() -> None:
    """Print all ratios."""
    warm()
    cold()
    alone()


if __name__ == "__main__":
    main()
