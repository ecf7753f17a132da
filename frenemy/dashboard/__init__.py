"""The browser's side: a page per lesson, generated from the lesson.

Nothing here knows a lesson, but for the screens that ``live`` lists.

``launch``, ``imports``, ``files``, ``script``, ``pages``
    Streamlit with its settings; what must be imported whole; what the server holds for ``app.py``
    besides Streamlit's own files; what every session runs; the pages.
``start_page``, ``search``, ``gallery_page``
    Ways to the lessons.
``lesson_page``, ``lecture``, ``beside``
    What stands on the page of a lesson, from top to bottom; one figure as large as the screen; a
    picture that stays while others change.
``controls``, ``positions``, ``values``
    Knobs as sliders, switches and fields; the places of a slider; the one place where a session
    keeps what is set; the address that restores it.
``work``, ``memory``, ``worker``, ``long_run``
    Results, facts and pictures, each made once for all sessions; long runs in the background.
``turns``
    The fair queue of all that trains.
``live``, ``laboratory``
    Which lessons have a live screen above their figures; the one of the GANs.
``picture``, ``charts``, ``plot``, ``downloads``, ``table``, ``theme``,
``words``, ``messages``
    Pictures on the page, what Plotly draws and where, files, their data, light and dark, text as
    Markdown, and what is wrong.
"""
