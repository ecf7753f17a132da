"""What matplotlib draws, and that it disturbs nobody."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import matplotlib
import numpy as np
import pytest

from frenemy.figures import (
    STYLES,
    Axis,
    Figure,
    HorizontalLine,
    Line,
    Panel,
    Points,
    distance_to_equilibrium,
    image_grid,
    multipliers,
    render,
    to_matplotlib,
)
from frenemy.figures.paper import animate
from frenemy.figures.paper_layout import balanced
from tests.figures.samples import MARKS, RECIPE, figure_of, portrait

STEPS = np.arange(60)
PLAIN = {
    "portrait": portrait(nullclines=True),
    "distance": distance_to_equilibrium(
        {"a rule with quite a long name": 0.9**STEPS, "another": 1.01**STEPS},
        predicted={"another": 1.01},
        title="Distance to the equilibrium",
        caption="A caption of some length that says what was measured and what was predicted.",
    ),
    "multipliers": multipliers({"a": [1 + 0.1j, 1 - 0.1j], "b": [0.9]}, close_up=True),
    "images": image_grid(np.random.default_rng(0).random((4, 9, 8, 8)), list("abcd"), title="t"),
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("kind", MARKS, ids=lambda kind: kind.__name__)
def test_every_mark_leaves_ink(kind, style):
    def picture(figure):
        page = to_matplotlib(figure, style)
        page.canvas.draw()
        return np.asarray(page.canvas.buffer_rgba()).astype(int)

    mark = MARKS[kind]
    blank = figure_of(mark)
    with_mark = picture(blank)
    silent = Axis(range=(0, 1)) if mark.is_3d else None
    without = picture(Figure([Panel([], Axis("$x$, m"), Axis("$y$, m"), silent)], title="Sample"))
    assert with_mark.shape != without.shape or np.any(with_mark != without, axis=2).sum() > 50


def boxes(page, artists):
    renderer = page.canvas.get_renderer()
    return [artist.get_window_extent(renderer) for artist in artists]


def overlap(one, other):
    return (
        min(one.x1, other.x1) - max(one.x0, other.x0) > 1
        and min(one.y1, other.y1) - max(one.y0, other.y0) > 1
    )


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", PLAIN)
def test_nothing_covers_a_panel_and_nothing_leaves_the_page(name, style):
    page = to_matplotlib(PLAIN[name], style)
    page.canvas.draw()
    panels = [axes.get_tightbbox() for axes in page.axes]
    legends = page.legends + [axes.legend_ for axes in page.axes if axes.legend_]
    outside = boxes(page, [text for text in page.texts if text.get_text()] + page.legends)
    for box in outside:
        assert not any(overlap(box, panel) for panel in panels)
        assert not any(overlap(box, other) for other in outside if other is not box)
    for box in outside + panels + boxes(page, legends):
        assert box.x0 >= -1
        assert box.y0 >= -1
        assert box.x1 <= page.bbox.x1 + 1
        assert box.y1 <= page.bbox.y1 + 1


@pytest.mark.parametrize("style", STYLES)
def test_legends_of_unlike_panels_stand_under_them(style):
    first = Panel([Line([0, 1], [0, 1], label="a line")], Axis("step"), Axis("loss, nats"))
    second = Panel([Points([0, 1], [0, 1], label="a point")], Axis("step"), Axis("loss, nats"))
    page = to_matplotlib(Figure([first, second], title="Two", caption="A caption."), style)
    page.canvas.draw()
    renderer = page.canvas.get_renderer()
    for axes in page.axes:
        legend = axes.legend_.get_window_extent(renderer)
        label = axes.xaxis.label.get_window_extent(renderer)
        assert legend.y1 <= label.y0 + 1
        assert not any(overlap(legend, box) for box in boxes(page, page.texts[:1] + page.texts[2:]))


def test_a_slide_is_wide_and_a_paper_column_narrow():
    assert tuple(to_matplotlib(PLAIN["portrait"]).get_size_inches()) == pytest.approx((40 / 3, 7.5))
    assert to_matplotlib(PLAIN["portrait"], "paper").get_figwidth() == 3.4
    assert to_matplotlib(PLAIN["images"], "paper").get_figwidth() == 7.0


def test_an_unknown_style_lists_the_styles():
    with pytest.raises(ValueError, match="'slide', 'paper', 'dark'; not 'neon'"):
        to_matplotlib(PLAIN["portrait"], "neon")


def test_axes_are_dressed_as_the_figure_says():
    axis = Axis("step $n$", range=(5, 1))
    marks = [Line([1, 2], [1e-3, 1e3]), HorizontalLine(1)]
    (axes,) = to_matplotlib(Figure([Panel(marks, axis, Axis("loss", scale="log"))])).axes
    assert axes.get_xlim() == (5, 1)
    assert axes.get_yscale() == "log"
    assert axes.get_xlabel() == "step $n$"


def test_frames_move_and_the_layout_stands_still():
    figure = portrait(animate=True, frames=6)
    pictures = animate(figure)
    assert len(pictures) == 6
    changed = np.any(pictures[0] != pictures[-1], axis=2)
    assert changed.any()
    height, width = changed.shape
    assert not changed[:, : width // 12].any()  # neither the y axis nor its label moves
    assert not changed[int(0.9 * height) :].any()
    assert np.any(pictures[2] != pictures[3])


def test_settings_are_left_as_they_were():
    before = dict(matplotlib.rcParams)
    render(PLAIN["distance"], "svg", recipe=RECIPE)
    to_matplotlib(PLAIN["distance"])
    assert dict(matplotlib.rcParams) == before


def test_the_settings_of_a_user_change_nothing():
    plain = render(PLAIN["distance"], "png", recipe=RECIPE)
    with matplotlib.rc_context({"lines.antialiased": False, "font.family": "serif"}):
        assert render(PLAIN["distance"], "png", recipe=RECIPE) == plain


def test_threads_draw_what_one_thread_draws():
    tasks = [(name, kind) for name in PLAIN for kind in ("svg", "png")] * 2
    serial = {task: render(PLAIN[task[0]], task[1], recipe=RECIPE) for task in set(tasks)}
    start = threading.Barrier(8)

    def work(task):
        if task is not None:
            return render(PLAIN[task[0]], task[1], recipe=RECIPE)
        return start.wait()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, [None] * 8))
        assert list(pool.map(work, tasks)) == [serial[task] for task in tasks]


def test_nothing_is_imported_before_it_is_used():
    code = """
import sys
import frenemy.figures as f
heavy = {"matplotlib", "plotly", "PIL", "contourpy", "torch", "streamlit", "sympy"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
figure = f.distance_to_equilibrium({"a": [1, 2]})
f.to_plotly(figure)
assert "matplotlib" not in sys.modules
f.to_matplotlib(figure).canvas.draw()
assert "matplotlib.pyplot" not in sys.modules
assert not {"torch", "streamlit", "sympy"} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_lines_are_broken_into_like_lengths_and_formulas_stay_whole():
    assert balanced("one two three four five six", 16) == "one two three\nfour five six"
    assert "$a + b = c$" in balanced("a long text before $a + b = c$ and after", 12)
    assert balanced("short", 40) == "short"
