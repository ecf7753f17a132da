"""Files of five formats."""

from __future__ import annotations

import html.parser
import io
import xml.etree.ElementTree as ElementTree

import numpy as np
import pypdf
import pytest
from PIL import Image

from frenemy.figures import FORMATS, STYLES, Axis, Figure, Line, Panel, read_recipe, render, save
from tests.figures.samples import MARKS, RECIPE, figure_of, portrait

STILL = portrait()
MOVING = portrait(animate=True, frames=5)


@pytest.mark.parametrize("format_", FORMATS)
def test_the_same_figure_gives_the_same_bytes(format_):
    once = render(MOVING, format_, recipe=RECIPE)
    again = render(portrait(animate=True, frames=5), format_, recipe=RECIPE)
    assert once == again


@pytest.mark.parametrize("format_", FORMATS)
def test_save_goes_by_the_ending_and_makes_folders(format_, tmp_path):
    path = save(STILL, tmp_path / "new" / f"figure.{format_.upper()}", recipe=RECIPE)
    assert path.read_bytes() == render(STILL, format_, recipe=RECIPE)
    assert read_recipe(path) == RECIPE


@pytest.mark.parametrize("name", ["figure.docx", "figure"])
def test_an_unknown_ending_lists_the_formats(name, tmp_path):
    with pytest.raises(ValueError, match="must be one of 'pdf', 'svg', 'png', 'gif', 'html'"):
        save(STILL, tmp_path / name, recipe=RECIPE)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("style", STYLES)
def test_a_pdf_has_one_page_of_real_text(style):
    document = pypdf.PdfReader(io.BytesIO(render(STILL, "pdf", style=style, recipe=RECIPE)))
    (page,) = document.pages
    text = page.extract_text()
    for words in ("outwards", "inwards", "centre", "start"):
        assert words in text
    fonts = [font.get_object()["/Subtype"] for font in page["/Resources"]["/Font"].values()]
    assert fonts
    assert "/Type3" not in fonts
    assert document.metadata.title == "The game f(x, y) = xy"


def test_an_svg_is_xml_with_real_text():
    root = ElementTree.fromstring(render(STILL, "svg", recipe=RECIPE))
    words = {"".join(node.itertext()).strip() for node in root.iter() if node.tag.endswith("}text")}
    assert {"outwards", "inwards", "centre"} <= words


@pytest.mark.parametrize(("style", "width"), [("slide", 1920), ("dark", 1920), ("paper", 1020)])
def test_a_png_has_the_size_of_its_style(style, width):
    image = Image.open(io.BytesIO(render(STILL, "png", style=style, recipe=RECIPE)))
    assert image.size[0] == width
    if style != "paper":
        assert image.size[1] == 1080
    corner = image.convert("RGB").getpixel((0, 0))
    assert "#{:02X}{:02X}{:02X}".format(*corner) == STYLES[style].color("background")


def test_a_gif_has_a_picture_a_frame():
    image = Image.open(io.BytesIO(render(MOVING, "gif", recipe=RECIPE)))
    assert image.n_frames == 5
    assert image.info["duration"] == 100
    assert image.info["loop"] == 0
    assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
    assert Image.open(io.BytesIO(render(STILL, "gif", recipe=RECIPE))).n_frames == 1


class Tags(html.parser.HTMLParser):
    """Notes every tag with its attributes."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_a_page_holds_the_plot_and_fetches_nothing():
    page = render(MOVING, "html", recipe=RECIPE).decode()
    tags = Tags()
    tags.feed(page)
    assert ("div", {"id": "figure", "class": "plotly-graph-div"}) in [
        (tag, {key: attrs[key] for key in ("id", "class") if key in attrs})
        for tag, attrs in tags.found
    ]
    assert not [attrs for _, attrs in tags.found if {"src", "href"} & set(attrs)]
    assert "Plotly.newPlot" in page
    assert "outwards" in page


@pytest.mark.parametrize("format_", FORMATS)
def test_labels_cannot_break_out_of_a_file(format_, tmp_path):
    evil = "</script><script>alert(1)</script> ]]> & ) \\ (frenemy-recipe {}"
    panel = Panel([Line([0, 1], [0, 1], label=evil)], Axis(evil), Axis(evil), title=evil)
    figure = Figure([panel], title=evil, caption=evil)
    path = save(figure, tmp_path / f"evil.{format_}", recipe=RECIPE)
    data = path.read_bytes()
    assert read_recipe(path) == RECIPE
    if format_ == "html":
        assert b"<script>alert" not in data
    if format_ == "svg":
        assert evil in "".join(ElementTree.fromstring(data).itertext())


@pytest.mark.parametrize("kind", MARKS, ids=lambda kind: kind.__name__)
def test_every_mark_can_be_printed(kind):
    for format_ in ("pdf", "svg"):
        assert len(render(figure_of(MARKS[kind]), format_, recipe=RECIPE)) > 3000


def test_gaps_are_no_error_anywhere():
    broken = Line([0, 1, 2, np.nan], [np.nan, 1, np.inf, 2])
    for format_ in ("pdf", "png"):
        assert render(figure_of(broken), format_, style="paper", recipe=RECIPE)
