"""The part of a page that starts, watches and stops a long run."""

from __future__ import annotations

import streamlit as st

from frenemy.dashboard import values
from frenemy.dashboard.words import escaped
from frenemy.dashboard.work import Work
from frenemy.dashboard.worker import Status, Worker, session_worker

WATCH_SECONDS = 0.5


def finished(wanted: Work) -> Work | None:
    """What can be shown: the wanted work if it is done, an earlier one, or nothing yet.

    The first run of a session starts at once; later ones by a button. Draws it, or the progress.
    """
    worker = session_worker(wanted.lesson.name)
    if worker.status.work is None and not wanted.is_done:
        worker.start(wanted)
    status = worker.status
    if status.running:
        _watch(worker)
    elif not wanted.is_done:
        _offer(worker, wanted, status)
    if wanted.is_done:
        return wanted
    earlier = Work(wanted.lesson, values.last_good(wanted.lesson))
    if not earlier.is_done:
        return None
    st.caption("Below is the last run, with the knobs it had.")
    return earlier


def _offer(worker: Worker, wanted: Work, status: Status) -> None:
    if status.message and status.work is not None and status.work.key == wanted.key:
        st.warning(escaped(status.message))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Run", type="primary", icon=":material/play_arrow:", on_click=worker.start,
                  args=(wanted,), key=f"{wanted.lesson.name}:run")  # fmt: skip
        st.caption(f"Takes {wanted.lesson.takes}; the page can be used meanwhile.")


def _how_far(status: Status) -> str:
    if not status.place:
        return status.what
    return f"{status.what}; place {status.place} in the queue of all that trains here"


@st.fragment(run_every=WATCH_SECONDS)
def _watch(worker: Worker) -> None:
    """Show how far the run is, again and again; draw the whole page when it has ended."""
    status = worker.status
    if not status.running:
        st.rerun()
    st.progress(status.share, text=escaped(_how_far(status)))
    st.button("Stop", icon=":material/stop:", on_click=worker.stop, key="stop the run")
