"""Formulas that a person types, read by a grammar of our own and never as Python.

::

    sum     := product (("+" | "-") product)*
    product := signed (("*" | "/") signed)*
    signed  := ("+" | "-")* power
    power   := atom (("^" | "**") signed)?
    atom    := NUMBER | NAME | FUNCTION "(" sum ")" | "(" sum ")"
"""

from __future__ import annotations

import difflib
import keyword
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import sympy

from dynamics import arithmetic
from dynamics.arithmetic import CONSTANTS, FUNCTIONS, RefusedError, Term
from dynamics.bounded import OutOfTimeError, within

MAX_LENGTH = 500
MAX_DEPTH = 50
SECONDS = 1.5
"""A formula that takes SymPy longer than this to put together is refused."""

_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[^\W\d²³¹][^\W²³¹]*)"
    r"|(?P<operator>\*\*|[-+*/^()])"
    r"|(?P<other>.)",
    re.DOTALL,
)
_REMEDIES = {
    "−": "write - for minus",
    "·": "write * for a product",
    "×": "write * for a product",
    "÷": "write / for a quotient",
    "²": "write ^2",
    "³": "write ^3",
    "=": "give the formula only, without =",
    ",": "write a decimal point as . ; functions take one argument",
    "|": "write abs(x)",
    "[": "use round parentheses",
    "{": "use round parentheses",
    "√": "write sqrt(x)",
    "π": "write pi",
}


class ExpressionError(ValueError):
    """A text that is not a formula. The message shows the place with a caret.

    Attributes
    ----------
    text : the whole text.
    position : the index of the offending character; ``len(text)`` if the end is.
    """

    def __init__(self, reason: str, text: str, position: int):
        self.reason = reason
        self.text = text
        self.position = position
        super().__init__(f"{reason}\n{_picture(text, position)}")

    def __reduce__(self) -> tuple[type, tuple[str, str, int]]:
        return type(self), (self.reason, self.text, self.position)


class Token(NamedTuple):
    """A piece of the text; ``kind`` is ``number``, ``name``, ``operator`` or ``end``."""

    kind: str
    text: str
    position: int


def parse(text: str, names: Iterable[str]) -> sympy.Expr:
    """The SymPy expression that a typed formula means. Numbers become exact rationals.

    Parameters
    ----------
    text : arithmetic (``+ - * /``, ``^`` or ``**``), parentheses, decimal numbers, ``pi``, ``e``,
        the functions in :data:`dynamics.arithmetic.FUNCTIONS`, and the names.
    names : the variables and parameters; each becomes ``sympy.Symbol(name, real=True)``.

    Raises
    ------
    ExpressionError
        If the text is anything else, or too large; always within two seconds.
    ValueError
        If a name cannot stand in a formula.

    Examples
    --------
    >>> parse("0.5 x", ["x"])
    Traceback (most recent call last):
    ...
    dynamics.expression.ExpressionError: an operator is missing; write 0.5*x
        0.5 x
            ^
    >>> parse("0.5*x^2", ["x"])
    x**2/2
    """
    symbols = {name: sympy.Symbol(_valid(name), real=True) for name in names}
    if not isinstance(text, str):
        raise ValueError(f"a formula must be text; got {text!r:.80}")
    if len(text) > MAX_LENGTH:
        reason = f"a formula may have {MAX_LENGTH} characters; this one has {len(text)}"
        raise ExpressionError(reason, text, MAX_LENGTH)
    parser = _Parser(text, symbols)
    try:
        return within(SECONDS, parser.formula).expression
    except OutOfTimeError:
        reason = "this formula takes too long to put together; write a simpler one"
        raise parser.error(reason) from None


