"""A bounded memory for what is costly to make, shared by all sessions of the server."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

Value = TypeVar("Value")


@dataclass
class _Place:
    """Where one value is, or will be."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    value: Any = None
    made: bool = False


class Memory(Generic[Value]):
    """Key -> value, made once however many threads ask; what was not used longest goes first.

    Parameters
    ----------
    size : how many values are kept, at least 1.
    """

    def __init__(self, size: int):
        if size < 1:
            raise ValueError(f"size must be at least 1; got {size}")
        self.size = size
        self._lock = threading.Lock()
        self._places: OrderedDict[Hashable, _Place] = OrderedDict()

    def recall(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of a key, made now if it is not there; what ``make`` raises is not kept."""
        place = self._place(key)
        with place.lock:
            if not place.made:
                place.value, place.made = make(), True
                self._last(key, place)
            return cast(Value, place.value)

    def keep(self, key: Hashable, value: Value) -> None:
        """Put a value in that was made elsewhere."""
        self.recall(key, lambda: value)

    def __contains__(self, key: Hashable) -> bool:
        with self._lock:
            place = self._places.get(key)
        return place is not None and place.made

    def __len__(self) -> int:
        return len(self._places)

    def _place(self, key: Hashable) -> _Place:
        with self._lock:
            place = self._places.get(key, _Place())
        return self._last(key, place)

    def _last(self, key: Hashable, place: _Place) -> _Place:
        """Make a key the last to go; the place of another thread wins."""
        with self._lock:
            place = self._places.setdefault(key, place)
            self._places.move_to_end(key)
            while len(self._places) > self.size:
                self._places.popitem(last=False)
            return place
