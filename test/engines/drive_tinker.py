"""Calls a Tinker server by the official client, of any version, and prints what came as JSON: drive_tinker.py URL PICTURE."""
import json
import sys
import warnings

warnings.simplefilter("ignore")
import tinker
from tinker import types

url, picture = sys.argv[1:]
said = {}


def wait(future):
    return future.result() if hasattr(future, "result") else future


def numbers(tensor):
    return [float(value) for value in tensor.data]


def refusal(call):
    try:
        wait(call())
    except Exception as error:
        return str(error)


def tensor(values, dtype="float32"):
    return types.TensorData(data=values, dtype=dtype, shape=[len(values)])


client = tinker.ServiceClient(base_url=url, api_key="tml-local")
model = "assay:tiny-vl"
said["unknown base"] = refusal(lambda: client.create_lora_training_client(base_model="other", rank=4))
training = wait(client.create_lora_training_client(base_model=model, rank=4, seed=1))
other = wait(client.create_lora_training_client(base_model=model, rank=8, seed=1, train_mlp=False, train_unembed=False))
said["info"] = training.get_info().lora_rank, other.get_info().lora_rank

image = types.ImageChunk(data=open(picture, "rb").read(), format="png", expected_tokens=16)
prompt = types.ModelInput(chunks=[types.EncodedTextChunk(tokens=[5, 6]), image, types.EncodedTextChunk(tokens=[7, 8, 9])])
answer = [11, 12, 13, 14]
silent = [0.0] * (prompt.length - 1)
targets = tensor([0] * (prompt.length - 1) + answer, "int64")
read = prompt.append(types.EncodedTextChunk(tokens=answer[:-1]))


def datum(**inputs):
    return types.Datum(model_input=read, loss_fn_inputs={"target_tokens": targets, **{name: tensor(silent + values) for name, values in inputs.items()}})


def result(output):
    return numbers(output.loss_fn_outputs[0]["logprobs"])[-len(answer):], output.metrics["loss:sum"]


supervised = datum(weights=[1.0] * 4)
said["forward"] = result(wait(training.forward([supervised], "cross_entropy")))
old = said["forward"][0]
graded = datum(logprobs=old, advantages=[1.0, -1.0, 0.5, 0.25])
said["losses"] = []
for step in range(3):
    said["losses"].append(result(wait(training.forward_backward([supervised], "cross_entropy"))))
    said["losses"].append(result(wait(training.forward_backward([graded, graded], "importance_sampling"))))
    said["losses"].append(result(wait(training.forward_backward([graded], "ppo", {"clip_low_threshold": 0.8, "clip_high_threshold": 1.28}))))
    said["losses"].append(wait(training.optim_step(types.AdamParams(learning_rate=1e-3))).metrics)
# what forward_backward_custom does, which wants torch: a forward pass, then a linear loss whose weights are minus the gradient
logprobs, _ = result(wait(training.forward([datum(weights=[0.0] * 4)], "cross_entropy")))
said["custom"] = result(wait(training.forward_backward([datum(weights=[2 * value for value in logprobs])], "cross_entropy")))
said["norm"] = wait(training.optim_step(types.AdamParams(learning_rate=0.0))).metrics
said["apart"] = result(wait(other.forward([supervised], "cross_entropy")))

saved = wait(training.save_state("state")).path
said["again"] = refusal(lambda: training.save_state("state"))
said["bad name"] = refusal(lambda: training.save_state("../state"))
sampler = wait(training.save_weights_and_get_sampling_client())
named = wait(client.create_sampling_client(model_path=wait(training.save_weights_for_sampler("named")).path))
params = types.SamplingParams(max_tokens=8, temperature=1.0, seed=7)
said["samples"] = []
for one in (sampler, named):
    found = wait(one.sample(prompt=prompt, num_samples=2, sampling_params=params))
    said["samples"].append([[list(map(int, sequence.tokens)), [float(value) for value in sequence.logprobs], sequence.stop_reason] for sequence in found.sequences])
said["prompt"] = wait(sampler.compute_logprobs(types.ModelInput.from_ints([5, 6, 7, 11])))
base = wait(client.create_sampling_client(base_model=model))
said["greedy"] = [list(map(int, sequence.tokens)) for sequence in wait(base.sample(prompt=prompt, num_samples=1, sampling_params=types.SamplingParams(max_tokens=8, temperature=0.0))).sequences]

resumed = wait(client.create_training_client_from_state_with_optimizer(saved))
said["resumed"] = [result(wait(one.forward_backward([supervised], "cross_entropy"))) for one in (training, resumed)]
said["stepped"] = [wait(one.optim_step(types.AdamParams(learning_rate=1e-3))).metrics for one in (training, resumed)]
said["after"] = [result(wait(one.forward([supervised], "cross_entropy"))) for one in (training, resumed)]
said["refused"] = refusal(lambda: training.forward_backward([graded], "dro", {"beta": 0.1}))
print(json.dumps({"version": tinker.__version__, **said}))