class _Parser:
    """Recursive descent over the tokens of one text."""

    def __init__(self, text: str, symbols: Mapping[str, sympy.Symbol]):
        self.text = text
        self.symbols = symbols
        self.tokens = _tokens(text)
        self.index = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def formula(self) -> Term:
        if self.token.kind == "end":
            raise self.error("a formula is missing")
        term = self.sum()
        if self.token.kind != "end":
            raise self.leftover()
        return term

    def sum(self) -> Term:
        term = self.product()
        while operator := self.accept("+", "-"):
            step = arithmetic.add if operator.text == "+" else arithmetic.subtract
            term = self.apply(operator, step, term, self.product())
        return term

    def product(self) -> Term:
        term = self.signed()
        while operator := self.accept("*", "/"):
            step = arithmetic.multiply if operator.text == "*" else arithmetic.divide
            term = self.apply(operator, step, term, self.signed())
        return term

    def signed(self) -> Term:
        negative = False
        while operator := self.accept("+", "-"):
            negative ^= operator.text == "-"
        term = self.power()
        return arithmetic.negate(term) if negative else term

    def power(self) -> Term:
        base = self.atom()
        operator = self.accept("^", "**")
        if operator is None:
            return base
        return self.apply(operator, arithmetic.power, base, self.nested(operator, self.signed))

    def atom(self) -> Term:
        token = self.token
        self.index += 1
        if token.kind == "number":
            digits, _, exponent = token.text.lower().partition("e")
            return self.apply(token, arithmetic.number, digits, exponent)
        if token.kind == "name":
            return self.named(token)
        if token.text == "(":
            return self.parenthesised(token)
        before = "" if token.kind == "end" else f" before {token.text!r}"
        raise self.error(f"a number, a name or a parenthesis is missing{before}", token)

    def named(self, token: Token) -> Term:
        if token.text in FUNCTIONS:
            opening = self.accept("(")
            if opening is None:
                raise self.error(f"{token.text} needs its argument in parentheses", token)
            return self.apply(token, arithmetic.call, token.text, self.parenthesised(opening))
        if token.text in self.symbols:
            return Term(self.symbols[token.text])
        if token.text in CONSTANTS:
            return Term(CONSTANTS[token.text])
        raise self.error(_unknown(token.text, list(self.symbols)), token)

    def parenthesised(self, opening: Token) -> Term:
        term = self.nested(opening, self.sum)
        if self.accept(")") is None:
            if self.token.kind == "end":
                raise self.error("this parenthesis is never closed", opening)
            raise self.leftover()
        return term

    def nested(self, place: Token, rule: Callable[[], Term]) -> Term:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"parentheses and powers may be nested {MAX_DEPTH} deep", place)
        term = rule()
        self.depth -= 1
        return term

    def accept(self, *operators: str) -> Token | None:
        token = self.token
        if token.kind != "operator" or token.text not in operators:
            return None
        self.index += 1
        return token

    def apply(self, place: Token, operation: Callable[..., Term], *operands: object) -> Term:
        try:
            return operation(*operands)
        except RefusedError as error:
            raise self.error(str(error), place) from None

    def leftover(self) -> ExpressionError:
        token, before = self.token, self.tokens[self.index - 1]
        if token.text == ")":
            return self.error("this parenthesis was never opened")
        after = "(…)" if token.text == "(" else token.text
        known = before.text if before.kind in ("number", "name") else "(…)"
        return self.error(f"an operator is missing; write {known}*{after}")

    def error(self, reason: str, token: Token | None = None) -> ExpressionError:
        return ExpressionError(reason, self.text, (token or self.token).position)


def _tokens(text: str) -> list[Token]:
    tokens = []
    for match in _TOKEN.finditer(text):
        kind, piece = str(match.lastgroup), match.group()
        if kind == "other":
            remedy = _REMEDIES.get(piece, "formulas have numbers, names, + - * / ^ and ( )")
            reason = f"{piece!r}{_foreign(piece)} cannot stand in a formula; {remedy}"
            raise ExpressionError(reason, text, match.start())
        if kind != "space":
            tokens.append(Token(kind, piece, match.start()))
    return [*tokens, Token("end", "", len(text))]


def _valid(name: str) -> str:
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
        raise ValueError(
            f"{name!r} cannot name a variable or parameter; use letters, digits and _, "
            "starting with a letter"
        )
    if name in FUNCTIONS or name in CONSTANTS:
        kind = "function" if name in FUNCTIONS else "constant"
        raise ValueError(
            f"{name!r} cannot name a variable or parameter: it is a {kind}. Choose another name "
            f"than {', '.join([*FUNCTIONS, *CONSTANTS])}"
        )
    return name


def _unknown(name: str, names: list[str]) -> str:
    words = [*names, *CONSTANTS, *FUNCTIONS]
    guess = _as_product(name, words) or next(iter(difflib.get_close_matches(name, words, n=1)), "")
    meant = f"; did you mean {guess}?" if guess else "."
    known = ", ".join(names) or "no variables"
    return (
        f"{name!r:.60}{_foreign(name)} is not a variable here{meant} Known: {known}; "
        f"functions: {', '.join(FUNCTIONS)}; constants: {', '.join(CONSTANTS)}"
    )


def _foreign(piece: str) -> str:
    """The Unicode name of the first letter that only looks familiar, in parentheses, or nothing."""
    names = [unicodedata.name(character, "") for character in piece if not character.isascii()]
    return f" ({names[0]})" if names and names[0] else ""


def _as_product(name: str, words: list[str]) -> str:
    """``x*y`` for ``xy`` where both are known, ``x^2`` for ``x2``, or nothing."""
    stem = name.rstrip("0123456789")
    if stem in words and stem not in FUNCTIONS and stem != name:
        return f"{stem}^{name[len(stem) :]}"
    splits: dict[int, list[str]] = {0: []}
    for end in range(1, min(len(name), 30) + 1):
        for word in sorted(words, key=len):
            start = end - len(word)
            if start in splits and name[start:end] == word:
                splits[end] = [*splits[start], word]
    return "*".join(splits.get(len(name), []))


def _picture(text: str, position: int) -> str:
    """The text around a position with a caret under it."""
    start = max(0, position - 60)
    shown = "".join(c if c.isprintable() else " " for c in text[start : position + 20])
    before = "…" if start else ""
    after = "…" if position + 20 < len(text) else ""
    caret = " " * (len(before) + position - start) + "^"
    return f"    {before}{shown}{after}\n    {caret}"
