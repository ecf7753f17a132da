"""What goes to Plotly's script in a browser: the script itself, and drawings as it reads them."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np

_LAZY = b", () => {", b"}));"
_EAGER = b", (() => {", b"})));"
"""How the script's one function begins and ends. Browsers compile a function in parentheses while
they load it; without them only when it is called, and by then everything else waits for it."""


def version() -> str:
    """Of Plotly's package, which brings the script."""
    import plotly

    return str(plotly.__version__)


def script() -> bytes:
    """The script, in a form that a browser has ready sooner."""
    import plotly

    text = (Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_bytes()
    start, end = text.find(_LAZY[0]), text.rfind(_LAZY[1])
    if not (0 < start < 1000 and end > len(text) - 100):
        return text
    inside = text[start + len(_LAZY[0]) : end]
    return text[:start] + _EAGER[0] + inside + _EAGER[1] + text[end + len(_LAZY[1]) :]


def to_json(drawing: dict[str, Any]) -> str:
    """A drawing that may hold numpy's arrays, of :func:`frenemy.figures.screen.specification`."""
    from plotly.io.json import to_json_plotly

    text: str = to_json_plotly(_packed(drawing))
    return text


def _packed(value: Any) -> Any:
    """Arrays of floats as Plotly's typed arrays: smaller than their digits, and sooner read."""
    if isinstance(value, dict):
        return {name: _packed(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_packed(part) for part in value]
    if not isinstance(value, np.ndarray):
        return value
    if value.dtype.kind != "f":
        return value.tolist()
    data = base64.b64encode(value.astype(value.dtype.newbyteorder("<")).tobytes()).decode()
    shape = {"shape": ", ".join(map(str, value.shape))} if value.ndim > 1 else {}
    return {"dtype": f"f{value.dtype.itemsize}", "bdata": data} | shape
