"""The table of features against closed forms, SciPy and TSFEL, and at its edges."""

import warnings

import numpy as np
import pytest

from rnn.series import series
from rnn.signal_features import signal_features, spectral_moments, windows

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import tsfel

TIME = np.arange(1000) / 1000


def of(z, **settings):
    found = signal_features(z, 1000.0, **settings)
    return found.table.iloc[0], found.reasons.iloc[0]


def test_a_sine_has_known_features():
    values, why = of(np.sin(2 * np.pi * 50 * TIME))
    assert values["RMS"] == pytest.approx(np.sqrt(0.5))
    assert values["variance"] == pytest.approx(0.5)
    assert values["kurtosis"] == pytest.approx(1.5)
    assert values["skewness"] == pytest.approx(0, abs=1e-12)
    assert values["spectral centroid"] == pytest.approx(50)
    assert values["spectral power"] == pytest.approx(0.5)
    assert values["wavelet energy"] == pytest.approx(0.5)
    for name in ("spectral skewness", "spectral kurtosis", "spectral skewness, as printed"):
        assert np.isnan(values[name]) and "single frequency" in why[name]


def test_two_tones_have_known_moments():
    values, why = of(np.sin(2 * np.pi * 50 * TIME) + np.sin(2 * np.pi * 150 * TIME))
    assert values["spectral centroid"] == pytest.approx(100)
    assert values["spectral spread"] == pytest.approx(50)
    assert values["spectral skewness"] == pytest.approx(0, abs=1e-10)
    assert values["spectral kurtosis"] == pytest.approx(1)
    # the slide forgets to divide by the sum of S, which is the power over the gap of 1 Hz
    assert values["spectral kurtosis, as printed"] == pytest.approx(1.0)
    assert values["spectral skewness, as printed"] == 0
    assert values["spectral power, as printed"] == pytest.approx(0.5 * 50**3 + 0.5 * 150**3)
    assert (why == "").all()


def test_white_noise_has_a_flat_spectrum():
    noise = np.random.default_rng(0).normal(size=(50, 4096))
    found = signal_features(noise, 1.0).table.mean()
    assert found["spectral kurtosis"] == pytest.approx(1.8, abs=0.02)
    assert found["kurtosis"] == pytest.approx(3, abs=0.05)
    assert found["wavelet energy"] == pytest.approx((noise**2).mean(), rel=1e-12)
    bands = [name for name in found.index if name.startswith("wavelet energy,")]
    assert len(bands) == 6 and found[bands].sum() == pytest.approx(found["wavelet energy"])


@pytest.mark.parametrize("length", [256, 255])
def test_tsfel_agrees(length):
    rng = np.random.default_rng(length)
    z = np.cumsum(rng.normal(size=(4, length)), axis=1)
    table = signal_features(z, 100.0).table
    for row, one in enumerate(z):
        values = table.iloc[row]
        assert values["RMS"] == pytest.approx(tsfel.rms(one))
        assert values["variance"] == pytest.approx(tsfel.calc_var(one))
        assert values["maximum"] == pytest.approx(tsfel.calc_max(one))
        assert values["peak to peak"] == pytest.approx(tsfel.pk_pk_distance(one))
        assert values["skewness"] == pytest.approx(tsfel.skewness(one))
        assert values["kurtosis"] == pytest.approx(tsfel.kurtosis(one) + 3)  # theirs is the excess
        # theirs weigh by the amplitude; the same moments of the same weights are the same
        frequencies, amplitudes = tsfel.calc_fft(one, 100.0)
        moments = spectral_moments(frequencies, amplitudes[None])
        assert moments.centroid[0] == pytest.approx(tsfel.spectral_centroid(one, 100.0))
        assert moments.spread[0] == pytest.approx(tsfel.spectral_spread(one, 100.0))
        assert moments.skewness[0] == pytest.approx(tsfel.spectral_skewness(one, 100.0))
        assert moments.kurtosis[0] == pytest.approx(tsfel.spectral_kurtosis(one, 100.0))


def test_many_signals_are_as_one_after_the_other():
    ecg = windows(series("ecg"), 128)
    together = signal_features(ecg, 360.0).table
    for row, one in enumerate(ecg):
        assert together.iloc[row].to_numpy() == pytest.approx(
            signal_features(one, 360.0).table.iloc[0].to_numpy(), rel=1e-9
        )


@pytest.mark.parametrize("length", [1, 2, 7, 64, 1001])
@pytest.mark.parametrize("kind", ["zeros", "constant", "nan", "noise", "huge"])
def test_edges_are_quiet_and_explained(kind, length):
    z = {
        "zeros": np.zeros(length), "constant": np.full(length, 3.7),
        "nan": np.r_[np.nan, np.ones(length - 1)], "huge": np.full(length, 1e100),
        "noise": np.random.default_rng(0).normal(size=length),
    }[kind]  # fmt: skip
    values, why = of(z)
    assert ((why != "") == values.isna()).all()
    if kind == "nan":
        assert values.isna().all() and why.str.contains("not finite").all()
    elif kind in ("zeros", "constant", "huge") or length == 1:
        assert values["variance"] == pytest.approx(0, abs=1e-12 * np.abs(z).max() ** 2)
        assert "constant" in why["kurtosis"]
        assert why["spectral kurtosis"] != ""
    if kind == "noise" and length == 1001:
        assert "odd" in why["wavelet energy"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((np.zeros((0, 3)),), "at least|must be"),
        ((np.ones(8), 0.0), "above 0"),
        ((np.ones(8), 1.0, "bior2.2"), "orthogonal"),
        ((np.ones(8), 1.0, "daubechies"), "orthogonal"),
    ],
)
def test_misuse_is_said(arguments, says):
    z, rate, wavelet = (*arguments, 1.0, "db4")[:3] if len(arguments) < 3 else arguments
    if len(arguments) == 2:
        wavelet = "db4"
    with pytest.raises(ValueError, match=says):
        signal_features(z, rate, wavelet=wavelet)
    with pytest.raises(ValueError, match="length"):
        windows(np.ones(4), 5)
