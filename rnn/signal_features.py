"""The lecture's table of signal features, over many signals at once; no torch here.

Every row of the table as it should be and, where the slide prints something else, as printed.
A feature that a signal does not have is NaN, with the reason beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import signal, stats

PRINTED = "as printed"
LEVELS = 5
"""Wavelet bands at most; fewer where a signal is short or its length has few factors of two."""
FLAT = 1e-12
"""A signal whose range is below this share of its size is constant but for rounding."""
PURE = 1e-5
"""A spectrum narrower than this share of the distance of two frequencies is a single tone."""


@dataclass(frozen=True, eq=False)
class SignalFeatures:
    """Features of n signals.

    Attributes
    ----------
    table : a row for each signal, a column for each feature.
    reasons : why an entry of the table is NaN; empty text where it is a number.
    """

    table: pd.DataFrame
    reasons: pd.DataFrame


def signal_features(
    signals: np.ndarray, sampling_rate: float = 1.0, *, wavelet: str = "db4"
) -> SignalFeatures:
    """The table of features.

    Parameters
    ----------
    signals : shape ``(n, N)``, or ``(N,)`` for one signal.
    sampling_rate : samples per second; frequencies are in hertz then.
    wavelet : an orthogonal wavelet by its name in PyWavelets.

    Raises
    ------
    ValueError
        If there are no samples, or the rate or the wavelet cannot be used.
    """
    z = np.atleast_2d(np.asarray(signals, dtype=float))
    if z.ndim != 2 or 0 in z.shape:
        raise ValueError(f"signals of shape {np.shape(signals)} must be (n, N) with N >= 1 samples")
    if not (np.isfinite(sampling_rate) and sampling_rate > 0):
        raise ValueError(
            f"sampling_rate = {sampling_rate!r} must be above 0, in samples per second"
        )
    broken = ~np.isfinite(z).all(axis=1)
    sound = np.where(broken[:, None], 0.0, z)
    columns = {
        **_of_time(sound),
        **_of_frequency(sound, sampling_rate),
        **_of_wavelets(sound, wavelet),
    }
    table, reasons = {}, {}
    for name, (values, why) in columns.items():
        why = np.where(broken, "holds a value that is not finite", why)
        table[name] = np.where(why == "", values, np.nan)
        reasons[name] = why
    return SignalFeatures(pd.DataFrame(table), pd.DataFrame(reasons))


def windows(values: np.ndarray, length: int, step: int | None = None) -> np.ndarray:
    """A long series as windows ``(n, length)``, one behind the other unless ``step`` is given."""
    if not 1 <= length <= len(values):
        raise ValueError(f"length = {length!r} must be from 1 to {len(values)}, the series' length")
    every = np.lib.stride_tricks.sliding_window_view(np.asarray(values, dtype=float), length)
    return every[:: step or length]


class SpectralMoments(NamedTuple):
    """Of a distribution over frequencies: centre, spread, skewness and kurtosis, each ``(n,)``."""

    centroid: np.ndarray
    spread: np.ndarray
    skewness: np.ndarray
    kurtosis: np.ndarray


def spectral_moments(frequencies: np.ndarray, weights: np.ndarray) -> SpectralMoments:
    """Moments with :math:`p_i = S_i/\\sum S`; NaN where there is no power, or no spread.

    Parameters
    ----------
    frequencies : ``(k,)``.
    weights : :math:`S(f_i)`, ``(n, k)``.
    """
    total = weights.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = weights / total
        centroid = p @ frequencies
        away = frequencies - centroid[:, None]
        spread = np.sqrt((p * away**2).sum(axis=1))
        unit = away / spread[:, None]
        return SpectralMoments(
            centroid, spread, (p * unit**3).sum(axis=1), (p * unit**4).sum(axis=1)
        )


Column = tuple[np.ndarray, np.ndarray]
"""Values and, where there is none, the reason; both ``(n,)``."""


def _of_time(z: np.ndarray) -> dict[str, Column]:
    fine = np.full(len(z), "", dtype=object)
    size = np.abs(z).max(axis=1)
    flat = np.where(np.ptp(z, axis=1) <= FLAT * size, "a constant signal has no shape", fine)
    bent = z.copy()
    bent[flat != ""] = np.arange(z.shape[1])  # a stand-in: SciPy warns of constant signals
    alone = z.shape[1] == 1
    shape = stats.skew(bent, axis=1) if not alone else np.zeros(len(z))
    peak = stats.kurtosis(bent, axis=1, fisher=False) if not alone else np.zeros(len(z))
    return {
        "RMS": (np.sqrt((z**2).mean(axis=1)), fine),
        "variance": (z.var(axis=1), fine),
        "maximum": (z.max(axis=1), fine),
        "skewness": (shape, flat),
        "kurtosis": (peak, flat),
        "peak to peak": (np.ptp(z, axis=1), fine),
    }


def _of_frequency(z: np.ndarray, rate: float) -> dict[str, Column]:
    """By the periodogram, one-sided, of the signal as it is (its mean included).

    As printed, the skewness has :math:`f_i - f_i` over :math:`\\sigma`: it is 0 where it exists.
    The kurtosis has :math:`f_i - f` and weights S that do not sum to 1; *f* is read as the centroid
    and :math:`\\sigma` as the spread, since the slide names neither.
    """
    if z.shape[1] == 1:
        frequencies, S = np.zeros(1), z**2 / rate
    else:
        frequencies, S = signal.periodogram(z, fs=rate, detrend=False, axis=1)
    gap = rate / z.shape[1]
    moments = spectral_moments(frequencies, S)
    fine = np.full(len(z), "", dtype=object)
    silent = np.where(S.sum(axis=1) > 0, fine, "a silent signal has no spectrum")
    with np.errstate(invalid="ignore"):
        narrow = ~(moments.spread > PURE * gap)
    single = np.where(narrow & (silent == ""), "a single frequency has no spread", silent)
    total = S.sum(axis=1)
    return {
        "spectral centroid": (moments.centroid, silent),
        "spectral spread": (moments.spread, silent),
        "spectral skewness": (moments.skewness, single),
        f"spectral skewness, {PRINTED}": (np.zeros(len(z)), single),
        "spectral kurtosis": (moments.kurtosis, single),
        f"spectral kurtosis, {PRINTED}": (moments.kurtosis * total, single),
        "spectral power": (total * gap, fine),
        f"spectral power, {PRINTED}": (S @ frequencies**3, fine),
    }


def _of_wavelets(z: np.ndarray, name: str) -> dict[str, Column]:
    """Energies of an orthogonal transform that wraps round: Parseval's equation is exact."""
    import pywt

    if name not in pywt.wavelist(kind="discrete") or not pywt.Wavelet(name).orthogonal:
        raise ValueError(f"wavelet = {name!r} is no orthogonal wavelet of PyWavelets; try 'db4'")
    length = z.shape[1]
    twos = (length & -length).bit_length() - 1
    levels = min(pywt.dwt_max_level(length, pywt.Wavelet(name).dec_len), twos, LEVELS)
    if levels < 1:
        why = "odd" if length % 2 else f"too short for {name}"
        none = np.full(
            len(z), f"a length of {length} is {why}: no orthogonal transform", dtype=object
        )
        return {"wavelet energy": (np.zeros(len(z)), none)}
    bands = pywt.wavedec(z, name, mode="periodization", level=levels, axis=1)
    energies = [(band**2).sum(axis=1) / length for band in bands]
    labels = [f"approximation {levels}", *(f"detail {level}" for level in range(levels, 0, -1))]
    fine = np.full(len(z), "", dtype=object)
    found: dict[str, Column] = {"wavelet energy": (np.sum(energies, axis=0), fine)}
    return found | {
        f"wavelet energy, {label}": (energy, fine)
        for label, energy in zip(labels, energies, strict=True)
    }
