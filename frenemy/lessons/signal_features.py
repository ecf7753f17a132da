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
from frenemy.lessons._claims import Claim, Finding, holds, holds_in_part
from frenemy.lessons._files import own_series
from frenemy.lessons._lesson import Compared, Lesson, knob

if TYPE_CHECKING:
    from rnn.signal_features import SignalFeatures

STORY = r"""
**The slide.** A sequence comes with *discrete* labels (a class, or a tag at every step) or with
*continuous* ones (a temperature, the next value); the loss is cross entropy for the first and a
squared error for the second, and the net is the same. Signals are long, so one computes features of
windows first: a window of 1,000 samples becomes ten numbers, in time, in frequency, in both. The
slide lists the ten with formulas.

**Two of them are misprinted.** Spectral skewness and kurtosis are moments of the *spectrum* seen as
a distribution over frequencies: both $f_i$ must be $f_i - \bar f$ with the centroid $\bar f$,
$\sigma$ is the spread about it, and the weights must be normalised, $p_i = S(f_i)/\sum S$. As
printed, the numerator of the skewness is $f_i - f_i = 0$, for every signal; and without the
normalisation a louder signal has a larger "kurtosis". *Spectral power* with $f^3$ is no power:
$\sum S\,\Delta f$ is, and equals the mean square. *Wavelet energy* does not say which transform:
with an orthogonal one that wraps round, Parseval's equation makes it the mean square, band by band.

**Time and frequency together.** A spectrum of the whole signal does not say *when*. Features of
short windows, one after the other, do: the picture of windows follows a chirp whose frequency
climbs, while nothing moves for two steady tones. Wavelet bands are the other way: short windows for
high frequencies, long ones for low.

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
SHORT, HOP = 100, 50
"""Samples of the short windows that one long window is cut into, and between their starts."""


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
    from rnn.series import series as recorded

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
    """How the features move from window to window; one long window is cut into short ones."""
    shown = ("RMS", "kurtosis", "spectral centroid", "spectral kurtosis")
    at, table, label = _windowed(result)
    panels = []
    for index, name in enumerate(shown):
        values = table[name].to_numpy()
        marks: list[Mark] = [
            Line(at, values, width=1.4, **series(index)),
            Points(at, values, color=series(index)["color"], size=0.6),
        ]
        if name == "spectral centroid" and result.knobs.signal == "chirp":
            marks.append(_climbing(result.knobs))
        panels.append(Panel(marks, x=Axis(label), y=Axis(name, range=_wide(values))))
    return Figure(panels, columns=2, title=f"{result.knobs.signal}: features of each window")


def _windowed(result: Result) -> tuple[np.ndarray, Any, str]:
    """Where windows stand, their features, and what the places are called."""
    from rnn.signal_features import signal_features, windows

    if len(result.signals) > 1 or result.signals.shape[1] < 2 * SHORT:
        at = np.arange(1, len(result.signals) + 1, dtype=float)
        return at, result.features.table, "window"
    cut = windows(result.signals[0], SHORT, HOP)
    middles = (np.arange(len(cut)) * HOP + SHORT / 2) / result.rate
    found = signal_features(cut, result.rate, wavelet=result.knobs.wavelet)
    unit = "s" if result.rate != 1.0 else "samples"
    return middles, found.table, f"middle of the window, {unit}"


def _climbing(knobs: Knobs) -> Line:
    """The frequency of a chirp at every time."""
    t = np.array([0.0, LENGTH / RATE])
    f = knobs.frequency + (knobs.second - knobs.frequency) * t
    return Line(t, f, color="prediction", dash="dash", label="frequency of the chirp")


def _wide(values: np.ndarray) -> tuple[float, float] | None:
    """A range about values that hardly differ, so that rounding is not drawn as if it moved."""
    known = values[np.isfinite(values)]
    if not known.size or np.ptp(known) > 0.02 * np.abs(known).max():
        return None
    middle = float(known.mean())
    half = 0.5 * abs(middle) or 1.0
    return middle - half, middle + half


DEFAULT = Knobs()


SLIDE = "Time, frequency and time-frequency analysis"
SKEWED = replace(DEFAULT, signal="square wave")
"""A signal whose spectrum leans: its skewness is not 0."""


def _mean(result: Result, name: str) -> float:
    return float(result.features.table.mean(skipna=True)[name])


def _pair(result: Result, name: str) -> Compared:
    """A feature as printed and as it should be."""
    return Compared(_mean(result, f"{name}, as printed"), _mean(result, name))


def _agree(pair: Compared) -> bool:
    return pair.relative_difference < 1e-9


def _in_time(z: np.ndarray) -> dict[str, np.ndarray]:
    """The slide's six formulas of the time domain, word for word, of windows ``(n, N)``."""
    n, mean = z.shape[1], z.mean(axis=1, keepdims=True)
    unit = (z - mean) / np.sqrt(((z - mean) ** 2).sum(axis=1, keepdims=True) / n)
    return {
        "RMS": np.sqrt((z**2).sum(axis=1) / n),
        "variance": ((z - mean) ** 2).sum(axis=1) / n,
        "maximum": z.max(axis=1),
        "skewness": (unit**3).mean(axis=1),
        "kurtosis": (unit**4).mean(axis=1),
        "peak to peak": z.max(axis=1) - z.min(axis=1),
    }


