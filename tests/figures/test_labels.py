"""Labels for the screen, where no MathJax can be fetched."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frenemy.figures.labels import GREEK, SIGNS, to_html
from frenemy.figures.paper import plain_settings


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("plain text, 5 % & <b>", "plain text, 5 % &amp; &lt;b&gt;"),
        ("$x_1^2$", "<i>x</i><sub>1</sub><sup>2</sup>"),
        (r"step $\eta = 0.1$", "step η = 0.1"),
        (r"$\|z - z^\ast\|$", "‖<i>z</i> − <i>z</i><sup>∗</sup>‖"),
        (r"$|\lambda| < 1$", "|λ| &lt; 1"),
        (r"$\mathrm{Re}\,\lambda$", "Re\u2009λ"),
        (r"$\frac{1}{n}$", "1/<i>n</i>"),
        (r"$\frac{x + y}{2n}$", "(<i>x</i> + <i>y</i>)/(2<i>n</i>)"),
        (r"$\sqrt{2}$ and $\sqrt{1 + a^2}$", "√2 and √(1 + <i>a</i><sup>2</sup>)"),
        (r"$e^{-x}$", "<i>e</i><sup>−<i>x</i></sup>"),
        (r"$a - -b$", "<i>a</i> − −<i>b</i>"),
        (r"$x^{2}_{t-1}$", "<i>x</i><sup>2</sup><sub><i>t</i> − 1</sub>"),
        (r"$\sin{\left(x y \right)}$", "sin\u2009(<i>x</i><i>y</i>)"),
        (r"costs 5\$", "costs 5$"),
        ("two\nlines", "two<br>lines"),
    ],
)
def test_conversion(label, shown):
    assert to_html(label) == shown


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("$x", "has no partner"),
        ("${x$", "never closed"),
        ("$x}$", "closes nothing"),
        ("$x^$", "followed by nothing"),
        ("${x^}$", "followed by nothing"),
        ("$x^2^3$", r"two \^ follow one another"),
        (r"$\left(x$", "must stand in pairs"),
        (r"$\mathfrak{g}$", r"\\mathfrak cannot be shown.*known commands are"),
    ],
)
def test_what_cannot_be_shown_is_refused(label, message):
    with pytest.raises(ValueError, match=message):
        to_html(label)


PIECES = [*"ab1 {}^_$<>&|(", r"\alpha", r"\frac", r"\sqrt", r"\left(", r"\right)", r"\mathrm"]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_any_text_is_shown_or_refused(text):
    try:
        shown = to_html(text)
    except ValueError:
        return
    assert not re.search(r"<(?!/?(i|sup|sub|br)>)", shown)


@pytest.mark.parametrize("name", sorted(SIGNS))
def test_paper_can_set_every_sign_the_screen_can(name):
    from matplotlib.mathtext import MathTextParser

    with plain_settings():
        MathTextParser("path").parse(f"$a\\{name} b$")


def test_greek_letters_are_in_order():
    assert GREEK["alpha"] == "α"
    assert GREEK["mu"] == "μ"
    assert GREEK["rho"] == "ρ"
    assert GREEK["sigma"] == "σ"
    assert GREEK["omega"] == "ω"
