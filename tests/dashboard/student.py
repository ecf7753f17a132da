"""A student's browser without the browser: a session that speaks the page's own protocol.

One message of Streamlit's protocol buffers goes up for every turned knob, as the page's script in
a browser sends it, and the messages that draw the page come down. What an earlier run has drawn
stays until the next one has ended, as on the screen.
"""

from __future__ import annotations

import json
import threading
import time
from contextlib import ExitStack
from operator import itemgetter
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NumberInput_pb2 import NumberInput
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.session_state import STREAMLIT_INTERNAL_KEY_PREFIX
from websockets.sync.client import connect

FULL_RUN = (
    ForwardMsg.FINISHED_SUCCESSFULLY,
    ForwardMsg.FINISHED_WITH_COMPILE_ERROR,
)


class Student:
    """One session of the dashboard.

    Parameters
    ----------
    address : of the server, ``http://host:port``.
    page : name of a lesson, or nothing for the first page.
    query : the rest of the address after the question mark.
    """

    def __init__(self, address: str, page: str = "", query: str = ""):
        self.page, self.query = page, query
        self._elements: dict[tuple[int, ...], tuple[int, str, Any]] = {}
        self._drawing = 0
        self._states: dict[str, WidgetState] = {}
        self._repeats: dict[str, tuple[float, float]] = {}
        self._fragments: dict[str, str] = {}
        self._hash = ""
        self._done = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self.shown_at = f"{address}/{page}"
        self._stack = ExitStack()
        socket = address.replace("http://", "ws://")
        self._socket = self._stack.enter_context(
            connect(f"{socket}/_stcore/stream", subprotocols=["streamlit"], max_size=None)
        )
        self._threads = [
            threading.Thread(target=target, daemon=True) for target in (self._hear, self._repeat)
        ]
        for thread in self._threads:
            thread.start()

    def open(self, timeout: float = 60.0) -> float:
        """Ask for the page; returns the seconds until it is drawn."""
        return self._run(timeout)

    def turn(self, key: str, value: float | int | bool | str, timeout: float = 60.0) -> float:
        """Set the field, switch or list with a key; returns the seconds until all is drawn."""
        element = self.widget(key)
        state = WidgetState(id=element.id)
        if isinstance(element, NumberInput):
            if element.data_type == NumberInput.FLOAT:
                state.double_value = value
            else:
                state.int_value = value
        elif isinstance(value, bool):
            state.bool_value = value
        else:
            state.string_value = value
        self._states[element.id] = state
        return self._run(timeout)

    def press(self, key: str, timeout: float = 60.0) -> float:
        """Press the button with a key; returns the seconds until all is drawn."""
        return self._run(timeout, WidgetState(id=self.widget(key).id, trigger_value=True))

    def tell(self, key: str, event: str, value: Any) -> None:
        """Let the component with a key send an event; its fragment runs, and nothing is awaited."""
        element = self.widget(key)
        payload = json.dumps([{"event": event, "value": value}])
        trigger = WidgetState(
            id=f"{STREAMLIT_INTERNAL_KEY_PREFIX}_{element.id}__events", json_trigger_value=payload
        )
        self._send(self._fragments.get(element.id, ""), (trigger,), is_auto_rerun=False)

    def data(self, key: str) -> dict[str, Any]:
        """What the component with a key was given to draw."""
        element = self.widget(key)
        return json.loads(element.mixed.json if element.HasField("mixed") else element.json)

    def widget(self, key: str) -> Any:
        """The widget with a key, or a KeyError that tells what is there."""
        with self._lock:
            known = [
                (run, one)
                for run, _, one in self._elements.values()
                if str(getattr(one, "id", "")).strip()
            ]
        found = [(run, one) for run, one in known if one.id.endswith(f"-{key}")]
        if found:
            return max(found, key=itemgetter(0))[1]
        raise KeyError(f"{key}; there are {[one.id for _, one in known]}")

    def has(self, key: str) -> bool:
        """Whether there is a widget with a key."""
        try:
            self.widget(key)
        except KeyError:
            return False
        return True

    def drawn(self, kind: str) -> list[Any]:
        """All elements of a kind of Streamlit's protocol, as ``markdown`` or ``bidi_component``."""
        with self._lock:
            return [one for _, name, one in self._elements.values() if name == kind]

    @property
    def complaints(self) -> list[str]:
        """What the page shows as an error or as a traceback."""
        alerts = [one.body for one in self.drawn("alert") if one.format == one.ERROR]
        return alerts + [f"{one.type}: {one.message}" for one in self.drawn("exception")]

    @property
    def words(self) -> str:
        """All that is written on the page, as Markdown."""
        return "\n".join(
            [one.body for one in self.drawn("markdown")]
            + [one.text for one in self.drawn("progress")]
        )

    def close(self) -> None:
        """Leave, as by closing the tab."""
        self._closed.set()
        self._stack.close()
        for thread in self._threads:
            thread.join(5)

    def __enter__(self) -> Student:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _run(self, timeout: float, *triggers: WidgetState) -> float:
        while self._done.acquire(blocking=False):
            pass  # a run that the page itself asked for
        began = time.perf_counter()
        self._send(triggers=triggers)
        if not self._done.acquire(timeout=timeout):
            raise TimeoutError(f"the page {self.page!r} was not drawn within {timeout} s")
        return time.perf_counter() - began

    def _send(
        self,
        fragment: str = "",
        triggers: tuple[WidgetState, ...] = (),
        *,
        is_auto_rerun: bool = True,
    ) -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string = self.query
        state.context_info.url = self.shown_at
        if self._hash:
            state.page_script_hash = self._hash
        else:
            state.page_name = self.page
        state.widget_states.widgets.extend([*self._states.values(), *triggers])
        if fragment:
            state.fragment_id, state.is_auto_rerun = fragment, is_auto_rerun
        self._socket.send(message.SerializeToString())

    def _hear(self) -> None:
        for data in self._socket:
            message = ForwardMsg.FromString(data)
            kind = message.WhichOneof("type")
            with self._lock:
                self._take(kind, message)
            if kind == "script_finished" and message.script_finished in FULL_RUN:
                self._done.release()

    def _take(self, kind: str, message: ForwardMsg) -> None:
        if kind == "new_session":
            if not message.metadata.run.fragment_ids:
                self._drawing += 1
                self._repeats.clear()
        elif kind == "script_finished" and message.script_finished in FULL_RUN:
            for path in [path for path, (run, *_) in self._elements.items() if run < self._drawing]:
                del self._elements[path]
        elif kind == "navigation":
            self._hash = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            seconds = message.auto_rerun.interval
            self._repeats[message.auto_rerun.fragment_id] = (seconds, time.monotonic() + seconds)
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            name = element.WhichOneof("type")
            value = getattr(element, name)
            self._elements[tuple(message.metadata.delta_path)] = (self._drawing, name, value)
            if hasattr(value, "id"):
                self._fragments[value.id] = message.delta.fragment_id
            if getattr(value, "set_value", False) and value.id in self._states:
                del self._states[value.id]

    def _repeat(self) -> None:
        """Run the fragments that ask for it, as often as they ask."""
        while not self._closed.wait(0.05):
            with self._lock:
                due = [
                    name
                    for name, (_, moment) in self._repeats.items()
                    if moment <= time.monotonic()
                ]
                for name in due:
                    seconds, _ = self._repeats[name]
                    self._repeats[name] = (seconds, time.monotonic() + seconds)
            for name in due:
                self._send(fragment=name)
