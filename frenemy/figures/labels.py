r"""Labels with simple mathematics, for paper and for the screen.

Between dollar signs stands a small part of TeX: letters and numbers, ``^`` and ``_``, Greek letters
and the commands in ``SIGNS``, ``\frac``, ``\sqrt``, ``\mathrm`` and ``\text``. matplotlib sets it
itself; Plotly would fetch MathJax from the network for it, so for the screen it is turned into HTML
and Unicode here. What cannot be turned is refused when a figure is made, not when it is drawn.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

GREEK = {
    name: chr(code)
    for names, start in (
        ("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi", 0x3B1),
        ("pi rho", 0x3C0),
        ("sigma tau upsilon phi chi psi omega", 0x3C3),
    )
    for code, name in enumerate(names.split(), start)
} | {
    "Gamma": "Γ",
    "Delta": "Δ",
    "Theta": "Θ",
    "Lambda": "Λ",
    "Xi": "Ξ",
    "Pi": "Π",
    "Sigma": "Σ",
    "Phi": "Φ",
    "Psi": "Ψ",
    "Omega": "Ω",
    "varepsilon": "ε",
    "varphi": "φ",
}
SIGNS = GREEK | {
    "ast": "∗",
    "star": "⋆",
    "cdot": "·",
    "times": "×",
    "pm": "±",
    "leq": "≤",
    "geq": "≥",
    "neq": "≠",
    "approx": "≈",
    "ll": "≪",
    "gg": "≫",
    "to": "→",
    "rightarrow": "→",
    "mapsto": "↦",
    "infty": "∞",
    "partial": "∂",
    "nabla": "∇",
    "in": "∈",
    "sum": "∑",
    "prod": "∏",
    "ell": "ℓ",
    "Vert": "‖",
    "|": "‖",
    "vert": "|",
    "dots": "…",
    "ldots": "…",
    "log": "log",
    "ln": "ln",
    "exp": "exp",
    "sin": "sin",
    "cos": "cos",
    "max": "max",
    "min": "min",
    "Re": "Re",
    "Im": "Im",
    ",": "\u2009",
    ";": "\u2005",
    " ": " ",
    "quad": "\u2003",
    "{": "{",
    "}": "}",
    "%": "%",
}
"""Commands that stand for one sign or one upright word."""

_TOKEN = re.compile(r"\\(?:[A-Za-z]+|.)|[\^_{}]|[A-Za-z]|[0-9.]+|\s+|.", re.DOTALL)
_UPRIGHT = {"mathrm", "text", "operatorname"}
_SPACED = {"leq", "geq", "neq", "approx", "ll", "gg", "to", "rightarrow", "mapsto", "in", "times"}


def check_label(text: str, what: str) -> None:
    """Raise ValueError unless ``text`` is a label that both renderers can set."""
    if not isinstance(text, str):
        raise ValueError(f"{what} must be text; got {text!r:.80}")
    try:
        to_html(text)
    except ValueError as error:
        raise ValueError(f"{what} {text!r}: {error}") from None


def to_html(text: str) -> str:
    r"""The label as HTML with Unicode signs, as Plotly shows it.

    >>> to_html(r"distance $\|z - z^\ast\|$")
    'distance ‖<i>z</i> − <i>z</i><sup>∗</sup>‖'
    """
    pieces = re.split(r"(?<!\\)\$", text)
    if len(pieces) % 2 == 0:
        raise ValueError(r"a $ has no partner; close the mathematics, or write \$ for the sign")
    done: list[str] = []
    for index, piece in enumerate(pieces):
        if index % 2:
            tokens = iter(_TOKEN.findall(piece))
            done.append(re.sub(" {2,}", " ", _sequence(tokens, closed=False)).strip())
        else:
            plain = piece.replace(r"\$", "$")
            done.append(html.escape(plain, quote=False).replace("\n", "<br>"))
    return "".join(done)


def _sequence(tokens: Iterator[str], *, closed: bool) -> str:
    """Convert tokens up to the end, or up to the brace that closes this group."""
    done: list[str] = []
    for token in tokens:
        if token == "}":
            if closed:
                return "".join(done)
            raise ValueError("a } closes nothing; remove it or write \\}")
        done.append(_convert(token, tokens))
    if closed:
        raise ValueError("a { is never closed; add a }")
    return "".join(done)


def _convert(token: str, tokens: Iterator[str]) -> str:
    if token == "{":
        return _sequence(tokens, closed=True)
    if token in "^_":
        tag = "sup" if token == "^" else "sub"
        return f"<{tag}>{_argument(tokens, token)}</{tag}>"
    if token.startswith("\\"):
        return _command(token[1:], tokens)
    if token.isascii() and token.isalpha():
        return f"<i>{token}</i>"
    if token in "=<>+-":
        return {"<": " &lt; ", ">": " &gt; ", "-": " − "}.get(token, f" {token} ")
    return html.escape(token, quote=False)


def _command(name: str, tokens: Iterator[str]) -> str:
    if name in _UPRIGHT:
        return re.sub("</?i>", "", _argument(tokens, name))
    if name == "sqrt":
        inside = _argument(tokens, name)
        return f"√{inside}" if len(re.sub("<[^>]*>", "", inside)) == 1 else f"√({inside})"
    if name == "frac":
        return f"{_argument(tokens, name)}/{_argument(tokens, name)}"
    if name in {"left", "right"}:
        return ""
    if name not in SIGNS:
        known = ", ".join(sorted(set(SIGNS) | _UPRIGHT | {"sqrt", "frac"}))
        raise ValueError(f"\\{name} cannot be shown on the screen; known commands are {known}")
    sign = SIGNS[name]
    return f" {sign} " if name in _SPACED else sign


def _argument(tokens: Iterator[str], what: str) -> str:
    """The group or the single token after ``^``, ``_`` or a command."""
    for token in tokens:
        if not token.isspace():
            return _convert(token, tokens)
    raise ValueError(f"{what} is followed by nothing; add what it applies to")
