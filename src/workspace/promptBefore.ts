/** The prompt stage that a stage's input came through. */
import type { Preimage } from "../pipeline/plan/Fingerprint.ts"
import type { Identity } from "../pipeline/plan/identity.ts"

/** The nearest prompt stage before a stage, among those whose pre-images are given by their fingerprints. */
export const promptBefore = (stage: Preimage, all: ReadonlyMap<string, Preimage>): Identity | undefined => {
  const seen = new Set<string>()
  let next = stage.inputs.find(({ role }) => role === "input")
  while (next !== undefined && !seen.has(next.fingerprint)) {
    seen.add(next.fingerprint)
    const before = all.get(next.fingerprint)
    if (before?.node.kind === "prompt") return before.node
    next = before?.inputs.find(({ role }) => role === "input")
  }
  return undefined
}
