/** The protobuf messages of TensorBoard's event files: events with numbers, and what its HPARAMS tab knows of a run. */
import protobuf from "protobufjs"

/** Names and numbers are those of tensorboard 2.21: compat/proto/{event,summary,tensor}.proto and plugins/hparams/{api,plugin_data}.proto. */
const schema = `
syntax = "proto3";
package tensorboard;
message Dim { int64 size = 1; }
message TensorShape { repeated Dim dim = 2; }
message Tensor { int32 dtype = 1; TensorShape tensor_shape = 2; }
message PluginData { string plugin_name = 1; bytes content = 2; }
message SummaryMetadata { PluginData plugin_data = 1; string display_name = 2; string summary_description = 3; }
message Value {
  string tag = 1;
  SummaryMetadata metadata = 9;
  oneof value { float simple_value = 2; Tensor tensor = 8; }
}
message Summary { repeated Value value = 1; }
message Event { double wall_time = 1; int64 step = 2; oneof what { string file_version = 3; Summary summary = 5; } }
message HParam { string string_value = 3; }
message SessionStartInfo { map<string, HParam> hparams = 1; string group_name = 4; double start_time_secs = 5; }
message SessionEndInfo { int32 status = 1; double end_time_secs = 2; }
message HParamsPluginData { oneof data { SessionStartInfo session_start_info = 3; SessionEndInfo session_end_info = 4; } }
`

const { root } = protobuf.parse(schema, { keepCase: true })

export interface Event {
  /** Seconds since 1970. */
  readonly wall_time: number
  readonly step?: number
  readonly file_version?: string
  readonly summary?: { readonly value: ReadonlyArray<{ readonly [field: string]: unknown }> }
}

export interface HParamsData {
  readonly session_start_info?: {
    readonly hparams: { readonly [name: string]: { readonly string_value: string } }
    readonly group_name: string
    readonly start_time_secs: number
  }
  /** 1 well, 2 failed, 3 running, 0 unknown. */
  readonly session_end_info?: { readonly status: number; readonly end_time_secs: number }
}

const encoder = (name: string) => {
  const type = root.lookupType(`tensorboard.${name}`)
  return (message: object): Uint8Array => type.encode(message).finish()
}

export const encodeEvent: (event: Event) => Uint8Array = encoder("Event")
export const encodeHParams: (data: HParamsData) => Uint8Array = encoder("HParamsPluginData")
