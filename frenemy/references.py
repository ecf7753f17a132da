"""The literature behind rules and lessons, read from ``references.bib``.

To add an entry, write it there as its neighbours are: one field a line, values in braces. Rules and
lessons name it by its key.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

_ENTRY = re.compile(r"^@(?P<kind>\w+)\{(?P<key>\w+),\n(?P<fields>.*?)^\}", re.DOTALL | re.MULTILINE)
_FIELD = re.compile(r"^  (?P<name>\w+) = \{(?P<value>.*)\},$", re.MULTILINE)


@dataclass(frozen=True)
class Reference:
    """One entry.

    Attributes
    ----------
    key : as rules and lessons name it.
    bibtex : the entry as it stands in the file.
    fields : name of a field -> its text without braces.
    """

    key: str
    bibtex: str
    fields: Mapping[str, str]

    @property
    def plain(self) -> str:
        """Authors, year, title, where, link: one line."""
        fields = self.fields
        where = [
            fields.get(name, "") for name in ("journal", "booktitle", "publisher", "note", "volume")
        ]
        place = " ".join(filter(None, where))
        if "pages" in fields:
            place += f", {fields['pages'].replace('--', '–')}"
        doi = f"https://doi.org/{fields['doi']}" if "doi" in fields else ""
        title = fields["title"]
        parts = [
            f"{_authors(fields['author'])} ({fields['year']})",
            title if title.endswith("?") else f"{title}.",
            f"{place}.",
            fields.get("url", doi),
        ]
        return " ".join(filter(None, parts))


def find(key: str) -> Reference:
    """The reference of that key; ValueError names the nearest."""
    if key not in REFERENCES:
        near = difflib.get_close_matches(key, REFERENCES, n=3, cutoff=0.3)
        raise ValueError(
            f"there is no reference {key!r}; add it to references.bib or use one of those there, "
            f"such as {', '.join(near or list(REFERENCES)[:3])}"
        )
    return REFERENCES[key]


def _read(text: str) -> dict[str, Reference]:
    found = {}
    for entry in _ENTRY.finditer(text):
        fields = {
            field["name"]: field["value"].replace("{", "").replace("}", "")
            for field in _FIELD.finditer(entry["fields"])
        }
        found[entry["key"]] = Reference(entry["key"], entry.group(), fields)
    return found


def _authors(text: str) -> str:
    """``Nash, John F. and …`` as ``J. F. Nash and …``."""
    people = []
    for person in text.split(" and "):
        family, _, given = person.partition(", ")
        initials = " ".join(
            "-".join(f"{part[0]}." for part in name.split("-")) for name in given.split()
        )
        people.append(f"{initials} {family}".strip())
    return people[0] if len(people) == 1 else f"{', '.join(people[:-1])} and {people[-1]}"


REFERENCES: Mapping[str, Reference] = _read(
    resources.files("frenemy").joinpath("references.bib").read_text(encoding="utf-8")
)
"""Key -> reference."""
