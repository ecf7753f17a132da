"""Recurrent cells: one step of a state and its Jacobian, many nets at once.

To add one, copy a sibling file and add a line to ``CELLS``. :class:`Cell` says what a cell must
offer and in which shapes; parameters are kept apart from the cell's description.
"""

from __future__ import annotations

from rnn.cells._cell import Cell, Parameters
from rnn.cells.activations import ACTIVATIONS, Activation
from rnn.cells.elman import FORMS, Elman
from rnn.cells.gru import GRU
from rnn.cells.initial import MATRICES, chrono_bias
from rnn.cells.lru import LRU
from rnn.cells.lstm import LSTM
from rnn.cells.matrices import MatrixProduct
from rnn.cells.stacked import Foreign, Stacked

CELLS: dict[str, type[Cell]] = {"elman": Elman, "lstm": LSTM, "gru": GRU, "lru": LRU}
"""Name -> class."""

__all__ = [
    "ACTIVATIONS",
    "CELLS",
    "FORMS",
    "GRU",
    "LRU",
    "LSTM",
    "MATRICES",
    "Activation",
    "Cell",
    "Elman",
    "Foreign",
    "MatrixProduct",
    "Parameters",
    "Stacked",
    "chrono_bias",
]
