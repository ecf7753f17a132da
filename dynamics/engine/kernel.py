"""A training step as machine code that takes many starts through many steps.

LLVM compiles the straight-line program of a step directly, which takes a tenth of the time that a
compiler of Python takes: a first answer need not wait.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import llvmlite.binding as llvm
import numpy as np
import sympy
from llvmlite import ir

from dynamics.engine.machine_math import DOUBLE, INTEGER, LIBRARY, Emitter, Value, can_emit, number
from dynamics.engine.program import Program

BLOCK = 256
"""Starts that are stepped together: a few rows of this length fit the first-level cache."""

ADDRESS = DOUBLE.as_pointer()
_LOCK = threading.Lock()


@dataclass(frozen=True)
class KernelShape:
    """What a kernel is compiled for.

    Attributes
    ----------
    program : one step; inputs are the state and the constants, outputs the next state.
    state_size, checked : the number of state coordinates, and how many of them are checked.
    varying : for each constant, whether it differs between starts.
    """

    program: Program
    state_size: int
    checked: int
    varying: tuple[bool, ...]


def can_compile(program: Program) -> bool:
    """Whether every function in a program has instructions."""
    program = program.optimised
    expressions = [expression for _, expression in program.assignments]
    return all(can_emit(expression) for expression in [*expressions, *program.outputs])


class Kernel:
    """The compiled step, called without Python's lock."""

    def __init__(self, shape: KernelShape):
        self._code, address = _compiled(str(kernel_module(shape)))
        self._function = ctypes.CFUNCTYPE(
            None, *[ctypes.c_void_p] * 4, *[ctypes.c_int64] * 6, *[ctypes.c_double] * 2
        )(address)

    def __call__(
        self, state: np.ndarray, constants: np.ndarray, out: np.ndarray, failed: np.ndarray,
        first: int, last: int, records: int, every: int, taken: int, limit: float,
    ) -> None:  # fmt: skip
        """Advance the starts in ``[first, last)``.

        Parameters
        ----------
        state : ``(n, B)``, changed in place. From the step at which a start left
            ``[-limit, limit]`` on it is NaN.
        constants : ``(c, B)`` or ``(c, 1)``.
        out : takes each recorded state, ``(records, n, B)``.
        failed : takes the number of the step at which a start left, ``(B,)``; 0 if none.
        records, every, taken : how many states to record, the steps between them, those before.
        """
        arrays = (state, constants, out, failed)
        for array in arrays:
            assert array.dtype == np.float64
            assert array.flags.c_contiguous
        addresses = (array.ctypes.data for array in arrays)
        sizes = (state.shape[1], constants.shape[1], first, last, records, every)
        self._function(*addresses, *sizes, float(taken), limit)


def kernel_module(shape: KernelShape) -> ir.Module:
    """The kernel in LLVM's intermediate representation."""
    module = ir.Module("kernel")
    kinds = [*[ADDRESS] * 4, *[INTEGER] * 6, *[DOUBLE] * 2]
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), kinds), "kernel")
    writer = _Writer(ir.IRBuilder(function.append_basic_block("entry")), shape, function.args)
    writer.write()
    return module