def _literally(result: Result) -> Finding:
    by_hand, table = _in_time(result.signals), result.features.table
    apart = max(
        float(np.abs(values / table[name].to_numpy() - 1).max()) for name, values in by_hand.items()
    )
    return holds(
        apart < 1e-9,
        f"the {len(by_hand)} formulas, taken literally on {len(result.signals)} windows of an "
        f"{result.knobs.signal}, differ from SciPy's by at most {apart:.0e}: moments without "
        "correction for small samples, kurtosis not reduced by 3",
    )


def _skewness(result: Result) -> Finding:
    pair = _pair(result, "spectral skewness")
    return holds(
        _agree(pair),
        "a misprint for f_i minus the centroid: as printed it is "
        f"{pair.predicted:.3g} for every signal; of this {result.knobs.signal} it is "
        f"{pair.measured:.4g}",
        pair,
    )


def _kurtosis(result: Result) -> Finding:
    pair = _pair(result, "spectral kurtosis")
    louder = run(replace(result.knobs, amplitude=2 * result.knobs.amplitude))
    grown = _pair(louder, "spectral kurtosis")
    assert grown.predicted is not None and pair.predicted is not None
    return holds(
        _agree(pair),
        f"f is the centroid and S must sum to 1: of {result.knobs.signal} it is then "
        f"{pair.measured:.4g}. As printed it is {pair.predicted:.3g}, and "
        f"{grown.predicted / pair.predicted:.3g} times that if the signal is twice as loud",
        pair,
    )


def _power(result: Result) -> Finding:
    pair = _pair(result, "spectral power")
    square = float((result.signals**2).mean())
    return holds(
        bool(np.isclose(pair.predicted or 0.0, square)),
        f"the power is {pair.measured:.4g}, the mean square {square:.4g}; with f³ it would be "
        f"{pair.predicted:.3g}",
        pair,
    )


def _wavelets(result: Result) -> Finding:
    energy, square = _mean(result, "wavelet energy"), float((result.signals**2).mean())
    return holds_in_part(
        bool(np.isclose(energy, square)),
        f"of an orthogonal wavelet's coefficients, yes: it is {energy:.4g}, the mean square "
        f"{square:.4g}; the slide does not say which transform",
    )


CLAIMS = (
    Claim(SLIDE, "six features in time, from RMS to peak to peak",
          replace(DEFAULT, signal="ECG", window=128), _literally),
    Claim(SLIDE, "spectral skewness has f_i − f_i", SKEWED, _skewness),
    Claim(SLIDE, "spectral kurtosis has f_i − f", DEFAULT, _kurtosis),
    Claim(SLIDE, "spectral power is Σ f³ S(f)", DEFAULT, _power),
    Claim(SLIDE, "wavelet energy is Σ wt² / N", DEFAULT, _wavelets),
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
