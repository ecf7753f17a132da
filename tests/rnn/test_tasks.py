"""Tasks: what they draw is what they say, and their baselines are what they are."""

import math

import numpy as np
import pytest
import torch

from rnn.series import series, series_of
from rnn.tasks import (
    TAGS,
    TASKS,
    Adding,
    Characters,
    Copying,
    DigitRows,
    Forecast,
    Tagging,
    TemporalOrder,
    tags_of,
    text_of,
)


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("name", TASKS)
def test_every_task_draws_what_a_net_can_use(name):
    task = TASKS[name]()
    for held_out in (False, True):
        x, target = task.draw(5, rng(), held_out=held_out)
        assert x.shape == (task.steps, 5, task.inputs) and x.dtype == torch.float32
        assert len(target) == (task.steps if task.reads_all else 1)
        again = task.draw(5, rng(), held_out=held_out)
        assert torch.equal(x, again[0]) and torch.equal(target, again[1])
    batch = task.batch(5, [rng(0), rng(1)])
    outputs = torch.zeros(*batch.target.shape[:3], task.outputs)
    assert task.loss(outputs, batch).shape == task.score(outputs, batch).shape == (2,)
    if task.classifies:
        assert task.loss(outputs, batch) == pytest.approx(math.log(task.outputs), rel=1e-6)
    assert all(value > 0 for value in task.baselines.values())


def test_adding_adds_one_value_of_each_half():
    x, target = Adding(21).draw(500, rng())
    assert (x[:, :, 1].sum(0) == 2).all() and (x[:10, :, 1].sum(0) == 1).all()
    assert torch.allclose((x[..., 0] * x[..., 1]).sum(0), target[0, :, 0])
    x, target = Adding(50).draw(200_000, rng())
    error = ((target - 1) ** 2).mean().item()
    assert error == pytest.approx(Adding(50).baselines["answering 1"], rel=0.01)


def test_copying_asks_for_what_it_showed():
    task = Copying(delay=7, symbols=3, alphabet=4)
    x, target = task.draw(40, rng())
    symbols = x.argmax(-1)
    assert task.steps == 13 and torch.equal(target[-3:], symbols[:3])
    assert (target[:-3] == 4).all()
    assert (symbols[3 + 7 - 1] == 5).all() and (symbols == 5).sum() == 40
    # blanks for sure, then guessing among the symbols
    outputs = torch.full((13, 1, 40, 5), -1e9)
    outputs[:-3, ..., 4] = 0
    outputs[-3:, ..., :4] = 0
    batch = type(task.batch(1, [rng()]))(x[:, None], target[:, None])
    assert task.loss(outputs, batch).item() == pytest.approx(
        task.baselines["blanks, then guessing"]
    )
    assert task.score(outputs, batch).item() < 0.5


def test_temporal_order_has_two_relevant_symbols():
    x, target = TemporalOrder(40).draw(300, rng())
    symbols = x.argmax(-1)
    assert ((symbols >= 4).sum(0) == 2).all()
    early, late = symbols[4:9], symbols[20:25]
    first, second = early.max(0).values - 4, late.max(0).values - 4
    assert torch.equal(2 * first + second, target[0])
    assert set(target[0].tolist()) == {0, 1, 2, 3}


def test_the_language_models_text_is_held_out_and_counted():
    task = Characters(steps=20)
    assert len(task.fingerprint) == 12 and len(task.text) > 300_000
    base = task.baselines
    assert base["bigram"] < base["unigram"] < base["uniform"]
    assert task.alphabet[0] == " "
    x, target = task.draw(4, rng(), held_out=True)
    assert torch.equal(x.argmax(-1)[1:], target[:-1])
    assert task.encoded("the").tolist() == [task.alphabet.index(c) for c in "the"]
    with pytest.raises(ValueError, match="knows no"):
        task.encoded("\N{SNOWMAN}")
    many = "".join(map(chr, range(300, 600))) * 10
    assert len(Characters(steps=5, text=many).alphabet) == 120


def test_tags_are_the_tokenizers():
    source = 'def f(x):  # "no"\n    return "# yes" + str(1.5)\n'
    tags = [TAGS[tag] for tag in tags_of(source)]
    by = {
        word: tags[source.index(word)] for word in ("def", "f(", "#", '"# yes', "1.5", "+", "str")
    }
    assert by == {
        "def": "keyword", "f(": "name", "#": "comment", '"# yes': "string", "1.5": "number",
        "+": "operator", "str": "name",
    }  # fmt: skip
    assert tags[source.index("  #")] == "space"
    with pytest.raises(ValueError, match="no Python"):
        tags_of("def f(:\n  'x")
    task = Tagging()
    assert task.baselines["each character for itself"] < task.baselines["frequency of tags"]


def test_digits_are_their_rows():
    for task in (DigitRows(), DigitRows(by_pixel=True)):
        images, labels = task.held_out()
        x = task.sequences(images)
        assert x.shape == (task.steps, 297, task.inputs)
        assert torch.equal(x.transpose(0, 1).reshape(-1, 8, 8), images)
        assert len(labels) == 297


def test_forecasts_have_baselines_that_were_never_fitted_on_what_they_answer():
    for name in ("ecg", "nino"):
        task = Forecast(series(name), steps=20)
        base = list(task.baselines.values())
        assert base[0] < min(base[1:])
    clean = np.sin(0.3 * np.arange(400))
    task = Forecast(clean, steps=20, order=2)
    assert task.baselines["autoregression of order 2"] < 1e-20
    free = task.continued(task.scaled[:350], 50)
    assert free == pytest.approx(task.scaled[350:], abs=1e-8)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "empty"),
        ("a,b\n1,x\n2,y\n", "needs 60"),
        ("a,b\nx,y\n", "numbers alone"),
        ("v\n" + "3\n" * 100, "constant"),
        ("v\n" + "1\n2\n" * 40 + "nan\n", "numbers alone"),
    ],
)
def test_a_users_series_is_checked(tmp_path, content, says):
    path = tmp_path / "mine.csv"
    path.write_text(content)
    with pytest.raises(ValueError, match=says):
        series_of(path)


def test_a_users_own_files_are_read(tmp_path):
    table = tmp_path / "mine.csv"
    rows = [f"2020-{i},{np.sin(i)},{i}" for i in range(100)]
    table.write_text("\n".join(["date,value,count", *rows]))
    assert series_of(table) == pytest.approx(np.sin(np.arange(100)))
    assert series_of(table, "count") == pytest.approx(np.arange(100))
    assert series_of(table, 2) == pytest.approx(np.arange(100))
    with pytest.raises(ValueError, match="no column 'cost'"):
        series_of(table, "cost")
    with pytest.raises(ValueError, match="row 2"):
        series_of(table, "date")
    words = tmp_path / "mine.txt"
    words.write_text("to be or not to be " * 100)
    assert Characters(steps=10, text=text_of(words)).outputs == 7
    words.write_bytes(b"\xff\xfe\x00" * 1000)
    with pytest.raises(ValueError, match="UTF-8"):
        text_of(words)
    words.write_text("short")
    with pytest.raises(ValueError, match="1,000"):
        text_of(words)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Adding(1), lambda: Copying(0), lambda: TemporalOrder(5), lambda: Characters(0),
        lambda: Characters(5, text="short"), lambda: Forecast(np.ones(100)),
        lambda: Forecast(np.arange(70.0), steps=40), lambda: series("sunspots"),
    ],
)  # fmt: skip
def test_misuse_is_said(make):
    with pytest.raises(ValueError, match=r"must be|too short|constant|too few"):
        make()
