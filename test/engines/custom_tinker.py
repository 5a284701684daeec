"""Trains by a loss of its own, which wants torch: custom_tinker.py URL; prints the loss of each step."""
import sys
import warnings

warnings.simplefilter("ignore")
import tinker
from tinker import types


def tensor(values, dtype):
    return types.TensorData(data=values, dtype=dtype, shape=[len(values)])


training = tinker.ServiceClient(base_url=sys.argv[1], api_key="tml-local").create_lora_training_client(base_model="assay:tiny-vl", rank=4, seed=1)
datum = types.Datum(
    model_input=types.ModelInput.from_ints([5, 6, 7, 8]),
    loss_fn_inputs={"target_tokens": tensor([6, 7, 8, 9], "int64"), "weights": tensor([0.0, 1.0, 1.0, 1.0], "float32")},
)


def squares(data, logprobs):
    loss = (logprobs[0][1:] ** 2).sum()
    return loss, {"own": float(loss)}


for step in range(4):
    print(training.forward_backward_custom([datum], squares).result().metrics["own"])
    training.optim_step(types.AdamParams(learning_rate=2e-3)).result()
