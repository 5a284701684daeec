/** Stages at their places in a run: what each rests on, and the fingerprint that follows from it. */
import { type Node, partsOf } from "../declare/Node.ts"
import { labels } from "../declare/Paths.ts"
import type { Any } from "../declare/Stage.ts"
import * as Random from "../Random.ts"
import * as Fingerprint from "./Fingerprint.ts"
import type { Identity } from "./identity.ts"

export interface Placed {
  /** Name within the run, with `#2` for the second of a name. */
  readonly label: string
  readonly stage: Any
  readonly fingerprint: string
  readonly preimage: string
  /** Stages whose results it reads. */
  readonly inputs: ReadonlyArray<Fingerprint.Input>
  readonly key: Random.Key
}

const isRandom = (node: Node): boolean => node.random || partsOf(node).some(isRandom)

/** The key of a stage that said it draws nothing: from one that is the same for all seeds and stages it would draw the same everywhere. */
class NoKey implements Random.Key {
  get hi(): number {
    throw new Error("it draws from StageKey, but is not defined with `random: true`: add that, so that its results are those of a seed")
  }
  get lo(): number {
    return this.hi
  }
}

/** The policy of a run before any stage changes it, and the stages with their fingerprints. Throws `NotCanonical`. */
export const trace = (
  policy: Identity,
  stages: ReadonlyArray<Any>,
  identities: ReadonlyArray<Identity>,
  seed: number
): { readonly initial: Fingerprint.Fingerprint; readonly placed: ReadonlyArray<Placed> } => {
  const initial = Fingerprint.make({ node: policy, inputs: [] })
  const called = labels(stages)
  let before: string | undefined
  let subject = initial.hash
  const placed = stages.map((stage, i) => {
    const label = called[i]!
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
    if (stage.gives === "output") before = hash
    if (stage.subject === "changes") subject = hash
    return {
      label,
      stage,
      fingerprint: hash,
      preimage,
      inputs: inputs.filter((input) => input.fingerprint !== initial.hash),
      // what holds others may hand a key on, whoever of them draws from it or not
      key: random ? Random.fold(Random.key(seed), label) : partsOf(stage).length > 0 ? Random.key(0) : new NoKey()
    }
  })
  return { initial, placed }
}
