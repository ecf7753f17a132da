"""A training that can be watched, changed on the way, and taken back to any of its moments."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from dynamics.engine.tree import flatten, rebuild
from dynamics.methods import Method
from gan.data import Data
from gan.plane_field import PlaneField, PlaneGan, Randomness
from gan.scene import Scene, Window, scene_of, window_of
from gan.spectrum import leading_multipliers
from gan.watch import Look, Record, Watch, record_of

MOST_MOMENTS = 256
"""So many moments are kept; when there are more, every second goes."""
LINEARISED = 256
"""Points, or packs of them, of the minibatch on which a step is linearised."""
FIRST_SPACING = 10
"""Steps between moments at first."""


@dataclass(frozen=True)
class Setting:
    """What is trained, how, and on which device."""

    gan: PlaneGan
    method: Method
    device: str = "cpu"


class Edit(NamedTuple):
    """A setting that holds from a step on, with what belongs to it.

    Attributes
    ----------
    step : from when on. setting : what holds.
    field, watch : its game and its probes. beginning : where the field's randomness begins.
    """

    step: int
    setting: Setting
    field: PlaneField
    watch: Watch
    beginning: Randomness


class Moment(NamedTuple):
    """All that the rest of a training depends on.

    Attributes
    ----------
    step : when. edit : which of the settings holds.
    z, memory : parameters ``(d, 1)`` and what the rule remembers.
    randomness : of the minibatches.
    """

    step: int
    edit: int
    z: Tensor
    memory: Any
    randomness: Randomness


class Laboratory:
    """One GAN in training, with its whole history.

    The same setting, seed and edits give the same parameters, bit for bit, whether one goes
    straight on or back and forth: a moment between two that are kept is reached by training from
    the earlier one.

    Parameters
    ----------
    setting : at step 0. seed : of the parameters and of all minibatches.
    """

    def __init__(self, setting: Setting, *, seed: int = 0):
        self.seed = seed
        self.edits = [_opened(0, setting, seed)]
        self.step = self.latest = self.edit_at = 0
        self.z = self.field.initial()
        self.memory = setting.method.init(self.field.minibatch(), self.z)
        self.moments: list[Moment] = []
        self.looks: list[Look] = []
        self.spacing = FIRST_SPACING
        self._windows: dict[PlaneGan, Window] = {}
        self._note()

    @property
    def setting(self) -> Setting:
        """What holds at this step."""
        return self.edits[self.edit_at].setting

    @property
    def field(self) -> PlaneField:
        """The game of this step."""
        return self.edits[self.edit_at].field

    @property
    def watch(self) -> Watch:
        """The probes of this step."""
        return self.edits[self.edit_at].watch

    @property
    def shown(self) -> Tensor:
        """The parameters with the generator that the rule reports, ``(d, 1)``."""
        return reported(self.field, self.setting.method, self.z, self.memory)

    @property
    def failed(self) -> bool:
        """Whether something is not a finite number any more."""
        return not bool(self.z.isfinite().all())

    def advance(self, steps: int = 1) -> None:
        """Train so many steps, each edit coming at its step; what has diverged stands still."""
        for _ in range(steps):
            if self.step % self.spacing == 0 and self.failed:
                return
            self.z, self.memory = self.setting.method.step(
                self.field.minibatch(), self.z, self.memory
            )
            self.step += 1
            self.latest = max(self.latest, self.step)
            self._enter_edits()
            if self.step % self.spacing == 0:
                self._note()

    def edit(self, setting: Setting) -> None:
        """Change the setting from this step on; what was trained beyond it is forgotten.

        A network whose description changes begins anew. What the rule remembers is kept where it
        has the same parts.
        """
        if setting == self.setting:
            return
        edition = self._edition(self.step, setting, self.edits[self.edit_at])
        self.moments = [moment for moment in self.moments if moment.step <= self.step]
        self.looks = [look for look in self.looks if look.step <= self.step]
        self.edits, self.latest = [*self.edits[: self.edit_at + 1], edition], self.step
        self._enter_edits()

    def plan(self, step: int, setting: Setting) -> None:
        """Change the setting at a step to come, after all changes that are planned already.

        Raises
        ------
        ValueError
            If that step, or an edit after it, is past.
        """
        first = max(self.latest, self.edits[-1].step)
        if step < first:
            raise ValueError(f"step {step} of a change must be at least {first}")
        self.edits.append(self._edition(step, setting, self.edits[-1]))
        self._enter_edits()

    def _edition(self, step: int, setting: Setting, last: Edit) -> Edit:
        """An edit after another; the game goes on if only the rule is different."""
        if (setting.gan, setting.device) == (last.setting.gan, last.setting.device):
            return last._replace(step=step, setting=setting)
        child = np.random.SeedSequence([self.seed, step]).generate_state(1)
        return _opened(step, setting, int(child[0]))

    def go_to(self, step: int) -> None:
        """Return to a step between 0 and ``latest``, exactly as it was.

        Raises
        ------
        ValueError
            If that step was not reached yet.
        """
        if not 0 <= step <= self.latest:
            raise ValueError(f"step {step} must be from 0 to {self.latest}, the last one reached")
        moment = self.kept(step)
        if not moment.step <= self.step <= step:
            self.step, self.edit_at = moment.step, moment.edit
            self.z, self.memory = moment.z, moment.memory
            self.field.rewind(moment.randomness)
            self._enter_edits()
        self.advance(step - self.step)

    def kept(self, step: int) -> Moment:
        """The kept moment at a step or before it; nothing changes."""
        places = [moment.step for moment in self.moments]
        return self.moments[max(bisect_right(places, step) - 1, 0)]

    def multipliers(self, which: str = "LI") -> np.ndarray:
        """A few multipliers of the rule at this moment, on one large minibatch, ``(m,)``.

        Parameters
        ----------
        which : ``"LI"``, those that turn fastest, or ``"LM"``, the largest.
        """
        large = replace(self.setting.gan, batch_size=LINEARISED * self.setting.gan.packing)
        field = large.field((self.seed,)).minibatch().in_float64()
        leaves = [leaf.cpu().double() for leaf in (self.z, *flatten(self.memory))]
        memory = rebuild(self.memory, leaves[1:])
        return leading_multipliers(field, self.setting.method, leaves[0], memory, which=which)

    @property
    def window(self) -> Window:
        """The part of the plane in which the data of this step lie."""
        gan = self.setting.gan
        if gan not in self._windows:
            self._windows = {gan: window_of(gan.data, gan.generator.inputs, self.seed)}
        return self._windows[gan]

    def scene(self, *losses: str) -> Scene:
        """The picture of this moment, with the pushes of its own loss and of others."""
        shown = tuple(dict.fromkeys((self.setting.gan.loss, *losses)))
        return scene_of(self.field.next_batch(), self.shown, self.window, shown)

    def record(self) -> Record:
        """What was seen up to this step, since these data are learnt."""
        data: Data = self.setting.gan.data
        since: int | None = -1
        for edit in self.edits[: self.edit_at + 1]:
            if edit.setting.gan.data != data:
                since = None
            elif since is None:
                since = edit.step
        assert since is not None
        looks = [look for look in self.looks if since < look.step <= self.step]
        return record_of(looks or [self.watch(self.step, self.shown)], 0, self.watch.floor)

    def _note(self) -> None:
        """Keep this moment and what can be seen, unless it is known."""
        if not self.looks or self.step > self.looks[-1].step:
            self.looks.append(self.watch(self.step, self.shown))
        if not self.moments or self.step > self.moments[-1].step:
            now = Moment(self.step, self.edit_at, self.z, self.memory, self.field.randomness)
            self.moments.append(now)
        if len(self.moments) > MOST_MOMENTS:
            self.spacing *= 2
            self.moments = [moment for moment in self.moments if moment.step % self.spacing == 0]
            self.looks = [look for look in self.looks if look.step % self.spacing == 0]

    def _enter_edits(self) -> None:
        """Every setting that begins at this step, one after the other."""
        while self.edit_at + 1 < len(self.edits) and self.edits[self.edit_at + 1].step == self.step:
            old, new = self.edits[self.edit_at], self.edits[self.edit_at + 1]
            if new.field is not old.field:
                new.field.rewind(new.beginning)
                self.z = _carried(self.z, old.field, new.field)
            fresh = new.setting.method.init(new.field.minibatch(), self.z)
            self.memory = self.memory if _alike(self.memory, fresh) else fresh
            self.edit_at += 1


def reported(field: PlaneField, method: Method, z: Tensor, memory: Any) -> Tensor:
    """A state with the generator that a rule reports, an average perhaps, and D as it is."""
    answer = method.output(z, memory)
    if answer is z:
        return z
    return torch.cat([answer[field.players[0]], z[field.players[1]]])


def _opened(step: int, setting: Setting, seed: int) -> Edit:
    field = setting.gan.field((seed,), device=setting.device)
    watch = Watch(setting.gan, (seed,), device=setting.device)
    return Edit(step, setting, field, watch, field.randomness)


def _carried(z: Tensor, old: PlaneField, new: PlaneField) -> Tensor:
    """The parameters of networks that stay as described; new ones for the others."""
    descriptions = [(gan.generator, gan.discriminator) for gan in (old.gan, new.gan)]
    fresh = new.initial()
    blocks = []
    for player, (before, after) in enumerate(zip(*descriptions, strict=True)):
        kept = before == after
        blocks.append(z[old.players[player]].to(fresh) if kept else fresh[new.players[player]])
    return torch.cat(blocks)


def _alike(a: Any, b: Any) -> bool:
    """Whether two memories have the same parts, of the same shapes on one device."""
    if isinstance(a, tuple) or isinstance(b, tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(_alike, a, b))
    return bool(a.shape == b.shape and a.device == b.device)
