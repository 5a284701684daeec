/** Reverse-mode differentiation of a graph. */
import type { Value } from "./Graph.ts"
import * as Ops from "./Ops.ts"

/**
 * Appends the reverse of everything between `wrt` and `output`, and returns d(sum(seed * output)) / d(each of wrt).
 *
 * `seed` has the shape of `output`. Throws when one of `wrt` does not lead to `output`.
 */
export const gradients = (output: Value, seed: Value, wrt: ReadonlyArray<Value>): Array<Value> => {
  const graph = output.graph
  const tape = graph.tape.slice()
  const needed = new Set(wrt.map((value) => value.name))
  for (const step of tape) if (step.inputs.some((v) => needed.has(v.name))) for (const v of step.outputs) needed.add(v.name)

  const gradient = new Map<string, Value>([[output.name, seed]])
  for (const step of tape.reverse()) {
    const arrived = step.outputs.map((v) => gradient.get(v.name))
    if (arrived.every((d) => d === undefined) || !needed.has(step.outputs[0]!.name)) continue
    const pulled = step.pullback(arrived)
    step.inputs.forEach((input, i) => {
      const more = pulled[i]
      if (more === undefined || !needed.has(input.name)) return
      const sofar = gradient.get(input.name)
      gradient.set(input.name, sofar === undefined ? more : Ops.add(sofar, more))
    })
  }
  // What the reverse recorded is never differentiated again.
  graph.tape.length = tape.length
  return wrt.map((value) => {
    const d = gradient.get(value.name)
    if (d === undefined) throw new Error(`${value.name} does not lead to ${output.name}`)
    return d
  })
}
