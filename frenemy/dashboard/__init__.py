"""The browser's side: controls and pages, generated from the lessons."""
