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
_WORDS = (
    "log",
    "ln",
    "exp",
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "tanh",
    "max",
    "min",
    "Re",
    "Im",
)
SIGNS = (
    GREEK
    | dict(zip(_WORDS, _WORDS, strict=True))
    | {
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
        ",": "\u2009",
        ";": "\u2005",
        " ": " ",
        "quad": "\u2003",
        "{": "{",
        "}": "}",
        "%": "%",
    }
)
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
    scripts = ""
    open_pairs = 0
    for token in tokens:
        if token == "}":
            if closed:
                break
            raise ValueError("a } closes nothing; remove it or write \\}")
        if token in "^_":
            if token in scripts:
                raise ValueError(f"two {token} follow one another; put braces around the first")
            scripts += token
        elif not token.isspace():
            scripts = ""
        open_pairs += {"\\left": 1, "\\right": -1}.get(token, 0)
        done.append(_convert(token, tokens, first=_begins(done)))
    else:
        if closed:
            raise ValueError("a { is never closed; add a }")
    if open_pairs:
        raise ValueError("\\left and \\right must stand in pairs")
    return "".join(done)


def _begins(done: list[str]) -> bool:
    """Whether a minus that follows is a sign and not a difference."""
    before = html.unescape(re.sub("<[^>]*>", "", "".join(done))).rstrip()
    return not before or before[-1] in "(=<>+−;,"


def _convert(token: str, tokens: Iterator[str], *, first: bool = True) -> str:
    if token == "{":
        return _sequence(tokens, closed=True)
    if token in "^_":
        tag = "sup" if token == "^" else "sub"
        return f"<{tag}>{_argument(tokens, token)}</{tag}>"
    if token.startswith("\\"):
        return _command(token[1:], tokens)
    if token.isascii() and token.isalpha():
        return f"<i>{token}</i>"
    if token.isspace():
        return ""
    if token == "-":
        return "−" if first else " − "
    if token == ",":
        return ", "
    if token in "=<>+":
        return f" {html.escape(token)} "
    return html.escape(token, quote=False)


def _command(name: str, tokens: Iterator[str]) -> str:
    if name in _UPRIGHT:
        return re.sub("</?i>", "", _argument(tokens, name))
    if name == "sqrt":
        return f"√{_grouped(_argument(tokens, name))}"
    if name == "frac":
        above, below = _argument(tokens, name), _argument(tokens, name)
        return f"{_grouped(above)}/{_grouped(below)}"
    if name in {"left", "right"}:
        return ""
    if name not in SIGNS:
        known = ", ".join(sorted(set(SIGNS) | _UPRIGHT | {"sqrt", "frac", "left", "right"}))
        raise ValueError(f"\\{name} cannot be shown on the screen; known commands are {known}")
    sign = SIGNS[name]
    if name in _WORDS:
        return f"{sign}\u2009"
    return f" {sign} " if name in _SPACED else sign


def _grouped(part: str) -> str:
    """The part in brackets, unless it is a single letter or number."""
    bare = html.unescape(re.sub("<[^>]*>", "", part))
    return part if len(bare) == 1 or bare.replace(".", "").isdigit() else f"({part})"


def _argument(tokens: Iterator[str], what: str) -> str:
    """The group or the single token after ``^``, ``_`` or a command."""
    for token in tokens:
        if not token.isspace():
            if token == "}":
                break
            return _convert(token, tokens)
    raise ValueError(f"{what} is followed by nothing; add what it applies to")
