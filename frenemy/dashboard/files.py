"""What the server holds besides Streamlit's own files.

Plotly's script, which draws the charts, and the small pictures: Streamlit's own way would turn each
into a JPEG anew whenever a page is drawn.
"""

from __future__ import annotations

import gzip
from functools import cache
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import streamlit as st

from frenemy.figures.screen_script import script, version
from frenemy.gallery.thumbnails import FOLDER
from frenemy.lessons import NAMES

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

PICTURES = "pictures"
_PAGES = {*NAMES, "gallery"}
_KEEP = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
"""A browser need never ask again: another script has another name."""


def code(*names: str) -> str:
    """The text of files in this folder or below it, which are parts of one script."""
    here = resources.files(__package__)
    return "\n".join(here.joinpath(name).read_text(encoding="utf-8") for name in names)


def script_address() -> str:
    """The address of Plotly's script, for whoever looks at this page."""
    return f"{_site()}/{_script_name()}"


def picture_address(path: Path) -> str | Path:
    """The address of a small picture, for whoever looks at this page; a path without a browser."""
    if not _site():
        return path
    return f"{_site()}/{PICTURES}/{path.relative_to(FOLDER).as_posix()}"


def _site() -> str:
    """What all addresses of this site begin with, as the browser sees it; nothing without one.

    A proxy may have put the site below a path that the server never hears of, so the address of
    the page that is shown has to tell it.
    """
    page = urlsplit(st.context.url or "")
    if not page.netloc:
        return ""
    path = page.path.rstrip("/")
    above, _, last = path.rpartition("/")
    return f"{page.scheme}://{page.netloc}{above if last in _PAGES else path}"


def routes() -> list[BaseRoute]:
    """What the server answers besides Streamlit's own pages."""
    from starlette.routing import Mount, Route
    from starlette.staticfiles import StaticFiles

    pictures = StaticFiles(directory=FOLDER, check_dir=False)  # they may not have been drawn yet
    return [
        Route(f"{_base()}/{_script_name()}", _script),
        Mount(f"{_base()}/{PICTURES}", pictures),
    ]


class Ahead:
    """Tells a browser that asks for a page that it will want the script: at once for a lesson.

    Parameters
    ----------
    app : the server that answers.
    """

    def __init__(self, app: ASGIApp):
        self._app = app
        self._soon = {f"{_base()}/{name}" for name in NAMES}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the server does, with one more header."""
        path = scope.get("path", "")
        if scope["type"] != "http" or path not in self._soon | {f"{_base()}/"}:
            await self._app(scope, receive, send)
            return
        when = "preload" if path in self._soon else "prefetch"
        hint = f"<{_script_name()}>; rel={when}; as=script"

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"link", hint.encode())]
            await send(message)

        await self._app(scope, receive, tell)


def _base() -> str:
    """What the paths of this server begin with, as whoever started it has set."""
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return f"/{base}" if base else ""


@cache
def _script_name() -> str:
    """The name of the script, which another script would not have."""
    return f"plotly-{version()}-{sha256(_content(packs=False)).hexdigest()[:8]}.js"


def _script(request: Request) -> Response:
    from starlette.responses import Response

    packs = "gzip" in request.headers.get("Accept-Encoding", "")
    coded = {"Content-Encoding": "gzip"} if packs else {}
    return Response(_content(packs), media_type="text/javascript", headers=_KEEP | coded)


@cache
def _content(packs: bool) -> bytes:
    """The script; packed once, not for every browser."""
    text = script()
    return gzip.compress(text, 6) if packs else text
