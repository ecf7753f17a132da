"""Language model and tagging: real text and real source code, character by character."""

from __future__ import annotations

import hashlib
import io
import keyword
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from rnn.files import of_bearable_size
from rnn.tasks._task import Task, at_least, one_hot

HELD_OUT = 0.1
"""The last part of a text, which training never sees."""
RARE = "\N{REPLACEMENT CHARACTER}"
MOST_KINDS = 120
"""More kinds of characters than this are written as ``RARE``, the rarest first."""


def english() -> str:
    """The help texts of Python itself, 465,000 characters of English.

    They differ from version to version of Python; :attr:`Characters.fingerprint` tells them apart.
    """
    from pydoc_data.topics import topics

    return "\n".join(topics[name] for name in sorted(topics))


def text_of(path: str | Path) -> str:
    """A user's own text file.

    Raises
    ------
    ValueError
        If it is not UTF-8, too short to learn from, or too long to hold.
    """
    path = of_bearable_size(path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path.name} is no UTF-8 text ({error.reason}); convert it") from None
    if len(text) < 1000 or len(set(text)) < 2:
        raise ValueError(
            f"{path.name} has {len(text)} characters of {len(set(text))} kinds; a language model "
            "needs at least 1,000 of at least 2 kinds"
        )
    return text


@dataclass(frozen=True)
class Characters(Task):
    """Predict each next character of a text.

    The first 90 % are for training, the rest is held out. Characters beyond the most frequent
    ``MOST_KINDS`` count as one.

    Parameters
    ----------
    steps : length of a sequence.
    text : any text; Python's help texts by default.
    """

    steps: int = 50
    text: str = field(default="", repr=False)

    reads_all: ClassVar[bool] = True

    def __post_init__(self) -> None:
        at_least("steps", self.steps, 1)
        if not self.text:
            object.__setattr__(self, "text", english())
        if len(self.text) * HELD_OUT < self.steps + 2:
            raise ValueError(
                f"a text of {len(self.text)} characters is too short for sequences of {self.steps}"
            )

    @cached_property
    def alphabet(self) -> str:
        """The kinds of characters, the most frequent first."""
        kinds, counts = np.unique(np.array(list(self.text)), return_counts=True)
        order = np.argsort(-counts, kind="stable")
        common = "".join(kinds[order[: MOST_KINDS - 1]])
        return common + RARE if len(kinds) >= MOST_KINDS else common

    @cached_property
    def codes(self) -> Tensor:
        """The text as places in the alphabet."""
        place = {character: code for code, character in enumerate(self.alphabet)}
        rare = len(self.alphabet) - 1
        return torch.tensor([place.get(character, rare) for character in self.text])

    @property
    def fingerprint(self) -> str:
        """The first 12 digits of the text's SHA-256."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    @property
    def inputs(self) -> int:
        return len(self.alphabet)

    @property
    def outputs(self) -> int:
        return len(self.alphabet)

    @cached_property
    def frequency(self) -> np.ndarray:
        """How often each kind comes in the part for training, each counted once more, ``(V,)``."""
        single = np.bincount(self._part(False).numpy(), minlength=self.inputs) + 1.0
        return single / single.sum()

    @cached_property
    def baselines(self) -> Mapping[str, float]:
        """Cross entropies on the held-out part of models that count."""
        seen, unseen = (self._part(held).numpy() for held in (False, True))
        V = self.inputs
        frequency = self.frequency
        pairs = np.zeros((V, V))
        np.add.at(pairs, (seen[:-1], seen[1:]), 1.0)
        pairs = (pairs + frequency) / (pairs.sum(axis=1, keepdims=True) + 1)
        return {
            "unigram": float(-np.log(frequency[unseen]).mean()),
            "bigram": float(-np.log(pairs[unseen[:-1], unseen[1:]]).mean()),
            "uniform": float(np.log(V)),
        }

    def draw(
        self, count: int, generator: torch.Generator, *, held_out: bool = False
    ) -> tuple[Tensor, Tensor]:
        codes = self._part(held_out)
        starts = torch.randint(len(codes) - self.steps, (count,), generator=generator)
        windows = codes[starts + torch.arange(self.steps + 1)[:, None]]
        return one_hot(windows[:-1], self.inputs), windows[1:]

    def encoded(self, text: str) -> Tensor:
        """A text as places in the alphabet; what the alphabet lacks is refused.

        Raises
        ------
        ValueError
            Naming the first character that is not in the alphabet.
        """
        odd = next((character for character in text if character not in self.alphabet), None)
        if odd is not None or not text:
            raise ValueError(f"the model knows no {odd!r}; use characters of its text")
        return torch.tensor([self.alphabet.index(character) for character in text])

    def _part(self, held_out: bool) -> Tensor:
        cut = round(len(self.codes) * (1 - HELD_OUT))
        return self.codes[cut:] if held_out else self.codes[:cut]


TAGS = ("keyword", "name", "number", "string", "comment", "operator", "space")
"""The classes of characters in Python source."""
MODULES = ("argparse", "ast", "calendar", "configparser", "csv", "datetime", "difflib", "doctest",
           "functools", "heapq", "inspect", "shutil", "statistics", "string", "textwrap",
           "typing")  # fmt: skip


@dataclass(frozen=True)
class Tagging(Task):
    """Tag each character of Python source by the token it belongs to.

    The labels are those of Python's own tokenizer on modules of its standard library; the last
    module in the list is held out. ``#`` inside a string is no comment: the tag depends on what
    came before.

    Parameters
    ----------
    steps : length of a sequence.
    """

    steps: int = 60

    reads_all: ClassVar[bool] = True
    outputs: ClassVar[int] = len(TAGS)

    def __post_init__(self) -> None:
        at_least("steps", self.steps, 1)

    @property
    def sources(self) -> tuple[tuple[str, np.ndarray], ...]:
        """Each module's text and the tag of each of its characters."""
        return _library()

    @cached_property
    def alphabet(self) -> str:
        """The printable ASCII characters and the line feed; all others count as the last."""
        return "\n" + "".join(map(chr, range(32, 127))) + RARE

    @property
    def inputs(self) -> int:
        return len(self.alphabet)

    @cached_property
    def baselines(self) -> Mapping[str, float]:
        """Cross entropies on the held-out module: of each character's own tags, and of all tags."""
        codes, tags = (part.numpy() for part in self._part(False))
        unseen, right = (part.numpy() for part in self._part(True))
        counts = np.full((self.inputs, len(TAGS)), 0.1)
        np.add.at(counts, (codes, tags), 1.0)
        of_character = counts / counts.sum(axis=1, keepdims=True)
        of_all = counts.sum(axis=0) / counts.sum()
        return {
            "each character for itself": float(-np.log(of_character[unseen, right]).mean()),
            "frequency of tags": float(-np.log(of_all[right]).mean()),
        }

    def draw(
        self, count: int, generator: torch.Generator, *, held_out: bool = False
    ) -> tuple[Tensor, Tensor]:
        codes, tags = self._part(held_out)
        starts = torch.randint(len(codes) - self.steps + 1, (count,), generator=generator)
        places = starts + torch.arange(self.steps)[:, None]
        return one_hot(codes[places], self.inputs), tags[places]

    def encoded(self, text: str) -> Tensor:
        """A text as places in the alphabet."""
        rare = len(self.alphabet) - 1
        place = {character: code for code, character in enumerate(self.alphabet)}
        return torch.tensor([place.get(character, rare) for character in text])

    def _part(self, held_out: bool) -> tuple[Tensor, Tensor]:
        return self._parts[held_out]

    @cached_property
    def _parts(self) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
        *seen, last = self.sources
        text = "".join(part for part, _ in seen)
        tags = np.concatenate([labels for _, labels in seen])
        return (
            (self.encoded(text), torch.tensor(tags)),
            (self.encoded(last[0]), torch.tensor(last[1])),
        )


