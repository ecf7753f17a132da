"""The page of a lesson, driven without a browser: knobs, presets, errors, links, the program."""

import contextlib
import io
import re
import time

import pytest
from streamlit.testing.v1 import AppTest

from frenemy.dashboard import values
from frenemy.dashboard.live import live_screen
from frenemy.lessons import NAMES, fact_rows, load
from frenemy.snippet import python_for
from tests.lessons.short import SHORT


def page_script(name):
    from frenemy.dashboard import lesson_page

    lesson_page.show(name)


def open_page(name="rotation", **query):
    page = AppTest.from_function(page_script, args=(name,), default_timeout=60)
    for knob, value in query.items():
        page.query_params[knob] = str(value)
    page.run()
    assert not page.exception
    return page


def written(page):
    return "\n".join(str(element.value) for element in page.markdown)


def fact(page, label):
    """The cells of a row of the table of predictions."""
    lines = written(page).replace("\\", "").splitlines()
    rows = [line for line in lines if line.startswith("| " + label)]
    assert rows, f"no fact {label!r} on the page"
    return [cell.strip() for cell in rows[0].strip("| ").split("|")]


def test_the_page_tells_story_facts_and_sources():
    page = open_page()
    assert page.header[0].value == "Gradient descent for a Nash equilibrium"
    text = written(page)
    assert "The slide." in text
    assert "Korpelevich" in text
    assert fact(page, "simultaneous: distance after 100")[1:3] == ["4.6517213", "4.6517213"]
    assert [tab.label for tab in page.tabs] == ["Portrait", "Distance", "Multipliers", "Rates"]


def test_a_turned_knob_changes_the_facts_and_the_address():
    page = open_page()
    page.number_input(key="rotation:lr:field").set_value(0.2).run()
    assert fact(page, "simultaneous: growth per step")[1] == "1.0198039"
    assert page.query_params["lr"] in ("0.2", ["0.2"])
    assert page.select_slider(key="rotation:lr:slider").value == 0.2


def test_slider_and_field_follow_each_other():
    page = open_page()
    page.slider(key="rotation:x:slider").set_value(-1.5).run()
    assert page.number_input(key="rotation:x:field").value == -1.5
    page.number_input(key="rotation:x:field").set_value(3.0).run()
    assert page.slider(key="rotation:x:slider").value == 3.0


def test_a_preset_sets_all_knobs_and_reset_brings_them_back():
    page = open_page()
    page.button(key="rotation:preset:the cures").click().run()
    assert "extragradient" in page.multiselect(key="rotation:rules").value
    assert page.number_input(key="rotation:lr:field").value == 0.3
    next(button for button in page.button if button.label == "Reset").click().run()
    assert page.multiselect(key="rotation:rules").value == ["simultaneous"]
    assert not page.exception


def test_a_formula_with_a_mistake_shows_the_place_and_keeps_the_page():
    page = open_page()
    page.text_input(key="rotation:formula").set_value("x*(y").run()
    assert not page.exception
    assert len(page.error) == 1
    assert any("^" in code.value for code in page.code)
    assert fact(page, "simultaneous: distance after 100")[2] == "4.6517213"
    assert page.text_input(key="rotation:formula").value == "x*(y"
    page.text_input(key="rotation:formula").set_value("2*x*y").run()
    assert not page.error
    assert fact(page, "simultaneous: growth per step")[1] == "1.0198039"


@pytest.mark.parametrize("formula", ["x*y)**9**9**9", "__import__('os')", "z", "", "1/0", "x+y"])
def test_nonsense_is_answered(formula):
    page = open_page()
    page.text_input(key="rotation:formula").set_value(formula).run()
    assert not page.exception
    assert len(page.error) == 1


def test_an_address_restores_the_page():
    page = open_page(lr="0.3", rules="extragradient,optimistic", x="-1", flow="false")
    assert page.number_input(key="rotation:lr:field").value == 0.3
    assert page.multiselect(key="rotation:rules").value == ["extragradient", "optimistic"]
    assert page.slider(key="rotation:x:slider").value == -1.0
    assert page.toggle(key="rotation:flow").value is False


def test_what_is_wrong_in_an_address_is_told_and_the_default_taken():
    page = open_page(lr="fast", nonsense="1", steps="50")
    told = " ".join(warning.value for warning in page.warning)
    assert "fast" in told
    assert "nonsense" in told
    assert page.number_input(key="rotation:lr:field").value == 0.1
    assert page.number_input(key="rotation:steps:field").value == 50


def test_the_python_that_does_this_runs_and_gives_the_facts_of_the_page(tmp_path, monkeypatch):
    page = open_page(lr="0.25", rules="extragradient")
    assert not [code for code in page.code if "lesson.run" in code.value], "it is not open yet"
    page.session_state["rotation:python"] = True
    page.run()
    (program,) = [code.value for code in page.code if "lesson.run" in code.value]
    monkeypatch.chdir(tmp_path)
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        exec(compile(program, "page.py", "exec"), {})
    row = fact(page, "extragradient: growth per step")
    assert f"extragradient: growth per step: {row[2]} (predicted {row[1]}, {row[3]})" in (
        told.getvalue()
    )
    assert (tmp_path / "rotation-portrait.pdf").read_bytes().startswith(b"%PDF")


def test_the_program_of_many_knobs_is_python():
    lesson = load("nash")
    program = python_for(lesson, lesson.presets["battle of the sexes"], "indifference")
    compile(program, "page.py", "exec")
    assert "column_payoffs='2, 0; 0, 3'" in program


def wait_for_the_run(page):
    """The first run of a long lesson starts by itself; its figures come when it is done."""
    wait_for(page, lambda: page.tabs)


def wait_for(page, true, seconds=60):
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.2)
        page.run()
        assert not page.exception


@pytest.mark.parametrize("name", NAMES)
def test_every_lesson_has_its_page(name):
    lesson = load(name)
    page = open_page(name, **SHORT.get(name, {}))
    assert page.header[0].value == lesson.title
    if live_screen(name):
        wait_for(page, lambda: any(one.key == f"{name}:figures" for one in page.button))
        page.button(key=f"{name}:figures").click().run()
    if lesson.takes:
        wait_for_the_run(page)
        for figure in lesson.figures:
            page.session_state[f"{name}:tab"] = values.label(figure)
            page.run()
            assert not page.exception and not page.error
    else:
        rows = fact_rows(lesson.facts(lesson.run(lesson.knobs())))
        compared = [row for row in rows if row[1]]
        assert len(re.findall(r"^\| .* \|$", written(page), re.M)) >= len(compared)


@pytest.mark.parametrize("name", [name for name in NAMES if not load(name).takes])
def test_every_preset_opens(name):
    page = open_page(name)
    for preset in load(name).presets:
        page.button(key=f"{name}:preset:{preset}").click().run()
        assert not page.exception
        assert not page.error


def test_settings_of_two_sessions_do_not_mix():
    one, two = open_page(), open_page()
    one.number_input(key="rotation:lr:field").set_value(0.7).run()
    two.run()
    assert two.number_input(key="rotation:lr:field").value == 0.1
