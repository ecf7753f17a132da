"""The start page, lecture mode, a picture kept beside, the gallery: the way through the deck."""

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from frenemy.dashboard import values
from frenemy.dashboard.lecture import neighbour
from frenemy.dashboard.search import label, matches
from frenemy.figures import read_recipe
from frenemy.lessons import DECK, NAMES, TITLES, TOPICS, load
from tests.dashboard.serving import ROOT
from tests.dashboard.test_browser import open_page, settled
from tests.dashboard.test_page import fact


def open_app(page="", **session):
    app = AppTest.from_file(str(ROOT / "frenemy" / "dashboard" / "script.py"), default_timeout=60)
    for key, value in session.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception
    return app


def links(app):
    return [re.sub(r"\*\*|\\", "", one.proto.label) for one in app.get("page_link")]


def test_the_start_page_has_three_doors_and_every_lesson_by_topic():
    shown = links(open_app())
    assert shown[:3] == [topic for topic in TOPICS if topic != "The lecture"]
    assert shown[3:] == list(TITLES.values())


def test_the_order_of_the_lecture_is_the_decks():
    app = open_app(**{"start:order": "Follow the lecture"})
    assert links(app) == [f"{n}. {TITLES[name]}" for n, name in enumerate(DECK, start=1)]
    captions = [one.value for one in app.caption]
    assert len(captions) == len(DECK)
    assert any(text.startswith("Slides: ") for text in captions)


@pytest.mark.parametrize(
    ("typed", "lesson"),
    [("mode collapse", "mode-collapse"), ("LSTM", "long-memory"), ("equilibria", "nash"),
     ("clipping", "language-model"), ("Mescheder", "dirac"), ("replicator", "matrix-game")],
)  # fmt: skip
def test_what_is_searched_is_found_wherever_a_lesson_says_it(typed, lesson):
    found = matches(typed)
    assert lesson in found
    assert len(found) < len(NAMES) / 2
    shown = links(open_app(**{"start:search": typed}))
    assert shown == [TITLES[name] for name in found]


def test_while_one_types_titles_and_slides_are_looked_through():
    assert all(TITLES[name] in label(name) and name in label(name) for name in NAMES)
    assert "collapse" in label("mode-collapse")


def test_a_search_without_a_hit_says_so():
    app = open_app(**{"start:search": "quantum_chromo*dynamics"})
    assert "No lesson speaks of quantum" in app.info[0].value
    assert not links(app)


def test_lecture_mode_goes_through_every_figure_of_the_deck_and_back():
    place, seen = (DECK[0], next(iter(load(DECK[0]).figures))), []
    while place is not None:
        seen.append(place)
        place = neighbour(*place, 1)
    assert seen == [(name, figure) for name in DECK for figure in load(name).figures]
    back = seen[-1]
    for expected in reversed(seen):
        assert back == expected
        back = neighbour(*back, -1)
    assert back is None


def lesson_script(name):
    from frenemy.dashboard import lesson_page

    lesson_page.show(name)


def lesson_page(name="rotation"):
    page = AppTest.from_function(lesson_script, args=(name,), default_timeout=60)
    page.run()
    assert not page.exception
    return page


def button(page, label):
    return next(one for one in page.button if one.label == label)


def test_lecture_mode_shows_one_figure_its_prediction_and_nothing_to_turn():
    page = lesson_page()
    button(page, "Lecture mode").click().run()
    assert not page.exception
    assert [one.label for one in page.button] == ["Back", "Next", "Leave"]
    assert not page.sidebar.number_input
    assert "predicted **" in page.caption[0].value and "measured" in page.caption[0].value
    button(page, "Next").click().run()
    assert page.session_state[values.tabs_key(load("rotation"))] == "Distance"
    button(page, "Leave").click().run()
    assert page.number_input(key="rotation:lr:field").value == 0.1


def pictures(page):
    """What the charts of a page are asked to draw."""
    told = [
        json.loads(one.proto.mixed.json or one.proto.json) for one in page.get("bidi_component")
    ]
    return [one["chart"] for one in told if "chart" in one]


def test_a_picture_stays_beside_while_a_knob_is_turned():
    page = lesson_page()
    button(page, "Keep beside").click().run()
    page.number_input(key="rotation:lr:field").set_value(0.3).run()
    assert not page.exception
    kept, turned = pictures(page)
    assert kept != turned, "two settings, two pictures"
    assert fact(page, "simultaneous: growth per step")[1] == "1.0440307"
    assert "as it opens" in page.caption[0].value
    button(page, "Let go").click().run()
    assert pictures(page) == [turned]


