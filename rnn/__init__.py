"""Small recurrent nets as chains of Jacobians: predicted, measured, trained.

What multiplies
    :mod:`rnn.cells`: ``Elman``, ``LSTM``, ``GRU``, ``LRU``, each with its analytic Jacobian;
    :mod:`rnn.jacobians` with :func:`unroll` and :func:`lyapunov`; :mod:`rnn.from_torch` reads
    anybody's module.
What theory says
    :mod:`rnn.predictions`; :class:`OneNeuron`, whose error surface has a wall in closed form.
What backpropagation adds up
    :func:`contributions` term by term, :func:`symbolic_bptt` in symbols, :mod:`rnn.scratch` by
    hand, :mod:`rnn.scan` in parallel, :func:`diagnose` in words.
What is learnt
    :mod:`rnn.tasks`, :class:`Net`, :class:`Trainer`, :mod:`rnn.slices`, :mod:`rnn.experiments`.
Signals
    :mod:`rnn.signal_features`, of real series in :mod:`rnn.series`.

Nothing is imported before it is asked for: half of this room needs no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnn.backward import Contributions, contributions
    from rnn.cells import CELLS
    from rnn.diagnosis import Diagnosis, diagnose
    from rnn.error_surface import OneNeuron
    from rnn.jacobians import lyapunov, unroll
    from rnn.net import Net
    from rnn.symbolic import symbolic_bptt
    from rnn.tasks import TASKS
    from rnn.training import Trainer

_HOMES = {
    "CELLS": "cells",
    "Contributions": "backward",
    "Diagnosis": "diagnosis",
    "Net": "net",
    "OneNeuron": "error_surface",
    "TASKS": "tasks",
    "Trainer": "training",
    "contributions": "backward",
    "diagnose": "diagnosis",
    "lyapunov": "jacobians",
    "symbolic_bptt": "symbolic",
    "unroll": "jacobians",
}

__all__ = [
    "CELLS",
    "TASKS",
    "Contributions",
    "Diagnosis",
    "Net",
    "OneNeuron",
    "Trainer",
    "contributions",
    "diagnose",
    "lyapunov",
    "symbolic_bptt",
    "unroll",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"rnn.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'rnn' has no attribute {name!r}")
