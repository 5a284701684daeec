/** A run as a TensorBoard event file: its metrics as scalars, its cell of the grid for the HPARAMS tab. */
import type { Run, Value } from "../rows.ts"
import { encodeEvent, encodeHParams, type Event, type HParamsData } from "./messages.ts"
import { record } from "./record.ts"

const seconds = (time: string | null): number => time === null ? 0 : Date.parse(time) / 1000

/** TensorBoard wants a tensor where only metadata is meant: one of no numbers. */
const nothing = { dtype: 1, tensor_shape: { dim: [{ size: 0 }] } }

const hparams = (tag: string, wall_time: number, data: HParamsData): Event => ({
  wall_time,
  summary: {
    value: [{ tag: `_hparams_/${tag}`, metadata: { plugin_data: { plugin_name: "hparams", content: encodeHParams(data) } }, tensor: nothing }]
  }
})

const statuses: { readonly [status: string]: number } = { done: 1, failed: 2, running: 3 }

/**
 * The bytes of the file. Seeds of a variant are one group, of which TensorBoard shows the mean. A value that is not finite is NaN,
 * others have the digits of 32 bits. All carry the time at which the run began: the journal knows none of a step.
 */
export const eventsOf = (run: Run, values: ReadonlyArray<Value>): Uint8Array => {
  const [started, ended] = [seconds(run.startedAt), seconds(run.endedAt)]
  const labels = Object.fromEntries(Object.entries(run.cell).map(([axis, label]) => [axis, { string_value: label }]))
  const events: ReadonlyArray<Event> = [
    { wall_time: started, file_version: "brain.Event:2" },
    hparams("session_start_info", started, {
      session_start_info: { hparams: labels, group_name: run.variant, start_time_secs: started }
    }),
    ...values.map(({ metric, step, value }) => ({ wall_time: started, step, summary: { value: [{ tag: metric, simple_value: value ?? NaN }] } })),
    hparams("session_end_info", ended, { session_end_info: { status: statuses[run.status] ?? 0, end_time_secs: ended } })
  ]
  return Buffer.concat(events.map((event) => record(encodeEvent(event))))
}
