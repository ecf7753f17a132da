"""Elman's net from scratch, in NumPy: the forward pass of the slide and its gradient by hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax


@dataclass(frozen=True, eq=False)
class ElmanNet:
    """:math:`h_t = \\tanh(W^{hh} h_{t-1} + W^{hx} x_t)`, :math:`\\hat y_t = softmax(W^s h_t)`.

    One and the same three matrices serve every step [elman1990]_.

    Attributes
    ----------
    W_hh, W_hx, W_s : shapes ``(H, H)``, ``(H, D)``, ``(V, H)``.
    """

    W_hh: np.ndarray
    W_hx: np.ndarray
    W_s: np.ndarray

    @classmethod
    def random(
        cls, inputs: int, hidden: int, classes: int, rng: np.random.Generator, gain: float = 1.0
    ) -> ElmanNet:
        """Gaussian matrices; the spectral radius of the recurrent one is about ``gain``."""
        return cls(
            gain * rng.normal(size=(hidden, hidden)) / np.sqrt(hidden),
            rng.normal(size=(hidden, inputs)),
            rng.normal(size=(classes, hidden)) / np.sqrt(hidden),
        )

    def forward(self, x: np.ndarray, h0: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Hidden states :math:`h_0 … h_T`, ``(T + 1, H)``, and predictions, ``(T, V)``."""
        h = [h0]
        for x_t in x:
            h.append(np.tanh(self.W_hh @ h[-1] + self.W_hx @ x_t))
        hidden = np.array(h)
        return hidden, softmax(hidden[1:] @ self.W_s.T, axis=1)

    def loss(self, x: np.ndarray, targets: np.ndarray, h0: np.ndarray) -> float:
        """The sum over the steps of the cross entropy, in nats; targets are classes, ``(T,)``."""
        _, y = self.forward(x, h0)
        return float(-np.log(y[np.arange(len(targets)), targets]).sum())

    def gradient(self, x: np.ndarray, targets: np.ndarray, h0: np.ndarray) -> ElmanNet:
        """The loss's gradient by backpropagation through time, written out."""
        hidden, y = self.forward(x, h0)
        wrong = y.copy()
        wrong[np.arange(len(targets)), targets] -= 1  # dE_t / d(W^s h_t)
        dW_hh, dW_hx = np.zeros_like(self.W_hh), np.zeros_like(self.W_hx)
        from_later = np.zeros_like(h0)
        for t in range(len(x) - 1, -1, -1):
            dh = self.W_s.T @ wrong[t] + from_later
            da = (1 - hidden[t + 1] ** 2) * dh
            dW_hh += np.outer(da, hidden[t])
            dW_hx += np.outer(da, x[t])
            from_later = self.W_hh.T @ da
        return ElmanNet(dW_hh, dW_hx, wrong.T @ hidden[1:])
