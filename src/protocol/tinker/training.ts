/** What is trained on, and what comes of it, apart from the two wires that carry it: protobuf, and the JSON of SDK 0.24 and older. */
import type { ScoredJson } from "./Answers.ts"
import { chunkMessageOf, chunkOf, chunksOf, type InputChunk, modelInputOf } from "./chunks.ts"
import { forwardBackwardOutput, type ForwardBackwardRequest as Message, forwardBackwardRequest, type TensorMessage } from "./messages.ts"
import type { JsonForward } from "./Requests.ts"
import { float32, int64, numbersOf, tensorMessageOf } from "./tensors.ts"

export interface Tensor {
  readonly shape: ReadonlyArray<number>
  readonly values: ReadonlyArray<number>
}

export interface Datum {
  readonly input: ReadonlyArray<InputChunk>
  readonly lossInputs: ReadonlyMap<string, Tensor>
}

export interface ForwardBackward {
  readonly modelId: string
  readonly data: ReadonlyArray<Datum>
  readonly loss: string
  readonly settings: ReadonlyMap<string, number | string>
  readonly forwardOnly: boolean
}

const tensorOf = (message: TensorMessage): Tensor => {
  const values = numbersOf(message)
  return { values, shape: message.shape.length === 0 ? [values.length] : message.shape }
}

const settingsOf = ({ loss_fn_config, loss_fn_config_v2 }: Message): ReadonlyMap<string, number | string> =>
  new Map([
    ...Object.entries(loss_fn_config),
    ...Object.entries(loss_fn_config_v2).map(([name, { number, text }]) => [name, number ?? text ?? 0] as const)
  ])

/** Reads the body of forward_backward in protobuf. Throws where it is none, or has what is not read here. */
export const decodeForwardBackward = (bytes: Uint8Array): ForwardBackward => {
  const message = forwardBackwardRequest.decode(bytes)
  return {
    modelId: message.model_id,
    loss: message.loss_fn,
    forwardOnly: message.forward_only,
    settings: settingsOf(message),
    data: message.data.map(({ loss_fn_inputs, model_input }) => ({
      input: model_input.map(chunkOf),
      lossInputs: new Map(Object.entries(loss_fn_inputs).map(([name, tensor]) => [name, tensorOf(tensor)]))
    }))
  }
}

/** The body of forward_backward in protobuf, the `sequence`-th request about its model. Tensors are of one axis. */
export const encodeForwardBackward = ({ data, forwardOnly, loss, modelId, settings }: ForwardBackward, sequence: number): Uint8Array<ArrayBuffer> => {
  const numbers = [...settings].flatMap(([name, value]) => typeof value === "number" ? [[name, value] as const] : [])
  return forwardBackwardRequest.encode({
    model_id: modelId,
    seq_id: sequence,
    loss_fn: loss,
    forward_only: forwardOnly,
    loss_fn_config: Object.fromEntries(numbers),
    loss_fn_config_v2: Object.fromEntries([...settings].map(([name, value]) => [name, typeof value === "number" ? { number: value } : { text: value }])),
    data: data.map(({ input, lossInputs }) => ({
      model_input: input.map(chunkMessageOf),
      loss_fn_inputs: Object.fromEntries([...lossInputs].map(([name, { values }]) =>
        [name, tensorMessageOf(values, isWhole(name) ? "DTYPE_INT64" : "DTYPE_FLOAT32")] as const))
    }))
  })
}

/** The same from the older JSON; undefined where it holds nothing to train on. */
export const fromJson = (request: JsonForward, forwardOnly: boolean): ForwardBackward | undefined => {
  const input = request.forward_backward_input ?? request.forward_input
  if (input === undefined) return undefined
  return {
    modelId: request.model_id,
    loss: input.loss_fn,
    forwardOnly,
    settings: new Map(Object.entries(input.loss_fn_config ?? {})),
    data: input.data.map(({ loss_fn_inputs, model_input }) => ({
      input: chunksOf(model_input),
      lossInputs: new Map(Object.entries(loss_fn_inputs).map(([name, { data, shape }]) => [name, { values: data, shape: shape ?? [data.length] }]))
    }))
  }
}

/** A tensor's name says its type: tokens are whole, all else is not. */
const isWhole = (name: string): boolean => name === "target_tokens"

/** The body of forward or forward_backward in the older JSON, the `sequence`-th request about its model. */
export const toJson = ({ data, forwardOnly, loss, modelId, settings }: ForwardBackward, sequence: number): JsonForward => {
  const input = {
    data: data.map(({ input, lossInputs }) => ({
      model_input: modelInputOf(input),
      loss_fn_inputs: Object.fromEntries([...lossInputs].map(([name, { shape, values }]) =>
        [name, { data: values, dtype: isWhole(name) ? "int64" as const : "float32" as const, shape }] as const))
    })),
    loss_fn: loss,
    ...(settings.size > 0 && { loss_fn_config: Object.fromEntries(settings) })
  }
  return { model_id: modelId, seq_id: sequence, ...(forwardOnly ? { forward_input: input } : { forward_backward_input: input }) }
}

/** What a forward pass gave: log-probabilities of the targets of each datum, and sums over all. */
export interface Scored {
  readonly logprobs: ReadonlyArray<ReadonlyArray<number>>
  readonly metrics: { readonly [name: string]: number }
}

const outputType = "TorchLossReturn"

export const encodeScored = ({ logprobs, metrics }: Scored): Uint8Array<ArrayBuffer> => {
  const ends = [0]
  for (const values of logprobs) ends.push(ends.at(-1)! + 4 * values.length)
  const field = { data: float32.write(logprobs.flat()), offsets: int64.write(ends), dtype: "DTYPE_FLOAT32", trailing_shape: [] } as const
  const record = { type_tag: outputType, fields: { logprobs: field }, num_datums: logprobs.length }
  return forwardBackwardOutput.encode({ loss_fn_output_type: outputType, loss_fn_outputs: [record], metrics })
}

/** Throws where the bytes are no such answer, or one without log-probabilities. */
export const decodeScored = (bytes: Uint8Array): Scored => {
  const { loss_fn_outputs, metrics } = forwardBackwardOutput.decode(bytes)
  const logprobs = loss_fn_outputs.flatMap(({ fields }) => {
    const field = fields["logprobs"]
    if (field === undefined) throw new RangeError("the answer has no logprobs")
    const offsets = int64.read(field.offsets)
    return offsets.slice(1).map((end, i) => float32.read(field.data.subarray(offsets[i]!, end)))
  })
  return { logprobs, metrics }
}

export const scoredToJson = ({ logprobs, metrics }: Scored) => ({
  loss_fn_output_type: outputType,
  loss_fn_outputs: logprobs.map((data) => ({ logprobs: { data, dtype: "float32", shape: [data.length] } })),
  metrics
})

/** The same the other way. */
export const scoredFromJson = ({ loss_fn_outputs, metrics }: ScoredJson): Scored => ({
  logprobs: loss_fn_outputs.map(({ logprobs }) => logprobs.data),
  metrics: metrics ?? {}
})
