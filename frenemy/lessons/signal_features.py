"""The lecture's table of signal features: as it should be, and as printed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from frenemy.figures import (
    Axis,
    Bars,
    Figure,
    Line,
    Mark,
    Panel,
    Points,
    VerticalLine,
    series,
    table,
)
from frenemy.lessons._claims import Claim, holds, holds_in_part
from frenemy.lessons._files import own_series
from frenemy.lessons._lesson import Compared, Lesson, knob
from frenemy.lessons._threads import on_one_thread

if TYPE_CHECKING:
    from rnn.signal_features import SignalFeatures

STORY = r"""
**The slide.** Before recurrent nets read raw signals, one computed features of windows: in time, in
frequency, in both. The slide lists ten with formulas.

**Two of them are misprinted.** Spectral skewness and kurtosis are moments of the *spectrum* seen as
a distribution over frequencies: both $f_i$ must be $f_i - \bar f$ with the centroid $\bar f$,
$\sigma$ is the spread about it, and the weights must be normalised, $p_i = S(f_i)/\sum S$. As
printed, the numerator of the skewness is $f_i - f_i = 0$; and without the normalisation a louder
signal has a larger "kurtosis". *Spectral power* with $f^3$ is no power: $\sum S\,\Delta f$ is, and
equals the mean square. *Wavelet energy* does not say which transform: with an orthogonal one that
wraps round, Parseval's equation makes it the mean square, band by band.

