"""The browser's side: a page per lesson, generated from the lesson.

Nothing here knows a lesson, but for the screens that ``live`` lists.

``launch``, ``pages``
    Streamlit with its settings; the pages and the start page, all that ``app.py`` needs.
``lesson_page``
    What stands on the page of a lesson, from top to bottom.
``controls``, ``positions``, ``values``
    Knobs as sliders, switches and fields; the places of a slider; the one place where a session
    keeps what is set; the address that restores it.
``work``, ``memory``, ``worker``, ``long_run``
    Results, facts and pictures, each made once for all sessions; long runs in the background.
``live``, ``laboratory``
    Which lessons have a live screen above their figures; the one of the GANs.
``picture``, ``charts``, ``downloads``, ``table``, ``snippet``, ``words``
    Pictures on the page, files, their data, the Python behind them, and text as Markdown.
"""
