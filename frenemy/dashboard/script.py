"""What every session runs, again after each turn of a knob: the page that is asked for."""

import streamlit as st

from frenemy.dashboard.imports import ready

pages = ready()
st.set_page_config(page_title="Frenemy", page_icon=pages.ICON, layout="wide")
pages.settle()
page = st.navigation(pages.all_pages(), position="top")
pages.dress(page)
page.run()
