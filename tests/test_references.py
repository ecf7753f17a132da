"""The literature is complete, and read in full."""

import re
from importlib import resources
from pathlib import Path

import pytest

import frenemy
from dynamics.methods import METHODS
from frenemy.references import REFERENCES, find

ROOT = Path(__file__).resolve().parent.parent


def test_every_entry_is_read_whole():
    text = resources.files("frenemy").joinpath("references.bib").read_text(encoding="utf-8")
    assert len(REFERENCES) == text.count("\n@") + 1
    assert "\n\n".join(entry.bibtex for entry in REFERENCES.values()) == text.strip()
    for entry in REFERENCES.values():
        assert {"author", "title", "year"} <= set(entry.fields)
        assert len(entry.fields) == entry.bibtex.count("\n") - 1
        assert entry.bibtex.count("{") == entry.bibtex.count("}")


def test_plain_lines():
    assert find("nash1950").plain == (
        "J. F. Nash (1950) Equilibrium points in n-person games. Proceedings of the National "
        "Academy of Sciences 36, 48–49. https://doi.org/10.1073/pnas.36.1.48"
    )
    assert find("schaefer2019").plain.startswith("F. Schäfer and A. Anandkumar (2019) Competitive")
    assert "S. Lacoste-Julien and I. Mitliagkas" in find("gidel2019momentum").plain
    for entry in REFERENCES.values():
        assert not re.search(r"[{}]|\.\.|  | \.", entry.plain)


@pytest.mark.parametrize("name", METHODS)
def test_every_rule_cites_a_paper(name):
    assert find(METHODS[name].reference)


def test_keys_in_docstrings_are_there():
    sources = [path for room in ("dynamics", "gan") for path in (ROOT / room).rglob("*.py")]
    texts = [path.read_text(encoding="utf-8") for path in sources]
    keys = {
        key for text in texts for key in re.findall(r"[\[(]([a-z]+(?:1[89]|20)\d\d[a-z]*)", text)
    }
    assert {"kingma2015", "polyak1964"} <= keys
    assert keys - set(REFERENCES) == set()


def test_an_unknown_key_is_answered_with_a_near_one():
    with pytest.raises(ValueError, match=r"such as .*nash1950"):
        find("nash1949")


def test_the_package_cites_its_own_version():
    assert find("frenemy").fields["note"] == f"Version {frenemy.__version__}"
