"""What a typed formula may be, what it means, and how everything else is refused."""

import contextlib
import pickle
import re
import time

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational
from sympy.printing.str import StrPrinter

from dynamics.arithmetic import CONSTANTS, FUNCTIONS
from dynamics.expression import MAX_DEPTH, MAX_LENGTH, ExpressionError, parse
from dynamics.functions import sigmoid, softplus

x, y = sympy.symbols("x y", real=True)
NAMES = ("x", "y")
SECONDS = 2.0


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("x*y", x * y),
        (" x * y\n", x * y),
        ("1 - 2 - 3", -4),
        ("8/4/2", 1),
        ("2/3*x", Rational(2, 3) * x),
        ("-x^2", -(x**2)),
        ("(-x)^2", x**2),
        ("2^3^2", 512),
        ("2^-1", Rational(1, 2)),
        ("x**-2", x**-2),
        ("--+-x", -x),
        ("2*-x", -2 * x),
        ("0.1 + .2 + 3.", Rational(33, 10)),
        ("1.5e-3*x", Rational(3, 2000) * x),
        ("2E3", 2000),
        ("x^0.5", sympy.sqrt(x)),
        ("x^(1/3)", x ** Rational(1, 3)),
        ("e^x + exp(y)", sympy.exp(x) + sympy.exp(y)),
        ("2^x", 2**x),
        ("pi^(x*y)", sympy.pi ** (x * y)),
        ("ln(x) - log(x)", 0),
        ("sin(pi/6)", Rational(1, 2)),
        ("abs(-3)", 3),
        ("sigmoid(x)", sigmoid(x)),
        ("sigmoid(0)", Rational(1, 2)),
        ("softplus(-x)", softplus(-x)),
        ("sqrt(x^2)", sympy.Abs(x)),
        ("x-x", 0),
    ],
)
def test_means(text, meaning):
    assert parse(text, NAMES) == meaning


def test_numbers_are_exact():
    assert parse("0.1 + 0.2", []) == Rational(3, 10)
    assert all(leaf.is_Rational for leaf in parse("0.1*x + 1e-7", NAMES).atoms(sympy.Number))


def test_symbols_are_real_and_names_may_be_long():
    assert parse("gamma_1*θ", ["gamma_1", "θ"]) == sympy.Symbol(
        "gamma_1", real=True
    ) * sympy.Symbol("θ", real=True)


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("", 0, "missing"),
        ("   ", 3, "missing"),
        ("x +", 3, "missing"),
        ("x + * y", 4, "missing before '*'"),
        ("2x", 1, "write 2*x"),
        ("x y", 2, "write x*y"),
        ("x (y)", 2, "write x*(…)"),
        ("(x)(y)", 3, "operator is missing"),
        (
            "x + xy",
            4,
            "'xy' is not a variable here; did you mean x*y? Known: x, y; functions: sin",
        ),
        ("3 + x2", 4, "did you mean x^2"),
        ("sni(x)", 0, "did you mean sin"),
        ("f(x)", 0, "'f' is not a variable"),
        ("sin x", 0, "parentheses"),
        ("x + exp", 4, "parentheses"),
        ("(x + (y)", 0, "never closed"),
        ("x)", 1, "never opened"),
        ("x = 3", 2, "without ="),
        ("x²", 1, "write ^2"),
        ("x − y", 2, "write -"),
        ("x·y", 1, "write *"),
        ("log(x, 2)", 5, "one argument"),
        ("x + 1/0", 5, "division by zero"),
        ("1/(x-x)", 1, "division by zero"),
        ("0^-2", 1, "division by zero"),
        ("2*log(0)", 2, "not finite"),
        ("tan(pi/2)", 0, "not finite"),
        ("x + sqrt(-1)", 4, "not a real"),
        ("log(-2)", 0, "not a real"),
        ("acos(2)", 0, "not a real"),
        ("(-8)^(1/3)", 4, "not a real"),
        ("x^y", 1, "exp(y*log(x))"),
        ("(-2)^x", 4, "exponent"),
        ("x^21", 1, "between -20 and 20"),
        ("x^pi", 1, "exponent"),
        ("1e13", 0, "beyond"),
        ("1e-31", 0, "at least"),
    ],
)
def test_refuses_and_shows_the_place(text, position, says):
    with pytest.raises(ExpressionError, match=re.escape(says)) as caught:
        parse(text, NAMES)
    error = caught.value
    assert (error.text, error.position) == (text, position)
    picture, caret = str(error).splitlines()[-2:]
    assert caret == " " * (4 + position) + "^"
    assert picture[4:] == text.ljust(position).replace("\n", " ")


HOSTILE = [
    "__import__('os')",
    "x.__class__.__mro__",
    "lambda: 0",
    "[x for x in y]",
    "x if y else 1",
    "x; y",
    "x and y",
    "x<y",
    "x%2",
    "x@y",
    "'x'",
    "eval(x)",
    "１+x",
    "٣+x",
    "х+y",
    "x\u200by",
    "\0",
    "x\0y",
    "x" * 10**6,
    "(" * 10**6,
    "(" * (MAX_DEPTH + 1) + "x" + ")" * (MAX_DEPTH + 1),
    "2^" * 60 + "x",
    "9**9**9**9",
    "1e999999999",
    "1e-999999999",
    "9" * 400,
    "0." + "9" * 400,
    "2**(2**(2**(2**9)))",
    "10**20",
    "((10^10)^10)^10",
    "(9^12)^20^20",
    "exp(exp(exp(exp(9))))",
    "sin(10**20)",
    "((((1.0000001*x)^20)^20)^20)^20",
    "((x^20)^20)^20",
    "(((1+x)^20+(1+y)^20)^20)^20",
    "(((1.0000001^20)^20)^20)^20",
    "x^(10^10)",
    "x^(1/99999999999)",
    "2^(x-x+1000000)",
    "1/(sin(1)^2+cos(1)^2-1)",
    "cosh(1e11)",
    "factorial(9999)",
    "1!",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text)[:40])
