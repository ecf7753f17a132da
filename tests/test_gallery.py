"""The gallery: every figure has its picture, its command and its Python, and all of them work."""

import re
import shlex
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbclient import NotebookClient
from PIL import Image

from frenemy.cli import main
from frenemy.figures import read_recipe
from frenemy.gallery.entries import Entry, entries
from frenemy.gallery.prose import to_html
from frenemy.gallery.thumbnails import HEIGHT, LOOKS, WIDTH, thumbnail
from frenemy.lessons import DECK, NAMES, TOPICS, load
from frenemy.snippet import python_for
from tests.lessons.short import SHORT

ROOT = Path(__file__).resolve().parent.parent


def test_the_deck_has_every_lesson_once():
    assert sorted(DECK) == sorted(NAMES)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", NAMES)
def test_every_figure_has_a_small_picture(name, look):
    for figure in load(name).figures:
        with Image.open(thumbnail(name, figure, look)) as image:
            assert image.size == (WIDTH, HEIGHT)
            assert len(image.convert("L").getcolors(256) or ()) > 8, "it is blank"


def test_no_small_picture_is_left_over():
    wanted = {thumbnail(entry.lesson, entry.figure, look) for entry in entries() for look in LOOKS}
    assert set(thumbnail("x", "y").parent.parent.rglob("*.webp")) == wanted


@pytest.mark.parametrize("name", NAMES)
def test_stories_become_html_with_mathml_and_nothing_is_left_of_latex(name):
    html = to_html(load(name).story)
    bare = re.sub(r"<(math|code).*?</\1>", "", html, flags=re.DOTALL)
    assert "$" not in bare and "\\" not in bare
    assert "<p>" in html


def test_raw_html_in_a_story_is_shown_and_not_obeyed():
    assert "<script" not in to_html("a <script>alert(1)</script> $x<y$ <b>")


@pytest.mark.parametrize("name", NAMES)
def test_the_python_of_every_lesson_runs(name, tmp_path, monkeypatch, capsys):
    lesson = load(name)
    knobs = replace(lesson.knobs(), **SHORT.get(name, {}))
    figure = next(iter(lesson.figures))
    monkeypatch.chdir(tmp_path)
    exec(compile(python_for(lesson, knobs, figure), name, "exec"), {"__name__": "__main__"})
    assert f"{name}-{figure}.pdf" in capsys.readouterr().out
    assert read_recipe(tmp_path / f"{name}-{figure}.pdf").lesson == name


def test_a_command_of_the_gallery_draws_its_figure(tmp_path):
    figure = next(iter(load("toy-power").figures))
    _, *arguments = shlex.split(Entry("toy-power", figure).command)
    done = CliRunner().invoke(main, [*arguments, "-o", str(tmp_path)])
    assert done.exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == [f"toy-power-{figure}.pdf"]


class Links(HTMLParser):
    """What a page refers to."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in ("href", "src")]


def test_the_site_stands_alone_and_no_link_is_broken(tmp_path):
    done = CliRunner().invoke(main, ["gallery", "rotation", "toy-power", "-o", str(tmp_path)])
    assert done.exit_code == 0, done.output
    pages = sorted(tmp_path.rglob("*.html"))
    assert [str(page.relative_to(tmp_path)) for page in pages] == [
        "index.html", "rotation/index.html", "toy-power/index.html"
    ]  # fmt: skip
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text
        links = Links()
        links.feed(text)
        assert links.found
        for link in links.found:
            assert "://" not in link and not link.startswith("/")
            assert (page.parent / link.partition("#")[0]).is_file(), link
    text = (tmp_path / "rotation" / "index.html").read_text(encoding="utf-8")
    assert "frenemy draw rotation --figure portrait" in text and "<math" in text
    assert read_recipe(tmp_path / "rotation" / "portrait.pdf").figure == "portrait"
    assert (tmp_path / "rotation" / "portrait.gif").is_file()


def test_a_site_of_a_lesson_that_is_not_there_is_refused(tmp_path):
    done = CliRunner().invoke(main, ["gallery", "rotatoin", "-o", str(tmp_path)])
    assert done.exit_code == 2
    assert "Did you mean 'rotation'?" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("room", ["games", "gans", "recurrent"])
def test_the_notebook_of_a_room_runs(room, tmp_path):
    notebook = nbformat.read(ROOT / "notebooks" / f"{room}.ipynb", as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells), "saved without its outputs"
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = [
        output.data for cell in notebook.cells for output in cell.get("outputs", ())
        if "data" in output
    ]  # fmt: skip
    assert any("image/png" in data for data in shown), "a figure is shown"
    assert list(tmp_path.iterdir()) == []


def test_there_is_a_notebook_for_every_room():
    rooms = {topic.partition(" ")[0].lower() for topic in TOPICS} - {"the"}
    assert {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")} == rooms
