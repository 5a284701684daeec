/** The protobuf messages of the Tinker protocol, as its SDK writes and reads them: the body of forward_backward, and two results. */
import protobuf from "protobufjs"

/** Names and numbers are those of `tinker_public.proto`, 0.38. What has no place here is skipped in reading. */
const schema = `
syntax = "proto3";
package tinker_public;
enum StopReason { STOP_REASON_STOP = 0; STOP_REASON_LENGTH = 1; }
enum DType { DTYPE_UNSPECIFIED = 0; DTYPE_FLOAT32 = 1; DTYPE_INT64 = 2; DTYPE_INT32 = 3; DTYPE_BFLOAT16 = 4; }
message SparseCsr { bytes values = 1; bytes crow_indices = 2; bytes col_indices = 3; }
message Tensor {
  oneof encoding { bytes dense = 1; SparseCsr sparse_csr = 2; }
  DType dtype = 3;
  repeated int64 shape = 4;
}
message BatchedTensor { bytes data = 1; bytes offsets = 2; DType dtype = 3; repeated int64 trailing_shape = 4; }
message ArrayRecord { string type_tag = 1; map<string, BatchedTensor> fields = 2; int64 num_datums = 3; }
message ForwardBackwardOutput {
  string loss_fn_output_type = 1;
  repeated ArrayRecord loss_fn_outputs = 2;
  map<string, double> metrics = 3;
}
message LossConfigValue { oneof value { double number = 1; string text = 2; } }
message EncodedTextChunk { bytes tokens = 1; }
message ImageDimensions { uint32 width = 1; uint32 height = 2; }
message ImageChunk {
  bytes data = 1;
  string format = 2;
  optional int32 expected_tokens = 3;
  optional ImageDimensions override_dimensions = 4;
}
message DmelChunk { bytes dmel = 1; }
message Chunk { oneof chunk { EncodedTextChunk encoded_text = 1; ImageChunk image = 2; DmelChunk dmel = 3; } }
message Datum { repeated Chunk model_input = 1; map<string, Tensor> loss_fn_inputs = 2; }
message ForwardBackwardRequest {
  string model_id = 1;
  int32 seq_id = 2;
  repeated Datum data = 3;
  string loss_fn = 4;
  map<string, double> loss_fn_config = 5;
  bool forward_only = 6;
  map<string, LossConfigValue> loss_fn_config_v2 = 7;
}
message TopkLogprobs { bytes token_ids = 1; bytes logprobs = 2; uint32 k = 3; uint32 length = 4; }
message SampledSequence {
  StopReason stop_reason = 1;
  bytes tokens = 2;
  optional bytes logprobs = 3;
  optional TopkLogprobs topk_sampled_logprobs = 4;
}
message SampleResponse {
  repeated SampledSequence sequences = 1;
  optional bytes prompt_logprobs = 2;
  optional TopkLogprobs topk_prompt_logprobs = 3;
  int32 prompt_cache_hit_tokens = 4;
}
`

const { root } = protobuf.parse(schema, { keepCase: true })

/** A tensor; `dense` holds its numbers, little-endian. */
export interface TensorMessage {
  readonly dense?: Uint8Array
  readonly sparse_csr?: object
  readonly dtype: "DTYPE_UNSPECIFIED" | "DTYPE_FLOAT32" | "DTYPE_INT64" | "DTYPE_INT32" | "DTYPE_BFLOAT16"
  readonly shape: ReadonlyArray<number>
}

export interface ImageMessage {
  readonly data: Uint8Array
  readonly format: string
  readonly expected_tokens?: number
  readonly override_dimensions?: object
}

/** One of the three. Tokens are int32. */
export interface ChunkMessage {
  readonly encoded_text?: { readonly tokens: Uint8Array }
  readonly image?: ImageMessage
  readonly dmel?: object
}

export interface DatumMessage {
  readonly model_input: ReadonlyArray<ChunkMessage>
  readonly loss_fn_inputs: { readonly [name: string]: TensorMessage }
}

export interface ForwardBackwardRequest {
  readonly model_id: string
  readonly seq_id: number
  readonly data: ReadonlyArray<DatumMessage>
  readonly loss_fn: string
  readonly loss_fn_config: { readonly [name: string]: number }
  readonly forward_only: boolean
  /** The same settings, and those that are text. */
  readonly loss_fn_config_v2: { readonly [name: string]: { readonly number?: number; readonly text?: string } }
}

/** What each datum gave, one tensor after the other: that of datum i lies between bytes offsets[i] and offsets[i + 1] of `data`. */
export interface BatchedTensor {
  readonly data: Uint8Array
  /** int64, one more than there are data. */
  readonly offsets: Uint8Array
  readonly dtype: TensorMessage["dtype"]
  readonly trailing_shape: ReadonlyArray<number>
}

export interface ForwardBackwardOutput {
  readonly loss_fn_output_type: string
  readonly loss_fn_outputs: ReadonlyArray<{
    readonly type_tag: string
    readonly fields: { readonly [name: string]: BatchedTensor }
    readonly num_datums: number
  }>
  readonly metrics: { readonly [name: string]: number }
}

export interface SampleResponse {
  readonly sequences: ReadonlyArray<{
    readonly stop_reason: "STOP_REASON_STOP" | "STOP_REASON_LENGTH"
    /** int32. */
    readonly tokens: Uint8Array
    /** float32. */
    readonly logprobs?: Uint8Array
  }>
  /** float32, one a prompt token; the first, which follows nothing, is NaN. */
  readonly prompt_logprobs?: Uint8Array
}

/** A message's two directions. Decoding throws where the bytes are none. */
export interface Codec<A> {
  readonly encode: (message: A) => Uint8Array<ArrayBuffer>
  readonly decode: (bytes: Uint8Array) => A
}

const codec = <A>(name: string): Codec<A> => {
  const type = root.lookupType(`tinker_public.${name}`)
  return {
    encode: (message) => Uint8Array.from(type.encode(type.fromObject(message as { [name: string]: unknown })).finish()),
    decode: (bytes) => type.toObject(type.decode(bytes), { longs: Number, enums: String, defaults: true }) as A
  }
}

export const forwardBackwardRequest = codec<ForwardBackwardRequest>("ForwardBackwardRequest")
export const forwardBackwardOutput = codec<ForwardBackwardOutput>("ForwardBackwardOutput")
export const sampleResponse = codec<SampleResponse>("SampleResponse")
