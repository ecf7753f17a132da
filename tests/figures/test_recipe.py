"""Recipes travel in files and come back unharmed; files that lie are refused."""

from __future__ import annotations

import io
import json
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from frenemy.figures import FORMATS, Figure, Line, Panel, Recipe, RecipeError, read_recipe, save
from frenemy.figures import recipe as recipe_module
from frenemy.figures.recipe import MOST_TEXT
from tests.figures.samples import RECIPE

SMALL = Figure([Panel([Line([0, 1], [0, 1])])])
NASTY = [
    "ünïcödé 漢字 🎲",
    "brackets ((( ))) [[ ]] {{ }} <b> </b> -->",
    "quotes ' \" ` and back\\slash \\) \\\\",
    "new\nline\r\ntab\tnull\x00 escape\x1b",
    "frenemy-recipe {} /Keywords (frenemy-recipe ",
    "]]></description></metadata><!-- </script> &amp; &#0;",
    "lone surrogate \ud800",
    "",
]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("format_", FORMATS)
def test_nasty_texts_survive_every_format(format_, tmp_path):
    knobs = {f"{index} {text}": [text, {"inner": text}] for index, text in enumerate(NASTY)}
    recipe = Recipe(NASTY[1], NASTY[2], knobs, NASTY[0], {NASTY[3]: NASTY[5]})
    path = save(SMALL, tmp_path / f"a.{format_}", style="paper", recipe=recipe)
    assert read_recipe(path) == recipe


@pytest.mark.parametrize("format_", ["pdf", "svg", "png"])
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(knobs=st.dictionaries(st.text(max_size=12), JSON, max_size=4), lesson=st.text(max_size=30))
def test_any_knobs_survive(format_, tmp_path, knobs, lesson):
    recipe = Recipe(lesson, "figure", knobs)
    path = save(SMALL, tmp_path / f"a.{format_}", style="paper", recipe=recipe)
    assert read_recipe(path) == recipe


@given(st.dictionaries(st.text(max_size=12), JSON, max_size=4), st.text(max_size=30))
def test_json_there_and_back(knobs, lesson):
    recipe = Recipe(lesson, "figure", knobs)
    text = recipe.to_json()
    assert Recipe.from_json(text) == recipe
    assert text.isascii()
    assert not set("<>&\n\r") & set(text)


def test_a_file_is_known_by_its_bytes_not_its_name(tmp_path):
    path = save(SMALL, tmp_path / "a.svg", recipe=RECIPE)
    assert read_recipe(path.rename(tmp_path / "a.png")) == RECIPE


def test_knobs_become_what_json_gives_back():
    recipe = Recipe("a", "b", {"shape": (1, 2)})
    assert recipe.knobs == {"shape": [1, 2]}
    assert recipe == Recipe("a", "b", {"shape": [1, 2]})


def test_later_changes_of_the_knobs_do_not_reach_the_recipe():
    knobs = {"inner": [1]}
    recipe = Recipe("a", "b", knobs)
    knobs["inner"].append(2)
    assert recipe.knobs == {"inner": [1]}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"lesson": 3, "figure": "b"}, "lesson must be text; got 3"),
        ({"lesson": "a", "figure": "b", "knobs": {"x": object()}}, "only what JSON can hold"),
        ({"lesson": "a", "figure": "b", "knobs": {"x": float("nan")}}, "only what JSON can hold"),
        ({"lesson": "a", "figure": "b", "knobs": {1: 2}}, "knobs must map names to values"),
        ({"lesson": "a", "figure": "b", "versions": {"a": 2}}, "version of 'a' must be text"),
        ({"lesson": "a", "figure": "b", "knobs": {"x": "y" * MOST_TEXT}}, "may take 65,536 bytes"),
    ],
)
def test_a_recipe_says_what_is_wrong(fields, message):
    with pytest.raises(RecipeError, match=message):
        Recipe(**fields)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "{}",
        '{"lesson": "a"}',
        "[" * 5000,
        "9" * 10_000,
        json.dumps({**json.loads(RECIPE.to_json()), "extra": 1}),
        json.dumps({**json.loads(RECIPE.to_json()), "knobs": [1]}),
        RECIPE.to_json().replace("0.1", "NaN"),
        " " * (MOST_TEXT + 1),
    ],
)
def test_texts_that_are_no_recipe_are_refused(text):
    with pytest.raises(RecipeError):
        Recipe.from_json(text)


def png_with(text):
    from PIL.PngImagePlugin import PngInfo

    info, file = PngInfo(), io.BytesIO()
    info.add_text("frenemy-recipe", text)
    Image.new("L", (2, 2)).save(file, format="PNG", pnginfo=info)
    return file.getvalue()


def bomb():
    """A PNG whose header promises 10^10 pixels."""
    header = (100_000).to_bytes(4, "big") * 2 + b"\x08\x00\x00\x00\x00"
    chunk = b"IHDR" + header
    check = zlib.crc32(chunk).to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n" + len(header).to_bytes(4, "big") + chunk + check


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    b"<svg><metadata>&b;</metadata></svg>"
)
OTHERS = {
    "empty": b"",
    "text": b"just text",
    "binary": bytes(range(256)) * 10,
    "pdf without keywords": b"%PDF-1.4\n%%EOF",
    "pdf with other keywords": b"%PDF-1.4\n<< /Keywords (cats) >>",
    "pdf whose keywords never end": b"%PDF-1.4\n<< /Keywords (frenemy-recipe {" + b"a" * 200_000,
    "pdf whose recipe is no JSON": b"%PDF-1.4\n<< /Keywords (frenemy-recipe os.system\\(1\\)) >>",
    "svg without a recipe": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "svg that is cut off": b"<?xml version='1.0'?><svg",
    "svg with entities": LAUGHS,
    "png without a recipe": png_with("{}"),
    "png with a list": png_with("[1, 2]"),
    "png cut off": png_with(RECIPE.to_json())[:20],
    "png bomb": bomb(),
    "gif cut off": b"GIF89a",
    "html without a recipe": b"<!DOCTYPE html><html><head></head></html>",
    "html with an empty recipe": b'<!DOCTYPE html><html><head><meta name="frenemy-recipe"></head>',
}


@pytest.mark.parametrize("name", OTHERS)
def test_foreign_and_hostile_files_are_refused(name, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(OTHERS[name])
    with pytest.raises(RecipeError, match="file"):
        read_recipe(path)


def test_missing_files_and_folders_are_refused(tmp_path):
    with pytest.raises(RecipeError, match="cannot be read: No such file"):
        read_recipe(tmp_path / "none.png")
    with pytest.raises(RecipeError, match="cannot be read"):
        read_recipe(tmp_path)


def test_large_files_are_not_even_opened(tmp_path, monkeypatch):
    path = save(SMALL, tmp_path / "a.png", recipe=RECIPE)
    monkeypatch.setattr(recipe_module, "MOST_FILE", 100)
    with pytest.raises(RecipeError, match="recipes are read up to 100"):
        read_recipe(path)