**What theory says.** A sine has kurtosis $3/2$ and RMS $1/\sqrt2$. Two equal tones have a spectral
kurtosis of exactly 1. White noise has kurtosis 3, and spectral kurtosis $9/5$, that of a uniform
distribution. A pure tone has no spread: its spectral skewness does not exist, and a program that
answers $10^{14}$ divides one rounding error by another.
"""
RATE = 1000.0
LENGTH = 1000
SIGNALS = ("sine", "two tones", "white noise", "square wave", "chirp", "ECG",
           "sea-surface temperature", "constant", "your own")  # fmt: skip
EXACT = {
    "sine": {"RMS": np.sqrt(0.5), "variance": 0.5, "kurtosis": 1.5, "spectral power": 0.5},
    "two tones": {"RMS": 1.0, "spectral kurtosis": 1.0, "spectral skewness": 0.0},
    "white noise": {"kurtosis": 3.0, "spectral kurtosis": 1.8, "skewness": 0.0},
    "square wave": {"RMS": 1.0, "kurtosis": 1.0, "peak to peak": 2.0},
}
"""Closed forms: signal -> feature -> value."""


@dataclass(frozen=True)
class Knobs:
    """What can be turned."""

    signal: str = knob(
        "two tones", label="signal", choices=SIGNALS, help="made from formulas, or recorded"
    )
    frequency: float = knob(50.0, label="frequency, Hz", low=1.0, high=400.0, step=1.0)
    second: float = knob(150.0, label="second frequency, Hz", low=1.0, high=400.0, step=1.0,
                         help="of two tones, and where a chirp ends")  # fmt: skip
    amplitude: float = knob(
        2.0, label="amplitude", low=0.01, high=100.0, log=True, help="of the signal"
    )
    noise: float = knob(0.0, label="added noise", low=0.0, high=5.0, step=0.05)
    wavelet: str = knob(
        "db4", label="wavelet", choices=("haar", "db2", "db4", "sym8", "coif2"), help="orthogonal"
    )
    file: str = knob("", kind="file", label="your own CSV", help="path of a file on the machine "
                     "that runs this; its first column of numbers is read")  # fmt: skip
    window: int = knob(256, label="window, samples", low=16, high=2048, help="of ECG and your own")
    seed: int = knob(0, label="seed", low=0, high=10_000, help="of the noise")


@dataclass(frozen=True, eq=False)
class Result:
    """A signal in windows, and its features.

    Attributes
    ----------
    signals : ``(n, N)``; rate : samples per second.
    features : of every window.
    """

    knobs: Knobs
    signals: np.ndarray
    rate: float
    features: SignalFeatures


@on_one_thread
def run(knobs: Knobs) -> Result:
    """Make or read the signal, and compute every feature of every window.

    Raises
    ------
    ValueError
        If the file cannot be read, or holds fewer samples than a window.
    """
    from rnn.signal_features import signal_features

    signals, rate = _signal(knobs)
    rng = np.random.default_rng(knobs.seed + 1)
    noisy = signals + knobs.noise * rng.normal(size=signals.shape)
    return Result(knobs, noisy, rate, signal_features(noisy, rate, wavelet=knobs.wavelet))


def _signal(knobs: Knobs) -> tuple[np.ndarray, float]:
    from rnn.signal_features import windows

    if knobs.signal in ("ECG", "sea-surface temperature", "your own"):
        values, rate = _recorded(knobs)
        return knobs.amplitude * windows(values, min(knobs.window, len(values))), rate
    t = np.arange(LENGTH) / RATE
    first = np.sin(2 * np.pi * knobs.frequency * t)
    made = {
        "sine": first,
        "two tones": first + np.sin(2 * np.pi * knobs.second * t),
        "white noise": np.random.default_rng(knobs.seed).normal(size=LENGTH),
        "square wave": np.where(np.floor(2 * knobs.frequency * t + 1e-9) % 2 == 0, 1.0, -1.0),
        "chirp": np.sin(
            2 * np.pi * (knobs.frequency * t + (knobs.second - knobs.frequency) * t**2 / 2)
        ),
        "constant": np.ones(LENGTH),
    }
    return knobs.amplitude * made[knobs.signal][None], RATE


def _recorded(knobs: Knobs) -> tuple[np.ndarray, float]:
    from rnn.tasks.series import series as recorded

    if knobs.signal == "your own":
        return own_series(knobs.file), 1.0
    return (recorded("ecg"), 360.0) if knobs.signal == "ECG" else (recorded("nino"), 4.0)


def facts(result: Result) -> dict[str, Any]:
    """Every feature, beside its closed form where there is one; reasons where there is none."""
    knobs = result.knobs
    exact = EXACT.get(knobs.signal, {}) if not knobs.noise else {}
    means = result.features.table.mean(skipna=True)
    stated: dict[str, Any] = {}
    square = float((result.signals**2).mean())
    stated["spectral power (predicted: mean square)"] = Compared(
        square, float(means["spectral power"])
    )
    if np.isfinite(means["wavelet energy"]):
        stated["wavelet energy (predicted: mean square)"] = Compared(
            square, float(means["wavelet energy"])
        )
    for name in result.features.table.columns:
        if name in ("spectral power", "wavelet energy"):
            continue
        why = next((reason for reason in result.features.reasons[name] if reason), "")
        if np.isnan(means[name]):
            stated[name] = f"does not exist: {why}"
        elif name in exact:
            stated[name] = Compared(float(exact[name]) * _unit(name, knobs), float(means[name]))
        else:
            stated[name] = _short(means[name])
    stated["windows"] = f"{len(result.signals)} of {result.signals.shape[1]} samples"
    return stated


def _unit(name: str, knobs: Knobs) -> float:
    """How a feature grows with the amplitude."""
    if name in ("RMS", "peak to peak"):
        return knobs.amplitude
    return knobs.amplitude**2 if name in ("variance", "spectral power") else 1.0


def signal(result: Result) -> Figure:
    """The first window, and its spectrum as a distribution with centroid and spread."""
    from scipy.signal import periodogram

    z, rate = result.signals[0], result.rate
    t = np.arange(len(z)) / rate
    frequencies, S = periodogram(z, fs=rate, detrend=False)
    row = result.features.table.iloc[0]
    shown = min(len(z), 400)
    unit = "s" if rate != 1.0 else "samples"
    time = Panel([Line(t[:shown], z[:shown], **series(0))], x=Axis(f"time, {unit}"), y=Axis("$z$"))
    marks: list[Mark] = [Line(frequencies, S, width=1.4, **series(1))]
    if np.isfinite(row["spectral centroid"]):
        centre, spread = float(row["spectral centroid"]), float(row["spectral spread"])
        marks.append(VerticalLine(centre, color="prediction", dash="dash", label="centroid"))
        for edge in (centre - spread, centre + spread):
            marks.append(VerticalLine(edge, color="muted", dash="dot", label="centroid ± spread"))
    spectrum = Panel(marks, x=Axis("frequency, Hz"), y=Axis("power density $S(f)$"))
    return Figure([time, spectrum], title=f"{result.knobs.signal}: in time and in frequency")


def features(result: Result) -> Figure:
    """The table of the slide: as it should be, as printed, and why something does not exist."""
    from rnn.signal_features import PRINTED

    means = result.features.table.mean(skipna=True)
    rows = [
        name
        for name in means.index
        if (
            PRINTED not in name
            and not name.startswith(("wavelet energy,", "spectral c", "spectral sp"))
        )
        or name == "spectral power"
    ]
    texts, tints = [], []
    exact = EXACT.get(result.knobs.signal, {}) if not result.knobs.noise else {}
    for name in rows:
        printed = means.get(f"{name}, {PRINTED}")
        theory = exact.get(name)
        texts.append(
            [
                "does not exist" if np.isnan(means[name]) else _short(means[name]),
                "the same" if printed is None or np.isnan(printed) else _short(printed),
                "–" if theory is None else f"{theory * _unit(name, result.knobs):.5g}",
            ]
        )
        differs = printed is not None and not np.isnan(printed)
        tints.append([0.0, -0.8 if differs else 0.0, 0.8 if theory is not None else 0.0])
    return table(
        rows, ["as it should be", PRINTED, "closed form"], texts, tints,
        title=f"The slide's features of: {result.knobs.signal}",
    )  # fmt: skip


def _short(value: float) -> str:
    """Five digits; what is rounding beside 1 is 0."""
    return f"{value:.5g}" if abs(value) > 1e-12 else "0"


def bands(result: Result) -> Figure:
    """The energy in each wavelet band."""
    means = result.features.table.mean(skipna=True)
    names = [name for name in means.index if name.startswith("wavelet energy,")]
    if not names:
        from frenemy.lessons._rules import nothing

        return nothing(result.features.reasons["wavelet energy"][0])
    heights = means[names].to_numpy()
    labels = [name.removeprefix("wavelet energy, ") for name in names]
    panel = Panel(
        [Bars(np.arange(len(names), dtype=float), heights)],
        x=Axis.of_categories([label.replace("approximation", "rest") for label in labels], "band"),
        y=Axis("energy per sample"),
    )
    return Figure(
        [panel], title=f"Wavelet energy, {result.knobs.wavelet}: the bands sum to the mean square"
    )


def over_windows(result: Result) -> Figure:
    """How the features move from window to window."""
    shown = ("RMS", "kurtosis", "spectral centroid", "spectral kurtosis")
    at = np.arange(1, len(result.signals) + 1, dtype=float)
    panels = []
    for index, name in enumerate(shown):
        values = result.features.table[name].to_numpy()
        panels.append(
            Panel(
                [
                    Line(at, values, width=1.4, **series(index)),
                    Points(at, values, color=series(index)["color"], size=0.6),
                ],
                x=Axis("window"),
                y=Axis(name),
            )
        )
    return Figure(panels, columns=2, title=f"{result.knobs.signal}: features of each window")


DEFAULT = Knobs()


def _means(result: Result) -> Any:
    return result.features.table.mean(skipna=True)


CLAIMS = (
    Claim(
        "Time, frequency and time-frequency analysis", "spectral skewness has f_i − f_i", DEFAULT,
        lambda result: holds(
            bool(abs(_means(result)["spectral skewness, as printed"]) > 1e-9),
            "a misprint for f_i minus the centroid: as printed it is "
            f"{_means(result)['spectral skewness, as printed']:.2f}, for every signal",
        ),
    ),
    Claim(
        "Time, frequency and time-frequency analysis", "spectral kurtosis has f_i − f", DEFAULT,
        lambda result: holds(
            bool(np.isclose(_means(result)["spectral kurtosis, as printed"],
                            _means(result)["spectral kurtosis"])),
            "of two equal tones it is 1; read as printed it gives "
            f"{_means(result)['spectral kurtosis, as printed']:.3g}",
            Compared(float(_means(result)["spectral kurtosis, as printed"]),
                     float(_means(result)["spectral kurtosis"])),
        ),
    ),
    Claim(
        "Time, frequency and time-frequency analysis", "spectral power is Σ f³ S(f)", DEFAULT,
        lambda result: holds(
            bool(np.isclose(_means(result)["spectral power, as printed"],
                            (result.signals**2).mean())),
            f"the power is {_means(result)['spectral power']:.4g}, the mean square; with f³ it "
            f"would be {_means(result)['spectral power, as printed']:.3g}",
            Compared(float(_means(result)["spectral power, as printed"]),
                     float(_means(result)["spectral power"])),
        ),
    ),
    Claim(
        "Time, frequency and time-frequency analysis", "wavelet energy is Σ wt² / N", DEFAULT,
        lambda result: holds_in_part(
            bool(np.isclose(_means(result)["wavelet energy"], (result.signals**2).mean())),
            "of an orthogonal wavelet's coefficients, yes: it is the mean square, "
            f"{_means(result)['wavelet energy']:.4g}; the slide does not say which transform",
        ),
    ),
)  # fmt: skip
LESSON = Lesson(
    name="signal-features",
    title="Features of signals, as printed and as they should be",
    story=STORY,
    knobs=Knobs,
    run=run,
    facts=facts,
    claims=CLAIMS,
    figures={"features": features, "signal": signal, "bands": bands, "windows": over_windows},
    presets={
        "two tones": DEFAULT,
        "a pure tone": replace(DEFAULT, signal="sine"),
        "white noise": replace(DEFAULT, signal="white noise"),
        "a chirp": replace(DEFAULT, signal="chirp", frequency=20.0, second=300.0),
        "heart beats": replace(DEFAULT, signal="ECG", window=128),
        "a constant": replace(DEFAULT, signal="constant"),
    },
    references=("barandas2020",),
    slides=("Discrete/continuous labels", "Time, frequency and time-frequency analysis"),
)
