/** The prompt stage that a stage's input came through. */
import type { Preimage } from "../pipeline/plan/Fingerprint.ts"
import { heldBy, type Identity } from "../pipeline/plan/identity.ts"

/** The prompt stages within a node, such as those of a mixture's parts. */
const within = (node: Identity): ReadonlyArray<Identity> =>
  heldBy(node).flatMap((held) => held.kind === "prompt" ? [held] : within(held))

/** Name of the task that a node has, if any. */
export const taskOf = ({ parts: { task } }: Identity): string | undefined => task !== undefined && "name" in task ? task.name : undefined

/**
 * The nearest prompt stage before a stage, among those whose pre-images are given by their fingerprints; of a mixture, the first
 * one of the task that the stage itself has, or else the first.
 */
export const promptBefore = (stage: Preimage, all: ReadonlyMap<string, Preimage>): Identity | undefined => {
  const seen = new Set<string>()
  let next = stage.inputs.find(({ role }) => role === "input")
  while (next !== undefined && !seen.has(next.fingerprint)) {
    seen.add(next.fingerprint)
    const before = all.get(next.fingerprint)
    if (before?.node.kind === "prompt") return before.node
    const mixed = before?.node.kind === "data" ? within(before.node) : []
    if (mixed.length > 0) return mixed.find((prompt) => taskOf(prompt) === taskOf(stage.node)) ?? mixed[0]
    next = before?.inputs.find(({ role }) => role === "input")
  }
  return undefined
}
