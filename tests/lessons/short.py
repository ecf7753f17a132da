"""Knobs that keep long lessons short, for tests of everything that is built from lessons."""

SHORT = {
    "slide-check": {"topic": "Games"},
    "digits": {"iterations": 60, "batch": 8, "beside": "loss=hinge"},
    "language-model": {"steps": 40, "seeds": 1, "hidden": 16},
    "long-memory": {"steps": 30, "seeds": 2, "length": 12},
    "tagging": {"steps": 20, "hidden": 16},
    "sequence-classification": {"steps": 30, "seeds": 1},
    "forecast": {"steps": 30, "seeds": 2},
    "density-or-samples": {"steps": 50, "points": 100},
    "gan-lab": {"steps": 60, "width_g": 8, "width_d": 8},
    "diminished-gradient": {"steps": 40, "seeds": 2, "width": 8},
    "mode-collapse": {"steps": 60, "seeds": 2, "width": 8},
    "non-convergence": {"steps": 60, "units": 3},
}
"""Lessons that take long by default, and the knobs that keep them short."""
