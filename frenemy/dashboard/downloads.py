"""Files of a figure, each made when its button is pressed."""

from __future__ import annotations

from functools import partial

import streamlit as st

from frenemy.dashboard.table import to_csv
from frenemy.dashboard.work import Work
from frenemy.drawing import recipe_of
from frenemy.figures import FORMATS, STYLES, render

MIME = {
    "pdf": "application/pdf",
    "svg": "image/svg+xml",
    "png": "image/png",
    "gif": "image/gif",
    "html": "text/html",
    "csv": "text/csv",
}


def show(work: Work, name: str) -> None:
    """The files of a figure, behind a button; what is behind it is drawn when it is opened."""
    key = f"{work.lesson.name}-{name}:download"
    popover = st.popover("Download", icon=":material/download:", key=key, on_change="rerun")
    if popover.open:
        with popover:
            buttons(work, name)


def buttons(work: Work, name: str) -> None:
    """A style to choose, a button for each format, and one for the data."""
    stem = f"{work.lesson.name}-{name}"
    style = st.segmented_control(
        "Style", list(STYLES), default="slide", required=True, key=f"{stem}:style"
    )
    moves = bool(work.figure(name).frames)
    formats = [ending for ending in FORMATS if moves or ending != "gif"]
    columns = st.columns(len(formats) + 1, gap="small")
    for column, ending in zip(columns, [*formats, "csv"], strict=True):
        make = partial(_data, work, name) if ending == "csv" else None
        column.download_button(
            ending.upper(),
            data=make or partial(_file, work, name, ending, style or "slide"),
            file_name=f"{stem}.{ending}",
            mime=MIME[ending],
            key=f"{stem}:{ending}",
            on_click="ignore",
            width="stretch",
        )
    st.caption("The files hold how they were made: `frenemy draw --from FILE` draws it again.")


def _file(work: Work, name: str, ending: str, style: str) -> bytes:
    recipe = recipe_of(work.lesson, name, work.knobs, style)
    return render(work.figure(name), ending, style=style, recipe=recipe)


def _data(work: Work, name: str) -> bytes:
    return to_csv(work.figure(name)).encode()