@dataclass
class _Writer:
    """Writes the loops: blocks of starts, records, steps, and the starts of a block."""

    builder: ir.IRBuilder
    shape: KernelShape
    arguments: tuple[Value, ...]

    @cached_property
    def rows(self) -> list[Value]:
        """Room for the state of a block, a row for each coordinate, and a row for ``failed``."""
        return [
            self.builder.alloca(ir.ArrayType(DOUBLE, BLOCK))
            for _ in range(self.shape.state_size + 1)
        ]

    def write(self) -> None:
        """The whole kernel."""
        state, constants, out, failed, starts, width, first, last, records, every, taken, limit = (
            self.arguments
        )
        build, rows, size = self.builder, self.rows, self.shape.state_size
        count = build.alloca(DOUBLE)
        with self.loop(first, last, BLOCK) as start:
            left = build.sub(last, start)
            whole = ir.Constant(INTEGER, BLOCK)
            length = build.select(build.icmp_signed("<", left, whole), left, whole)
            places = [self.place(state, k, starts, start) for k in range(size)]
            places.append(self.place(failed, 0, starts, start))
            self.copy(places, rows, length)
            build.store(taken, count)
            with self.loop(0, records) as record:
                with self.loop(0, every):
                    build.store(build.fadd(build.load(count), number(1.0)), count)
                    with self.loop(0, length) as i:
                        given = self.constants(constants, width, build.add(start, i))
                        self.step(i, given, build.load(count), limit)
                here = build.mul(record, ir.Constant(INTEGER, size))
                written = [
                    self.place(out, build.add(here, ir.Constant(INTEGER, k)), starts, start)
                    for k in range(size)
                ]
                self.copy(rows, written, length)
            self.copy(rows, places, length)
        build.ret_void()

    def step(self, i: Value, given: list[Value], count: Value, limit: Value) -> None:
        """One step of one start. There is no branch, so that LLVM can vectorise the loop."""
        build, emit, size = self.builder, Emitter(self.builder), self.shape.state_size
        places = [self.at(row, i) for row in self.rows]
        inputs = [*(build.load(place) for place in places[:size]), *given]
        following = _values(emit, self.shape.program.optimised, inputs)
        inside = ir.Constant(ir.IntType(1), 1)
        for value in following[: self.shape.checked]:
            near = build.fcmp_ordered("<=", emit.intrinsic("fabs", value), limit)
            inside = build.and_(inside, near)
        for value, place in zip(following, places, strict=False):
            build.store(build.select(inside, value, number(float("nan"))), place)
        before = build.load(places[size])
        known = build.or_(inside, build.fcmp_ordered("!=", before, number(0.0)))
        build.store(build.select(known, before, count), places[size])

    def constants(self, table: Value, width: Value, start: Value) -> list[Value]:
        """The constants of a start; the column is the first where a constant does not vary."""
        zero = ir.Constant(INTEGER, 0)
        return [
            self.builder.load(self.place(table, k, width, start if varies else zero))
            for k, varies in enumerate(self.shape.varying)
        ]

    def copy(self, sources: list[Value], targets: list[Value], length: Value) -> None:
        """Copy rows, as many as there are targets."""
        with self.loop(0, length) as i:
            for source, target in zip(sources, targets, strict=False):
                self.builder.store(self.builder.load(self.at(source, i)), self.at(target, i))

    def place(self, base: Value, row: Value | int, width: Value, column: Value) -> Value:
        """The address of an entry of a matrix in row-major order."""
        build = self.builder
        number_of_row = row if isinstance(row, ir.Value) else ir.Constant(INTEGER, row)
        return build.gep(base, [build.add(build.mul(number_of_row, width), column)])

    def at(self, row: Value, i: Value) -> Value:
        """The address of an entry of a row."""
        is_array = isinstance(row, ir.AllocaInstr)
        return self.builder.gep(row, [ir.Constant(INTEGER, 0), i] if is_array else [i])

    @contextmanager
    def loop(self, begin: Value | int, end: Value, step: int = 1) -> Iterator[Value]:
        """``for i in range(begin, end, step)``."""
        build = self.builder
        begin = begin if isinstance(begin, ir.Value) else ir.Constant(INTEGER, begin)
        before = build.block
        head, body, after = (build.append_basic_block(name) for name in ("head", "body", "after"))
        build.branch(head)
        build.position_at_end(head)
        index = build.phi(INTEGER)
        index.add_incoming(begin, before)
        build.cbranch(build.icmp_signed("<", index, end), body, after)
        build.position_at_end(body)
        yield index
        index.add_incoming(build.add(index, ir.Constant(INTEGER, step)), build.block)
        build.branch(head)
        build.position_at_end(after)


def _values(emit: Emitter, program: Program, inputs: list[Value]) -> list[Value]:
    """The outputs of a straight-line program."""
    known: dict[sympy.Symbol, Value] = dict(zip(program.inputs, inputs, strict=True))
    for symbol, expression in program.assignments:
        known[symbol] = emit.formula(expression, known)
    return [emit.formula(output, known) for output in program.outputs]


def _compiled(text: str) -> tuple[Any, int]:
    """The machine code of a module, which lives as long as it is referred to, and its address."""
    with _LOCK:
        machine = _machine()
        module = llvm.parse_assembly(text)
        module.verify()
        tuning = llvm.create_pipeline_tuning_options(speed_level=3)
        tuning.loop_vectorization = True
        passes = llvm.create_pass_builder(machine, tuning)
        passes.getModulePassManager().run(module, passes)
        code = llvm.create_mcjit_compiler(module, machine)
        code.finalize_object()
        return code, code.get_function_address("kernel")


def _machine() -> Any:
    """The processor at hand. The code that is made for it takes it over, so each has its own."""
    _prepare()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3
    )


@cache
def _prepare() -> None:
    """Start LLVM, once, and make the C library's functions known by name."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    for name, address in _library_functions().items():
        llvm.add_symbol(name, address)


def _library_functions() -> dict[str, int]:
    from ctypes.util import find_library

    library = ctypes.CDLL(find_library("m") or find_library("msvcrt"))
    functions = {name: getattr(library, name) for name in [*LIBRARY.values(), "log1p", "pow"]}
    return {
        name: ctypes.cast(function, ctypes.c_void_p).value or 0
        for name, function in functions.items()
    }
