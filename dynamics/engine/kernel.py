"""The source of a Numba kernel that takes many starts through many steps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dynamics.engine.codegen import ScalarPrinter, body, build, indented
from dynamics.engine.program import Program

BLOCK = 256
"""Starts that are stepped together: a few rows of this length fit the first-level cache."""


def compile_kernel(
    program: Program, state_size: int, checked: int, varying: tuple[bool, ...]
) -> Callable[..., None]:
    """The program as a Numba kernel over a range of starts, without Python's lock.

    The kernel ``(state, constants, out, failed, first, last, records, every, taken, limit)``
    advances ``state`` (``(n, B)``, in place) for the starts in ``[first, last)``, writes each
    recorded state to ``out`` (``(records, n, B)``) and the number of the step at which a start left
    ``[-limit, limit]`` to ``failed`` (``(B,)``); from there on its state is NaN.

    Parameters
    ----------
    program : one step; inputs are the state and the constants, outputs the next state.
    state_size, checked : the number of state coordinates, and how many of them are checked.
    varying : for each constant, whether it differs between starts.
    """
    from numba import njit

    from dynamics.engine.vector_math import FLAGS, KERNEL_FUNCTIONS

    source = kernel_source(program, state_size, checked, varying)
    kernel = build(source, "kernel", {**KERNEL_FUNCTIONS, "np": np, "BLOCK": BLOCK})
    return njit(nogil=True, fastmath=FLAGS, error_model="numpy")(kernel)


def kernel_source(
    program: Program, state_size: int, checked: int, varying: tuple[bool, ...]
) -> str:
    """The kernel's text. The inner loop has no branch, so that LLVM can vectorise it."""
    text = body(program, ScalarPrinter())
    state, constants = text.inputs[:state_size], text.inputs[state_size:]
    rows = [f"r{i}" for i in range(state_size)]
    following = [f"b{i}" for i in range(state_size)]
    fixed: list[str] = []
    loads = [f"{name} = {row}[i]" for name, row in zip(state, rows, strict=True)]
    for i, name in enumerate(constants):
        where, index = (loads, "start + i") if varying[i] else (fixed, "0")
        where.append(f"{name} = constants[{i}, {index}]")
    step = [
        *loads,
        *text.lines,
        *(f"{new} = {output}" for new, output in zip(following, text.outputs, strict=True)),
        "inside = " + " & ".join(f"(abs({new}) <= limit)" for new in following[:checked]),
        *(
            f"{row}[i] = {new} if inside else np.nan"
            for row, new in zip(rows, following, strict=True)
        ),
        "left[i] = left[i] if inside or left[i] != 0.0 else number",
    ]
    return (
        "def kernel(state, constants, out, failed, first, last, records, every, taken, limit):\n"
        + indented([f"{row} = np.empty(BLOCK)" for row in rows], 1)
        + indented(["left = np.empty(BLOCK)", *fixed], 1)
        + indented(["for start in range(first, last, BLOCK):"], 1)
        + indented(["size = min(BLOCK, last - start)", "for i in range(size):"], 2)
        + indented([f"{row}[i] = state[{k}, start + i]" for k, row in enumerate(rows)], 3)
        + indented(["left[i] = failed[start + i]"], 3)
        + indented(["number = float(taken)", "for record in range(records):"], 2)
        + indented(["for _ in range(every):"], 3)
        + indented(["number += 1.0", "for i in range(size):"], 4)
        + indented(step, 5)
        + indented(["for i in range(size):"], 3)
        + indented([f"out[record, {k}, start + i] = {row}[i]" for k, row in enumerate(rows)], 4)
        + indented(["for i in range(size):"], 2)
        + indented([f"state[{k}, start + i] = {row}[i]" for k, row in enumerate(rows)], 3)
        + indented(["failed[start + i] = left[i]"], 3)
    )
