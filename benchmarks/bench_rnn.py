"""Recurrent nets beside what one would use instead: QR at every step, autograd, seed by seed."""

from __future__ import annotations

import statistics

import numpy as np
import torch
from torch import nn

from benchmarks.measure import compare, row, seconds
from dynamics.methods import Simultaneous
from dynamics.product import spectrum
from dynamics.step_rules import Adam, Clipped
from rnn.cells import GRU, LSTM, Elman
from rnn.cells._cell import differentiated
from rnn.error_surface import OneNeuron
from rnn.net import Net
from rnn.tasks import Adding
from rnn.training import Trainer

SEEDS, STEPS, HIDDEN = 32, 5, 32


def spectra() -> None:
    """The full spectrum of 1,000 Jacobians of size 256."""
    J = np.random.default_rng(0).normal(size=(1000, 256, 256)) / 16
    exponents = np.zeros(256)

    def every_step() -> None:
        nonlocal exponents
        frame, total = np.eye(256), np.zeros(256)
        for matrix in J:
            frame, triangle = np.linalg.qr(matrix @ frame)
            total += np.log(np.abs(np.diag(triangle)))
        exponents = np.sort(total / len(J))[::-1]

    found = compare(lambda: spectrum(J), every_step, rounds=3)
    print(
        row(
            "Lyapunov spectrum, N = 256, T = 1,000",
            found.ours,
            found.theirs,
            found.ratio,
            "<= 0.333",
        )
    )
    apart = np.abs(spectrum(J).exponents - exponents).max()
    print(f"largest difference of an exponent: {apart:.1e} (wanted <= 1e-6)")


def local_jacobians() -> None:
    """One step's Jacobians for 64 sequences, analytic beside vmap(jacrev)."""
    for cell in (Elman(8, 64), GRU(8, 64), LSTM(8, 64)):
        drawn = cell.initial([torch.Generator().manual_seed(0)])
        x, state = torch.randn(1, 1, 64, 8), torch.randn(1, 64, cell.state_size)
        drive = cell.drive(drawn, x)[0]
        found = compare(
            lambda c=cell, p=drawn, d=drive, s=state: c.jacobian(p, d, s),
            lambda c=cell, p=drawn, d=drive, s=state: differentiated(c, p, d, s),
            rounds=15,
        )
        name = f"Jacobians of {type(cell).__name__}, H = 64, 64 sequences"
        print(row(name, found.ours, found.theirs, found.ratio, "< 1"))


def torch_loop(module: nn.Module, readout: nn.Linear, generator: torch.Generator):
    """The usual loop of one net: torch's own module, clipping, torch.optim.Adam."""
    parameters = [*module.parameters(), *readout.parameters()]
    optimiser = torch.optim.Adam(parameters, lr=0.01)

    def run() -> None:
        for _ in range(STEPS):
            x, target = Adding(50).draw(64, generator)
            loss = ((readout(module(x)[0][-1]) - target[0]) ** 2).mean()
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimiser.step()

    return run


def ensembles() -> None:
    """Many seeds as one batched net, beside the same trainer, and torch's modules, one by one."""
    task, rule = Adding(50), Simultaneous(0.01, Clipped(Adam(), 1.0))
    modules = {"tanh": nn.RNN, "GRU": nn.GRU, "LSTM": nn.LSTM}
    cells = {"tanh": Elman(2, HIDDEN), "GRU": GRU(2, HIDDEN), "LSTM": LSTM(2, HIDDEN)}
    for name, cell in cells.items():
        many = Trainer(Net(cell, 1), task, rule, seeds=range(SEEDS))
        one = Trainer(Net(cell, 1), task, rule, seeds=(0,))
        usual = torch_loop(modules[name](2, HIDDEN), nn.Linear(HIDDEN, 1), torch.Generator())
        for trainer in (many, one):
            trainer.advance(2)
        ours = statistics.median(seconds(lambda t=many: t.advance(STEPS)) for _ in range(5))
        alone = statistics.median(seconds(lambda t=one: t.advance(STEPS)) for _ in range(9))
        theirs = statistics.median(seconds(usual) for _ in range(9))
        each = ours / SEEDS / STEPS
        print(
            f"{name}, H = {HIDDEN}, T = 50, batch 64: {1000 * each:.2f} ms a net and step in "
            f"{SEEDS} at once; throughput {alone / STEPS / each:.1f}x that of our trainer, "
            f"{theirs / STEPS / each:.1f}x that of torch's module, one after the other"
            f"{' (wanted >= 4)' if name == 'tanh' else ''}"
        )


def surfaces() -> None:
    """The error surface on 400 x 400 points."""
    model, w, b = OneNeuron(), np.linspace(4, 7, 400), np.linspace(-4, -1.6, 400)
    times = [seconds(lambda: model.error(w[None], b[:, None])) for _ in range(7)]
    print(f"error surface, 400 x 400: {1000 * statistics.median(times):.0f} ms (wanted < 200)")


def main() -> None:
    """Print all of them."""
    spectra()
    local_jacobians()
    ensembles()
    surfaces()


if __name__ == "__main__":
    main()
