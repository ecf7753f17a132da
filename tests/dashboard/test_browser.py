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
    place = tab.evaluate("""() => {
        const {xaxis, yaxis} = document.querySelector('.js-plotly-plot')._fullLayout;
        return [xaxis.p2c(0.3 * xaxis._length), yaxis.p2c(0.6 * yaxis._length)];
    }""")
    tab.mouse.click(*target)
    after = changed_path(tab, before)
    assert after[0] < 0
    assert float(field(tab, "x").input_value()) == pytest.approx(after[0])
    assert after[0] == pytest.approx(place[0], abs=0.05), "where it was clicked, to a pixel"
    assert float(field(tab, "y").input_value()) == pytest.approx(place[1], abs=0.05)


def test_a_picture_is_drawn_anew_where_it_stands(tab, server):
    """What is zoomed stays so while the window of the figure is the same."""
    open_page(tab, f"{server}/dirac")
    chart = "document.querySelector('.js-plotly-plot')"
    shown = f"() => {chart}._fullLayout.xaxis.range.map(end => Math.round(100 * end) / 100)"
    drawn = f"() => {chart}._fullData.map(trace => Array.from(trace.x).slice(-3)).toString()"
    tab.evaluate(f"() => {{ {chart}.mine = true; }}")
    whole = tab.evaluate(shown)
    box = tab.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    tab.mouse.move(box["x"] + 100, box["y"] + 100)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 250, box["y"] + 220, steps=8)
    tab.mouse.up()
    tab.wait_for_function(f"whole => ({shown})()[1] < whole[1] / 2", arg=whole)
    zoomed, before = tab.evaluate(shown), tab.evaluate(drawn)
    tab.locator(".st-key-dirac-steps-field input").fill("77")
    tab.keyboard.press("Enter")
    tab.wait_for_function(f"before => ({drawn})() !== before", arg=before)
    assert tab.evaluate(f"() => {chart}.mine"), "it is the same element"
    assert tab.evaluate(shown) == zoomed
    tab.locator(".st-key-dirac-psi-field input").fill("2.5")
    tab.keyboard.press("Enter")
    tab.wait_for_function(f"whole => ({shown})()[1] > whole[1]", arg=whole)


def test_a_knob_ends_what_is_played(tab, server):
    """The frames of the old run must not be painted over the new one."""
    open_page(tab, f"{server}/rotation")
    tab.get_by_text("Animation").click()
    tab.locator(".js-plotly-plot .updatemenu-button").first.wait_for()
    settled(tab)
    before = tab.evaluate(PATH)
    tab.locator(".js-plotly-plot .updatemenu-button").first.click()
    tab.wait_for_function(f"before => ({PATH})()[3] !== before[3]", arg=before)
    set_field(tab, "lr", 0.2)
    tab.wait_for_function(f"() => Math.abs(({PATH})()[1] - 2.4) < 1e-9")
    settled(tab)
    whole = tab.evaluate(PATH)
    tab.wait_for_timeout(1000)  # ten frames of what was played
    assert tab.evaluate(PATH) == whole
    assert tab.evaluate("() => document.querySelector('.js-plotly-plot')._fullData[1].x.length"
                        ) == 101  # fmt: skip


def test_turning_knobs_leaves_no_timer_behind(tab, server):
    tab.add_init_script("""
        window.timers = new Set();
        const begin = window.setInterval, end = window.clearInterval;
        window.setInterval = (...asked) => {
            const timer = begin(...asked);
            window.timers.add(timer);
            return timer;
        };
        window.clearInterval = timer => { window.timers.delete(timer); end(timer); };
    """)
    tab.goto(server)
    tab.wait_for_function("() => window.timers.size > 0")
    settled(tab)
    from_the_menu(tab, "Gradient descent for a Nash equilibrium")
    tab.wait_for_selector(".js-plotly-plot .nsewdrag", state="attached")
    settled(tab)
    for value in (0.2, 0.3, 0.4):
        path = tab.evaluate(PATH)
        set_field(tab, "lr", value)
        changed_path(tab, path)
    assert tab.evaluate("window.timers.size") == 1, "the theme is watched once"


def test_a_picture_that_can_be_clicked_still_tells_its_values(tab, server):
    open_page(tab, f"{server}/rotation")
    area = tab.locator(".js-plotly-plot .nsewdrag").first
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    x, y = tab.evaluate("""() => {
        const {xaxis, yaxis} = document.querySelector('.js-plotly-plot')._fullLayout;
        return [xaxis.c2p(2), yaxis.c2p(2)];
    }""")
    tab.mouse.move(box["x"] + x - 30, box["y"] + y)
    tab.mouse.move(box["x"] + x, box["y"] + y, steps=5)
    told = tab.locator(".js-plotly-plot .hoverlayer .hovertext")
    told.first.wait_for(state="attached")
    assert ": 2" in told.first.text_content()


def test_a_picture_fills_the_screen_and_comes_back(tab, server):
    open_page(tab, f"{server}/rotation")
    chart = tab.locator(".js-plotly-plot")
    before = chart.bounding_box()["height"]
    chart.hover()
    tab.locator(".modebar-btn[data-title=Fullscreen]").click()
    tab.wait_for_function("() => document.fullscreenElement?._fullLayout?.height === innerHeight")
    tab.keyboard.press("Escape")
    tab.evaluate("() => document.fullscreenElement && document.exitFullscreen()")
    tab.wait_for_function(
        "height => document.querySelector('.js-plotly-plot')._fullLayout.height === height",
        arg=before,
    )


def test_a_server_that_is_gone_is_named(tab, server):
    tab.route("**/plotly-*.js", lambda route: route.abort())
    tab.goto(f"{server}/rotation")
    tab.get_by_text("cannot be loaded; load this page again").wait_for()


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
    tab.get_by_role("button", name="Link", exact=True).click()
    shown = tab.get_by_test_id("stCode")
    shown.wait_for()
    address = shown.inner_text().strip()
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