@pytest.mark.browser
def test_a_lecturer_goes_through_the_deck_with_the_keyboard(tab, server):
    open_page(tab, f"{server}/rotation?lecture")
    tab.get_by_role("button", name="Leave").wait_for()
    assert not tab.get_by_test_id("stSidebar").is_visible()
    seen = []
    for _ in range(len(load("rotation").figures)):
        seen.append(tab.locator(".js-plotly-plot").first.evaluate("it => it.layout.title.text"))
        title = tab.locator("h2").first.inner_text()
        assert title == TITLES["rotation"]
        hidden = "it => it.scrollHeight - it.clientHeight"
        assert tab.get_by_test_id("stMain").evaluate(hidden) < 10, "the whole slide is in view"
        before = tab.locator(".js-plotly-plot").first.evaluate("it => JSON.stringify(it.layout)")
        tab.keyboard.press("ArrowRight")
        tab.wait_for_function(
            "before => { const it = document.querySelector('.js-plotly-plot');"
            " return it && it.layout && JSON.stringify(it.layout) !== before }", arg=before,
        )  # fmt: skip
        settled(tab)
    after = DECK[DECK.index("rotation") + 1]
    tab.get_by_role("heading", name=TITLES[after]).wait_for()
    tab.keyboard.press("ArrowLeft")
    tab.get_by_role("heading", name=TITLES["rotation"]).wait_for()
    settled(tab)
    tab.keyboard.press("Escape")
    tab.get_by_test_id("stSidebar").wait_for()
    width = tab.locator(".js-plotly-plot").first.bounding_box()["width"]
    assert width < 1440
    assert len(seen) == 4


@pytest.mark.browser
def test_a_student_searches_and_is_there(tab, server):
    tab.goto(server)
    tab.get_by_role("combobox").first.click()
    tab.keyboard.type("diminish")
    tab.get_by_role("option", name=TITLES["diminished-gradient"]).click()
    tab.get_by_role("heading", name=TITLES["diminished-gradient"]).wait_for()
    assert "/diminished-gradient" in tab.url


@pytest.mark.browser
def test_a_figure_of_the_gallery_leads_to_its_page(tab, server):
    tab.goto(f"{server}/gallery")
    tab.get_by_role("link", name="Multipliers").first.click()
    tab.get_by_role("heading", name=TITLES["rotation"]).wait_for()
    tab.wait_for_selector(".js-plotly-plot .nsewdrag", state="attached")
    assert tab.get_by_role("tab", name="Multipliers").get_attribute("aria-selected") == "true"


@pytest.mark.browser
def test_a_figure_of_the_gallery_has_its_code_and_its_files(tab, server):
    tab.goto(f"{server}/gallery")
    card = tab.locator(".st-key-rotation-multipliers-files")
    card.get_by_role("button").first.click()
    with tab.expect_download() as told:
        tab.get_by_role("button", name="PDF").click()
    assert told.value.suggested_filename == "rotation-multipliers.pdf"
    assert read_recipe(told.value.path()).figure == "multipliers"
    tab.keyboard.press("Escape")
    tab.locator(".st-key-rotation-multipliers-code").get_by_role("button").first.click()
    tab.get_by_text("frenemy draw rotation --figure multipliers").wait_for()


@pytest.mark.browser
def test_files_of_what_takes_long_are_made_on_its_page(tab, server):
    tab.goto(f"{server}/gallery")
    tab.get_by_role("radio", name="Recurrent nets").click()
    tab.locator(".st-key-tagging-line-files").get_by_role("button").first.click()
    tab.get_by_text(f"computed first, on its page: that takes {load('tagging').takes}").wait_for()


@pytest.mark.browser
def test_a_reader_chooses_light_or_dark(tab, server):
    open_page(tab, f"{server}/rotation")
    ink = "() => document.querySelector('.js-plotly-plot').layout.font.color"
    light = tab.evaluate(ink)
    tab.get_by_test_id("stMainMenu").click()
    tab.get_by_test_id("stMainMenuItem-theme-Dark").click()
    tab.wait_for_function(f"before => ({ink})() !== before", arg=light)
    assert tab.evaluate(
        "() => getComputedStyle(document.querySelector('.stApp')).backgroundColor"
    ) == "rgb(18, 22, 28)"  # fmt: skip
