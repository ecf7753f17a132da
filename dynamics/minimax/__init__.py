"""The value of the GAN game: what the best discriminator makes of it.

``densities``
    Gaussian mixtures, uniform and discrete distributions on the line, from text too.
``divergences``
    Kullback-Leibler, Jensen-Shannon, total variation, Wasserstein; the GAN's value and the
    gradients that reach its generator, by quadrature.
``derivation``
    :math:`D^* = p_r/(p_r + p_g)` and :math:`V = 2\\,\\mathrm{JSD} - \\log 4`, by SymPy, step by
    step.
"""

from dynamics.minimax.densities import Density, Discrete, GaussianMixture, Uniform, parse_density
from dynamics.minimax.derivation import Step, derivation
from dynamics.minimax.divergences import (
    gan_value,
    generator_gradients,
    jensen_shannon,
    kullback_leibler,
    optimal_discriminator,
    total_variation,
    wasserstein,
)

__all__ = [
    "Density",
    "Discrete",
    "GaussianMixture",
    "Step",
    "Uniform",
    "derivation",
    "gan_value",
    "generator_gradients",
    "jensen_shannon",
    "kullback_leibler",
    "optimal_discriminator",
    "parse_density",
    "total_variation",
    "wasserstein",
]
