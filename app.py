"""The browser's door: ``streamlit run app.py``. What the pages hold is in ``frenemy.dashboard``."""

import streamlit as st

from frenemy.dashboard.imports import ready

pages = ready()
st.set_page_config(page_title="Frenemy", page_icon=pages.ICON, layout="wide")
pages.settle()
st.navigation(pages.all_pages(), position="top").run()
