"""Start Streamlit on the dashboard, wherever it is installed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import frenemy
from frenemy.dashboard.imports import ready

OPTIONS = {
    "--server.address": "127.0.0.1",
    "--server.showEmailPrompt": "false",
    "--browser.gatherUsageStats": "false",
    "--runner.postScriptGC": "false",
    "--server.fileWatcherType": "none",
    "--client.toolbarMode": "viewer",
    "--client.showErrorDetails": "none",
    "--theme.light.primaryColor": "#0072B2",
    "--theme.dark.primaryColor": "#56B4E9",
    "--theme.dark.backgroundColor": "#12161C",
    "--theme.dark.secondaryBackgroundColor": "#1D232C",
}
"""Streamlit reads its settings from the working directory, so they are passed here. It collects all
garbage after every rerun unless told not to, and nothing else runs meanwhile; nor need it watch the
files of an installed package. The reader's menu offers light and dark; what no page foresaw is told
in full to whoever runs the server, not on the page."""


def launch(options: Sequence[str] = ()) -> None:
    """Serve the dashboard until stopped.

    Parameters
    ----------
    options : of ``streamlit run``; they override ``OPTIONS``.

    Raises
    ------
    FileNotFoundError
        If the package was installed without its page.
    """
    from streamlit.web.cli import main as streamlit

    page = Path(str(frenemy.__file__)).resolve().parent.parent / "app.py"
    if not page.is_file():
        raise FileNotFoundError(f"the dashboard's page {page} is missing; install frenemy again")
    ready()  # the first page need not wait for it
    arguments = ["run", str(page), *_merged(options)]
    streamlit(arguments, prog_name="frenemy app", standalone_mode=False)


def _merged(options: Sequence[str]) -> list[str]:
    """The given options after those of ours that they do not set."""
    given = {option.partition("=")[0] for option in options}
    ours = [part for pair in OPTIONS.items() if pair[0] not in given for part in pair]
    return [*ours, *options]
