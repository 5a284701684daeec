import * as Fingerprint from "./Fingerprint.ts"
import type { Identity } from "./identity.ts"
import type { Node } from "../declare/Node.ts"
import { names } from "../declare/Paths.ts"
import * as Random from "../Random.ts"
import type { Any } from "../declare/Stage.ts"

/** A stage at its place in a run: what it depends on, and the fingerprint that follows from it. */
export interface Link {
  /** Name within the run, with `#2` for the second of a name. */
  readonly label: string
  readonly stage: Any
  readonly fingerprint: string
  readonly preimage: string
  /** Stages whose results it reads. */
  readonly inputs: ReadonlyArray<Fingerprint.Input>
  readonly key: Random.Key
}

/**
 * Loops and evaluations hand on what they were given; the engine relies on it and never asks what they return. So a new
 * evaluation before a loop does not make the loop run again.
 */
export const passesThrough = (stage: Node): boolean => stage.kind === "loop" || stage.kind === "evaluate"

const isRandom = (node: Node): boolean => node.random || node.parts.some(isRandom)

/** The stages of a run with their fingerprints. Throws `NotCanonical`. */
export const chain = (
  policy: Identity,
  stages: ReadonlyArray<Any>,
  identities: ReadonlyArray<Identity>,
  seed: number
): ReadonlyArray<Link> => {
  const initial = Fingerprint.make({ node: policy, inputs: [] }).hash
  const labels = names(stages)
  let before: string | undefined
  let subject = initial
  return stages.map((stage, i) => {
    const label = labels[i]!
    const inputs: ReadonlyArray<Fingerprint.Input> = [
      ...(before === undefined ? [] : [{ role: "input", fingerprint: before } as const]),
      ...(stage.subject === "ignores" ? [] : [{ role: "subject", fingerprint: subject } as const])
    ]
    const random = isRandom(stage)
    const { hash, preimage } = Fingerprint.make({
      node: identities[i]!,
      inputs,
      ...(random ? { random: { seed, stream: label } } : {})
    })
    if (!passesThrough(stage)) before = hash
    if (stage.subject === "changes") subject = hash
    return {
      label,
      stage,
      fingerprint: hash,
      preimage,
      inputs: inputs.filter((input) => input.fingerprint !== initial),
      key: random ? Random.fold(Random.key(seed), label) : Random.key(0)
    }
  })
}
