"""The page of a lesson, from top to bottom, as its Lesson says."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from frenemy.dashboard import beside, controls, lecture, picture, values
from frenemy.dashboard.live import live_screen
from frenemy.dashboard.long_run import finished
from frenemy.dashboard.messages import tell
from frenemy.dashboard.words import escaped, table
from frenemy.dashboard.work import Work
from frenemy.lessons import Lesson, knob_specs, load
from frenemy.references import find
from frenemy.snippet import python_for


def show(name: str) -> None:
    """Draw the page of the lesson of that name."""
    lesson = load(name)
    values.of(lesson)
    screen = live_screen(name)
    if lecture.is_on():
        lecture.show(lesson, lambda: _work(lesson))
        return
    with st.sidebar:
        _controls(lesson, screen.HIDDEN if screen else ())
    title, mode = st.columns([5, 1], vertical_alignment="center")
    title.header(lesson.title, anchor=False)
    mode.button(
        "Lecture mode", icon=":material/slideshow:", on_click=lecture.switch, args=(True,),
        help="one figure fills the screen; arrow keys go on, Escape leaves", width="stretch",
    )  # fmt: skip
    _presets(lesson)
    for message in values.refused(lesson):
        st.warning(f"In the address, {escaped(message)}. The default is taken instead.")
    if screen:
        screen.show(lesson)
    work = _kept(lesson) if screen else _work(lesson)
    if work is None and not screen:
        picture.show_beforehand(lesson, list(lesson.figures))
    figure = _figures(work) if work else next(iter(lesson.figures))
    _story_and_facts(lesson, work)
    shown = values.kept(lesson) or values.last_good(lesson)
    _python(work or Work(lesson, shown), figure)
    _references(lesson)


def _controls(lesson: Lesson, hidden: Collection[str]) -> None:
    shown = [spec for spec in knob_specs(lesson.knobs) if spec.name not in hidden]
    groups = list(dict.fromkeys(spec.group for spec in shown))
    tabs = st.tabs(groups, key=f"{lesson.name}:group", on_change="rerun") if groups[1:] else ()
    for spec in shown:
        if not tabs:
            controls.show(lesson, spec)
        elif tabs[groups.index(spec.group)].open:
            with tabs[groups.index(spec.group)]:
                controls.show(lesson, spec)
    st.button(
        "Reset",
        icon=":material/restart_alt:",
        on_click=values.choose,
        args=(lesson, values.defaults(lesson)),
    )


def _presets(lesson: Lesson) -> None:
    with st.container(horizontal=True, gap="small"):
        for name, knobs in lesson.presets.items():
            chosen = {spec.name: getattr(knobs, spec.name) for spec in knob_specs(lesson.knobs)}
            st.button(
                escaped(name),
                key=f"{lesson.name}:preset:{name}",
                on_click=values.choose,
                args=(lesson, chosen),
            )


def _kept(lesson: Lesson) -> Work | None:
    """The run that was chosen on a live screen to have its figures here."""
    knobs = values.kept(lesson)
    if knobs is None:
        return None
    work = finished(Work(lesson, knobs))
    if work is not None:
        values.note_good(lesson, work.knobs)
    return work


def _work(lesson: Lesson) -> Work | None:
    """What can be shown: the knobs as set, or the last that worked and why."""
    earlier = Work(lesson, values.last_good(lesson))
    try:
        wanted = Work(lesson, values.knobs(lesson))
        _link(values.write_address(lesson, wanted.knobs))
        work = finished(wanted) if lesson.takes else wanted
        if work is not None:
            work.result()
            values.note_good(lesson, work.knobs)
    except ValueError as error:
        tell(str(error))
        if lesson.takes and not earlier.is_done:
            return None
        st.caption("Everything below shows the last knobs that worked.")
        return earlier
    return work


def _link(address: str) -> None:
    """The address, drawn when it is asked for: what draws it is a megabyte and a half."""
    link = st.sidebar.popover("Link", icon=":material/link:", key="link", on_change="rerun")
    if link.open:
        link.code(address, language=None, wrap_lines=True)


def _figures(work: Work) -> str:
    """The figures as tabs, of which only the open one is drawn; returns its name."""
    held, here = beside.kept(), st.container()
    if held is not None:
        left, here = st.columns(2)
        with left:
            picture.show_kept(held)
    with here:
        return _tabs(work)


def _tabs(work: Work) -> str:
    names = list(work.lesson.figures)
    tabs = st.tabs(
        [values.label(name) for name in names], key=values.tabs_key(work.lesson), on_change="rerun"
    )
    opened = names[0]
    for name, tab in zip(names, tabs, strict=True):
        if tab.open:
            opened = name
            with tab:
                try:
                    picture.show(work, name)
                except ValueError as error:
                    tell(str(error))
    return opened


def _story_and_facts(lesson: Lesson, work: Work | None) -> None:
    if work is None:
        st.markdown(lesson.story)
        return
    story, facts = st.columns(2, gap="large")
    with story:
        st.markdown(lesson.story)
    with facts:
        try:
            rows = work.facts()
        except ValueError as error:
            tell(str(error))
            return
        compared = [row for row in rows if row[1]]
        if compared:
            st.subheader("Predicted and measured", anchor=False)
            st.markdown(table(("", "predicted", "measured", ""), compared))
        others = [(label, measured) for label, predicted, measured, _ in rows if not predicted]
        if others:
            st.subheader("Facts", anchor=False)
            st.markdown("\n".join(f"- {escaped(label)}: **{escaped(it)}**" for label, it in others))


def _python(work: Work, figure: str) -> None:
    """The program, drawn when it is opened: colouring it at every turn of a knob would be felt."""
    expander = st.expander("The Python that does this", icon=":material/code:",
                           key=f"{work.lesson.name}:python", on_change="rerun")  # fmt: skip
    if expander.open:
        with expander:
            st.code(python_for(work.lesson, work.knobs, figure), language="python")


def _references(lesson: Lesson) -> None:
    if lesson.references:
        with st.expander("References", icon=":material/menu_book:"):
            st.markdown("\n".join(f"- {escaped(find(key).plain)}" for key in lesson.references))
