"""A server of the dashboard and a Chromium, for the tests that need a real browser."""

import os
import sys

import pytest

from tests.dashboard.browsing import NAMES, browsing, find_chromium
from tests.dashboard.serving import serving


@pytest.fixture(scope="session")
def chromium():
    """The path of a Chromium; without one the tests are skipped, but fail where CI is set."""
    found = find_chromium()
    if found is None and os.environ.get("CI"):
        pytest.fail("continuous integration needs a Chromium, and none was found")
    if found is None:
        pytest.skip(f"no Chromium was found under any of the names {', '.join(NAMES)}")
    return found


@pytest.fixture(autouse=True)
def main_module():
    """Streamlit's tester puts its script in the place of the main module; put that back."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The address of a running dashboard, started as ``frenemy app`` from an empty folder."""
    with serving(tmp_path_factory.mktemp("server")) as running:
        yield running.address
    assert "Traceback" not in running.log.read_text()


@pytest.fixture(scope="session")
def browser(chromium):
    """A headless browser."""
    with browsing(chromium) as started:
        yield started


@pytest.fixture
def tab(browser):
    """A page in a browser of its own, large enough for a lecture."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    context.set_default_timeout(30_000)
    page = context.new_page()
    yield page
    context.close()
