"""Plotly's script, and how browsers hear of it."""

import gzip
import json
import urllib.error
import urllib.request
from urllib.parse import urljoin

import pytest

from frenemy.figures.screen_script import script
from frenemy.gallery.thumbnails import FOLDER
from tests.dashboard.serving import serving
from tests.dashboard.student import Student


def answer(address, **headers):
    return urllib.request.urlopen(urllib.request.Request(address, headers=headers))


@pytest.fixture(scope="module", params=["", "/class/of/forty"])
def site(request, tmp_path_factory):
    """A server at the root of its host, and one below a path."""
    with serving(tmp_path_factory.mktemp("server"), base=request.param) as server:
        yield server.address, request.param


def script_of(address, page):
    hint = answer(f"{address}/{page}").headers["Link"]
    path, *rest = hint.split("; ")
    return urljoin(f"{address}/{page}", path.strip("<>")), rest


def test_a_lesson_wants_the_script_at_once_and_the_start_page_later(site):
    address, _ = site
    path, how = script_of(address, "rotation")
    assert path.startswith(f"{address}/plotly-")
    assert how == ["rel=preload", "as=script"]
    assert script_of(address, "") == (path, ["rel=prefetch", "as=script"])
    assert answer(f"{address}/_stcore/health").headers["Link"] is None


def test_the_script_is_there_packed_or_not_and_for_good(site):
    address, _ = site
    path, _ = script_of(address, "rotation")
    plain = answer(path)
    packed = answer(path, **{"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "immutable" in plain.headers["Cache-Control"]
    assert plain.headers["Content-Type"].startswith("text/javascript")
    assert plain.read() == gzip.decompress(packed.read()) == script()


@pytest.mark.parametrize("prefix", ["", "/behind/a/proxy"])
@pytest.mark.parametrize("page", ["rotation", "gallery", ""])
def test_addresses_are_those_that_the_browser_knows(site, prefix, page):
    """A proxy may show the site below a path of its own; the server learns of it from the page."""
    address, _ = site
    with Student(address, page) as student:
        student.shown_at = f"https://example.org{prefix}/{page}"
        student.open()
        told = [json.loads(one.mixed.json or one.json) for one in student.drawn("bidi_component")]
    asked = {one["script"] for one in told if one.get("script")}
    wanted = script_of(address, "rotation")[0].removeprefix(address)
    assert asked == ({f"https://example.org{prefix}{wanted}"} if page == "rotation" else set())


def test_small_pictures_are_sent_as_they_are(site):
    address, _ = site
    with Student(address) as student:
        student.open()
        (shown, *others) = [image.url for one in student.drawn("imgs") for image in one.imgs]
    assert len(others) > 20
    assert shown.startswith(f"{address}/pictures/light/")
    name = shown.rpartition("/")[2]
    assert answer(shown).read() == (FOLDER / "light" / name).read_bytes()


@pytest.mark.parametrize("way", ["..%2fentries.py", "../entries.py", "%2e%2e/entries.py", "light/"])
def test_nothing_else_is_sent(site, way):
    address, _ = site
    with pytest.raises(urllib.error.HTTPError, match=r"40[034]"):
        answer(f"{address}/pictures/{way}")