@cache
def _library() -> tuple[tuple[str, np.ndarray], ...]:
    """The modules, each with its tags; they are read once in a process."""
    from importlib.util import find_spec

    specs = [find_spec(name) for name in MODULES]
    paths = [Path(spec.origin) for spec in specs if spec is not None and spec.origin]
    texts = [path.read_text(encoding="utf-8") for path in paths]
    found = tuple((text, tags_of(text)) for text in texts)
    for _, tags in found:
        tags.flags.writeable = False
    return found


def tags_of(source: str) -> np.ndarray:
    """The tag of each character of Python source, places in ``TAGS``, ``(n,)``.

    Raises
    ------
    ValueError
        If Python's tokenizer cannot read it.
    """
    lines = np.cumsum([0, *map(len, source.splitlines(keepends=True))])
    tags = np.full(len(source), TAGS.index("space"))
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            (row, column), (last_row, last_column) = token.start, token.end
            if (tag := _tag(token)) is not None and last_row <= len(lines):
                tags[lines[row - 1] + column : lines[last_row - 1] + last_column] = tag
    except (tokenize.TokenError, SyntaxError) as error:
        raise ValueError(f"this is no Python source: {error.args[0]}") from None
    return tags


def _tag(token: tokenize.TokenInfo) -> int | None:
    if token.type == tokenize.NAME:
        return TAGS.index("keyword" if keyword.iskeyword(token.string) else "name")
    name = tokenize.tok_name[token.type]
    if name.startswith(("FSTRING", "TSTRING")):
        return TAGS.index("string")
    kinds = {"NUMBER": "number", "STRING": "string", "COMMENT": "comment", "OP": "operator"}
    return TAGS.index(kinds[name]) if name in kinds else None
