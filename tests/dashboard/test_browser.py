"""The dashboard as a student uses it, in a real browser."""

import io
import re

import pytest
from pypdf import PdfReader

pytestmark = pytest.mark.browser

PATH = """() => {
    const drawn = document.querySelector('.js-plotly-plot');
    const traces = drawn && drawn._fullData || [];
    const trace = traces.find(one => one.name === 'simultaneous');
    return trace ? Array.from(trace.x).slice(0, 3).concat(trace.x[trace.x.length - 1]) : null;
}"""
"""Where the path begins and ends in the picture on the page."""


def open_page(tab, address):
    """Go to a lesson and wait for its picture."""
    tab.goto(address)
    tab.wait_for_selector(".js-plotly-plot .nsewdrag", state="attached")
    settled(tab)


def settled(tab):
    tab.wait_for_selector("[data-test-script-state=notRunning]", state="attached")


def changed_path(tab, before):
    """The path in the picture once it is another than before."""
    tab.wait_for_function(f"before => {{ const now = ({PATH})(); "
                          "return now && JSON.stringify(now) !== JSON.stringify(before) }",
                          arg=before)  # fmt: skip
    settled(tab)
    return tab.evaluate(PATH)


def from_the_menu(tab, title, topic="Games"):
    tab.get_by_test_id("stTopNavSection").filter(has_text=topic).first.click()
    tab.get_by_test_id("stTopNavDropdownLink").filter(has_text=title).first.click()


def field(tab, knob):
    return tab.locator(f".st-key-rotation-{knob}-field input")


def set_field(tab, knob, value):
    field(tab, knob).fill(str(value))
    field(tab, knob).press("Enter")


def test_the_page_opens_with_its_picture_and_facts(tab, server):
    tab.goto(server)
    tab.get_by_role("link", name="Gradient descent for a Nash equilibrium").first.click()
    tab.wait_for_selector(".js-plotly-plot .nsewdrag", state="attached")
    first = tab.evaluate(PATH)
    assert first[0] == 2
    tab.get_by_text("Predicted and measured").wait_for()
    assert tab.get_by_text("4.6517213").count() >= 2


def test_a_page_asks_nobody_but_its_server(tab, server):
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    for page in ("", "rotation", "gan-lab", "gallery"):
        tab.goto(f"{server}/{page}")
        tab.wait_for_selector(".js-plotly-plot .nsewdrag, .lab canvas, [data-testid=stImage] img")
        settled(tab)
    ours = ("data:", "blob:", server, server.replace("http", "ws"))
    assert len(asked) > 20
    assert [url for url in asked if not url.startswith(ours)] == []


def test_a_knob_moves_the_picture(tab, server):
    open_page(tab, f"{server}/rotation")
    before = tab.evaluate(PATH)
    set_field(tab, "lr", 0.2)
    after = changed_path(tab, before)
    assert after[1] == pytest.approx(2 + 0.2 * 2)
    assert re.search(r"lr=0\.2", tab.url)


def test_a_click_moves_the_start(tab, server):
    open_page(tab, f"{server}/rotation")
    before = tab.evaluate(PATH)
    area = tab.locator(".js-plotly-plot .nsewdrag").first
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    target = box["x"] + 0.3 * box["width"], box["y"] + 0.6 * box["height"]
    tab.mouse.move(target[0] - 60, target[1] - 40)
    tab.mouse.move(*target, steps=12)
    tab.wait_for_selector(".js-plotly-plot .hoverlayer .hovertext", state="attached")
    tab.wait_for_timeout(400)  # Plotly takes a click only once the pointer has rested
    tab.mouse.click(*target)
    after = changed_path(tab, before)
    assert after[0] < 0
    assert float(field(tab, "x").input_value()) == pytest.approx(after[0])


def test_a_formula_with_a_mistake_shows_the_error_and_keeps_the_page(tab, server):
    open_page(tab, f"{server}/rotation")
    before = tab.evaluate(PATH)
    formula = tab.locator(".st-key-rotation-formula input")
    formula.fill("x*(y")
    formula.press("Enter")
    tab.get_by_test_id("stAlert").wait_for()
    assert tab.evaluate(PATH) == before
    formula.fill("2*x*y")
    formula.press("Enter")
    tab.get_by_test_id("stAlert").wait_for(state="detached")
    assert changed_path(tab, before)[1] == pytest.approx(2.4)


def test_a_permalink_restores_the_page(tab, server, browser):
    open_page(tab, f"{server}/rotation")
    before = tab.evaluate(PATH)
    set_field(tab, "x", -1)
    changed_path(tab, before)
    address = tab.get_by_test_id("stSidebar").get_by_test_id("stCode").inner_text().strip()
    address = address.replace("\n", "")
    assert "x=-1" in address
    other = browser.new_context().new_page()
    open_page(other, address)
    assert other.evaluate(PATH)[0] == -1
    assert field(other, "x").input_value() == "-1"
    other.context.close()


def test_a_download_opens_as_pdf(tab, server):
    open_page(tab, f"{server}/rotation")
    tab.get_by_role("button", name="Download").first.click()
    with tab.expect_download() as coming:
        tab.get_by_role("button", name="PDF", exact=True).click()
    with open(coming.value.path(), "rb") as file:
        document = PdfReader(io.BytesIO(file.read()))
    assert coming.value.suggested_filename == "rotation-portrait.pdf"
    assert len(document.pages) == 1
    assert "simultaneous" in document.pages[0].extract_text()


def test_the_animation_plays(tab, server):
    open_page(tab, f"{server}/rotation")
    whole = tab.evaluate("() => document.querySelector('.js-plotly-plot')._fullData[1].x.length")
    tab.get_by_text("Animation").click()
    tab.wait_for_selector(".js-plotly-plot .updatemenu-button")
    settled(tab)
    tab.locator(".js-plotly-plot .updatemenu-button").first.click()
    length = "() => document.querySelector('.js-plotly-plot')._fullData[1].x.length"
    tab.wait_for_function(f"whole => ({length})() < whole", arg=whole, polling=50)
    tab.wait_for_function(f"whole => ({length})() === whole", arg=whole, polling=50)


def test_settings_outlive_a_visit_to_another_page(tab, server):
    open_page(tab, f"{server}/rotation")
    before = tab.evaluate(PATH)
    set_field(tab, "lr", 0.25)
    changed_path(tab, before)
    from_the_menu(tab, "The Nash equilibrium of xy")
    tab.get_by_role("heading", name="The Nash equilibrium of xy").wait_for()
    from_the_menu(tab, "Gradient descent for a Nash equilibrium")
    tab.get_by_role("heading", name="Gradient descent for a Nash equilibrium").wait_for()
    settled(tab)
    assert field(tab, "lr").input_value() == "0.25"


def test_a_long_run_shows_progress_stops_and_finishes(tab, server):
    page = tab.get_by_test_id("stMainBlockContainer")  # Streamlit's own header may stop a script
    tab.goto(f"{server}/digits?iterations=3000&batch=8")
    tab.get_by_role("progressbar").wait_for()
    page.get_by_role("button", name="Stop").click()
    tab.get_by_role("button", name="Run").click()
    tab.get_by_role("progressbar").wait_for()
    page.get_by_role("button", name="Stop").click()
    tab.get_by_role("button", name="Run").wait_for()
    tab.goto(f"{server}/digits?iterations=60&batch=8")
    tab.wait_for_selector(".js-plotly-plot", timeout=60_000)
    tab.get_by_text("Completed 60 steps").wait_for()