def test_hostile_text_is_refused_at_once(text):
    began = time.perf_counter()
    with pytest.raises(ExpressionError) as caught:
        parse(text, NAMES)
    assert time.perf_counter() - began < SECONDS
    assert caught.value.text == text
    assert 0 <= caught.value.position <= len(text)
    assert len(str(caught.value)) < 800


@pytest.mark.parametrize("inside", ["sqrt(1+", "abs(x-", "asin(", "tan(1+", "1/(1+", "sqrt(x^2+"])
@pytest.mark.parametrize("core", ["x", "0.1"])
def test_deep_nesting_ends_in_time(inside, core):
    began = time.perf_counter()
    with contextlib.suppress(ExpressionError):
        parse(inside * 45 + core + ")" * 45, NAMES)
    assert time.perf_counter() - began < SECONDS


def test_length_limit():
    text = "x" + "+x" * ((MAX_LENGTH - 1) // 2)
    assert parse(text, NAMES) == (len(text) + 1) // 2 * x
    with pytest.raises(ExpressionError, match="500 characters"):
        parse(text + "+x", NAMES)


@pytest.mark.parametrize("name", ["2x", "", "a b", "x.y", "lambda", "sin", "e", "pi", "softplus"])
def test_names_are_checked(name):
    with pytest.raises(ValueError, match="cannot name a variable") as caught:
        parse("1", [name])
    assert not isinstance(caught.value, ExpressionError)


def test_only_text():
    with pytest.raises(ValueError, match="must be text"):
        parse(3, NAMES)


def test_error_survives_pickling():
    with pytest.raises(ExpressionError) as caught:
        parse("2x", NAMES)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.position) == (str(caught.value), 1)


class TypedPrinter(StrPrinter):
    """SymPy's text with the names a student would type."""

    def _print_Exp1(self, expression):
        return "e"

    def _print_Abs(self, expression):
        return f"abs({self._print(expression.args[0])})"


numbers = st.fractions(-50, 50, max_denominator=40).map(
    lambda q: Rational(q.numerator, q.denominator)
)
leaves = st.one_of(st.sampled_from([x, y, *CONSTANTS.values()]), numbers)


def _moderate(expression):
    """Whether no part of it comes near a limit of the parser."""
    parts = list(sympy.preorder_traversal(expression))
    constants = [part for part in parts if not part.free_symbols]
    return (
        all(abs(part.evalf(15)) < 10**6 for part in constants)
        and all(max(abs(part.p), part.q) < 10**6 for part in parts if part.is_Rational)
        and all(abs(part.exp) <= 20 for part in parts if part.is_Pow and part.exp.is_Rational)
    )


def _grow(smaller):
    pairs = st.tuples(smaller, smaller)
    return st.one_of(
        pairs.map(lambda pair: pair[0] + pair[1]),
        pairs.map(lambda pair: pair[0] - pair[1]),
        pairs.map(lambda pair: pair[0] * pair[1]),
        st.tuples(smaller, st.integers(2, 3)).map(lambda pair: pair[0] ** pair[1]),
        st.tuples(
            st.sampled_from(["sin", "cos", "tanh", "atan", "exp", "sigmoid", "softplus", "abs"]),
            smaller,
        ).map(lambda pair: FUNCTIONS[pair[0]](pair[1])),
        smaller.map(lambda inner: 1 / (1 + inner**2)),
        smaller.map(lambda inner: sympy.sqrt(1 + inner**2)),
        smaller.filter(lambda inner: inner.free_symbols).map(lambda inner: 2**inner),
    ).filter(_moderate)


@settings(max_examples=150, deadline=None)
@given(st.recursive(leaves, _grow, max_leaves=5))
def test_reads_back_what_sympy_prints(expression):
    """Up to 2 (x² + 1), which SymPy multiplies out as soon as it is built anew."""
    read = parse(TypedPrinter().doprint(expression), NAMES)
    assert read == expression or sympy.expand(read) == sympy.expand(expression)


def _answers_in_time(text):
    began = time.perf_counter()
    try:
        answer = parse(text, NAMES)
    except ExpressionError as error:
        answer = error
    assert time.perf_counter() - began < SECONDS
    if isinstance(answer, ExpressionError):
        assert 0 <= answer.position <= len(text)
    else:
        assert answer.free_symbols <= {x, y}
        assert not answer.has(sympy.zoo, sympy.nan, sympy.oo, sympy.I)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_answered_in_time(text):
    _answers_in_time(text)


PIECES = [
    *NAMES,
    *CONSTANTS,
    *[f"{name}(" for name in FUNCTIONS],
    *[
        "+",
        "-",
        "*",
        "/",
        "^",
        "**",
        "(",
        ")",
        ")",
        ")",
        "0",
        "1",
        "2",
        "9",
        "20",
        "0.5",
        "1e9",
        "1e-9",
    ],
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_formula_like_text_is_answered_in_time(text):
    _answers_in_time(text)


formulas = st.recursive(
    st.sampled_from([*NAMES, *CONSTANTS, "0", "1", "2", "0.3", "9e11", "-1"]),
    lambda inner: st.one_of(
        st.builds("({}{}{})".format, inner, st.sampled_from("+-*/^"), inner),
        st.builds("{}({})".format, st.sampled_from(list(FUNCTIONS)), inner),
        st.builds("({})^{}".format, inner, st.sampled_from(["20", "-20", "0.333", "(1/2)", "x"])),
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(formulas)
def test_well_formed_text_is_answered_in_time(text):
    _answers_in_time(text)
