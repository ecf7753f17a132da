"""Networks from descriptions: their shapes, their initial parameters, and their randomness."""

import pytest
import torch

from gan import MLP


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_the_layers_are_those_of_the_description():
    net = MLP((3, 8, 5, 2), slope=0.1, batch_norm=(1,), output="tanh").build(generator())
    kinds = [type(layer).__name__ for layer in net]
    assert kinds == [
        "Linear", "LeakyReLU", "Linear", "BatchNorm1d", "LeakyReLU", "Linear", "Tanh",
    ]  # fmt: skip
    assert net(torch.zeros(4, 3)).shape == (4, 2)
    assert net[1].negative_slope == 0.1
    assert not net[3].track_running_stats


def test_same_seed_same_bits_and_the_shared_randomness_is_untouched():
    before = torch.random.get_rng_state()
    one, two, other = (MLP((4, 6, 1)).build(generator(seed)) for seed in (3, 3, 4))
    assert torch.equal(torch.random.get_rng_state(), before)
    flat = [torch.nn.utils.parameters_to_vector(net.parameters()) for net in (one, two, other)]
    assert torch.equal(flat[0], flat[1])
    assert not torch.equal(flat[0], flat[2])


def test_parameters_are_as_torch_draws_them():
    """Uniform within 1 / sqrt(inputs), for weights and biases, as in nn.Linear."""
    layer = MLP((400, 300)).build(generator())[0]
    bound = 400**-0.5
    for parameter in (layer.weight.detach(), layer.bias.detach()):
        assert parameter.abs().max() <= bound
        assert float(parameter.std()) == pytest.approx(bound / 3**0.5, rel=0.1)
    theirs = torch.nn.Linear(400, 300)
    assert float(layer.weight.detach().std()) == pytest.approx(
        float(theirs.weight.detach().std()), rel=0.02
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"widths": (3,)}, "widths"),
        ({"widths": (3, 0, 1)}, "at least 1"),
        ({"widths": (3, 4, 1), "batch_norm": (1,)}, "hidden layers"),
        ({"widths": (3, 4, 1), "output": "sigmoid"}, "'linear', 'tanh'"),
    ],
)
def test_what_is_no_network(arguments, says):
    with pytest.raises(ValueError, match=says):
        MLP(**arguments)
