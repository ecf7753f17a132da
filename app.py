"""The browser's door: ``streamlit run app.py``. What the pages hold is in ``frenemy.dashboard``."""

import streamlit as st
from starlette.middleware import Middleware

from frenemy.dashboard.files import Ahead, routes

app = st.App("frenemy/dashboard/script.py", routes=routes(), middleware=[Middleware(Ahead)])
