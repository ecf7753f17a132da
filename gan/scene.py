"""What a GAN in the plane looks like at one moment: surface, samples, manifold, pushes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.special import expit
from torch import Tensor

from gan.data import Data
from gan.measures import calibration, optimal_discriminator
from gan.plane_field import PlaneField

CELLS = 36
"""Cells of the surface on a side."""
DRAWN = 300
"""Samples that are shown."""
PUSHED = 48
"""Samples whose pushes are shown."""
LINES = 13
"""Lines of the manifold on a side."""
REACH = 2.0
"""The manifold is that of noise up to so many deviations."""
COUNTED = 2000
"""Samples from which the optimal discriminator is made."""
SIDE = 0.2
"""The longest push is drawn over this part of the window's side."""


@dataclass(frozen=True, eq=False)
class Window:
    """A square part of the plane with its grid, and real samples in it.

    Attributes
    ----------
    x, y : middles of the cells, ``(CELLS,)``.
    real : samples of the data, ``(COUNTED, 2)``.
    noise : of the generator, ``(COUNTED, latent)``.
    """

    x: np.ndarray
    y: np.ndarray
    real: np.ndarray
    noise: Tensor

    @property
    def limits(self) -> tuple[float, float]:
        """Ends of both axes' ranges about the middles, the half width and the centre aside."""
        half = (self.x[1] - self.x[0]) / 2
        return float(self.x[0] - half), float(self.x[-1] + half)


def window_of(data: Data, latent: int, seed: int = 0) -> Window:
    """The square about the origin that holds the data with room about them.

    Raises
    ------
    ValueError
        If the data are not in the plane.
    """
    if data.dimension != 2:
        raise ValueError(f"data of {data.dimension} coordinates cannot be shown in the plane")
    generator = torch.Generator().manual_seed(seed)
    real = data.sample(COUNTED, generator).cpu().double().numpy()
    noise = torch.randn(COUNTED, latent, generator=generator)
    reach = 1.35 * float(np.abs(real).max())
    middles = (np.arange(CELLS) + 0.5) / CELLS * 2 * reach - reach
    return Window(middles, middles, real, noise)


@dataclass(frozen=True, eq=False)
class Scene:
    """One moment in the plane.

    Attributes
    ----------
    window : where it was looked at.
    surface : D's answers on the grid as shares of real, 0 to 1, ``(CELLS, CELLS)``; answers that
        are no logits are squeezed to that range.
    optimal : those of the best discriminator for these samples, the same shape.
    off : mean distance of the two where samples are; NaN if answers are no probabilities.
    samples : fakes, ``(DRAWN, 2)``.
    manifold : where a square grid of noise goes, ``(L, LINES, 2)`` lines of points.
    pushed : the samples that are pushed, ``(PUSHED, 2)``; pushes : loss -> where to, the same.
    """

    window: Window
    surface: np.ndarray
    optimal: np.ndarray
    off: float
    samples: np.ndarray
    manifold: np.ndarray
    pushed: np.ndarray
    pushes: dict[str, np.ndarray]

    @property
    def arrows(self) -> dict[str, np.ndarray]:
        """The pushes at one scale for all losses, as long as they are to be drawn."""
        lengths = [np.linalg.norm(push, axis=1) for push in self.pushes.values()]
        low, high = self.window.limits
        scale = SIDE * (high - low) / (float(np.max(lengths)) or 1.0)
        return {loss: scale * push for loss, push in self.pushes.items()}

    @property
    def mean_push(self) -> dict[str, float]:
        """The mean length of each loss's pushes."""
        return {
            loss: float(np.linalg.norm(push, axis=1).mean()) for loss, push in self.pushes.items()
        }


def scene_of(field: PlaneField, z: Tensor, window: Window, losses: tuple[str, ...] = ()) -> Scene:
    """Look at the first member of a field.

    Parameters
    ----------
    field : with a minibatch, if a loss needs real points. z : parameters ``(d, E)``.
    window : where. losses : whose pushes to show; those of the game's own by default.
    """
    z = z[:, :1]
    across, up = np.meshgrid(window.x, window.y)
    grid = torch.from_numpy(np.stack([across.ravel(), up.ravel()], axis=1)).to(z)
    answers = field.judge_each(z, grid)[0].cpu().double().numpy().reshape(across.shape)
    samples = field.generate(z, window.noise)
    surface = _shares(answers, field)
    fakes = samples[0].cpu().double().numpy()
    optimal, share = optimal_discriminator(window.real, fakes, window.x, window.y)
    chosen = losses or (field.gan.loss,)
    pushed = samples[:, : PUSHED * field.gan.packing]
    return Scene(
        window,
        surface,
        optimal,
        calibration(surface, optimal, share) if field.gan_loss.is_logit else float("nan"),
        fakes[:DRAWN],
        _manifold(field, z),
        pushed[0, :PUSHED].cpu().double().numpy(),
        {name: field.push(z, pushed, name)[0, :PUSHED].cpu().double().numpy() for name in chosen},
    )


def _shares(answers: np.ndarray, field: PlaneField) -> np.ndarray:
    """Answers as shares: probabilities of logits, else about the undecided over their spread."""
    if field.gan_loss.is_logit:
        return np.asarray(expit(answers))
    middle = field.gan_loss.undecided
    away = answers - (float(np.median(answers)) if middle is None else middle)
    return np.asarray(0.5 + 0.5 * np.tanh(away / (np.abs(away).mean() + 1e-12)))


def _manifold(field: PlaneField, z: Tensor) -> np.ndarray:
    """Where a grid of the first two coordinates of noise goes; of the first alone, a line."""
    latent = field.gan.generator.inputs
    ticks = torch.linspace(-REACH, REACH, LINES)
    if latent == 1:
        return field.generate(z, ticks[:, None])[0].cpu().double().numpy()[None]
    across, up = torch.meshgrid(ticks, ticks, indexing="xy")
    noise = torch.zeros(LINES * LINES, latent)
    noise[:, 0], noise[:, 1] = across.reshape(-1), up.reshape(-1)
    mesh = field.generate(z, noise)[0].cpu().double().numpy().reshape(LINES, LINES, 2)
    return np.concatenate([mesh, mesh.swapaxes(0, 1)])
