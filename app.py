"""The browser's door: ``streamlit run app.py``. What the pages hold is in ``frenemy.dashboard``."""

import streamlit as st

from frenemy.dashboard.pages import all_pages, settle

st.set_page_config(page_title="Frenemy", page_icon=":material/swords:", layout="wide")
settle()
st.navigation(all_pages(), position="top").run()
