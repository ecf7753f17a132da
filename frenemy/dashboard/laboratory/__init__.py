"""The live laboratory: a page that watches one or two GANs train, and sends them back in time.

``trainer``
    A thread of a session: it trains, obeys, and keeps the latest view; it never touches the page.
``view``
    What the stage draws of a moment, as a few kilobytes.
``stage``
    The canvas in the browser (``stage.js``), and the brush with which data are drawn.
``panel``
    Buttons, stage, slider, numbers, put together for the page of the lesson.
"""
