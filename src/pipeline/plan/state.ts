/** The state of a study that a run is of: its stages without the seed. Runs of one variant belong into one row where it is the same. */
import * as Fingerprint from "./Fingerprint.ts"

/** A stage of a run, by the fingerprint by which later ones name it. */
export interface Stage {
  readonly fingerprint: string
  readonly preimage: string
}

/** What the stages of a run are but for the seed, in their order. */
export interface State {
  readonly stages: ReadonlyArray<string>
  /** Whether these are all of them: a run that did not end has the first ones. */
  readonly whole: boolean
}

/** The state of a run. What a stage reads goes by the place in the run that it comes from, as its fingerprint may hang on the seed. */
export const stateOf = (stages: ReadonlyArray<Stage>, whole: boolean): State => {
  const places = new Map<string, number>()
  const unseeded = stages.map(({ fingerprint, preimage }, place) => {
    const found = Fingerprint.read(preimage)
    const inputs = (found?.inputs ?? []).map((input) => [input.role, places.get(input.fingerprint) ?? input.fingerprint])
    places.set(fingerprint, place)
    return found === undefined ? preimage : JSON.stringify([inputs, found.node, found.random?.stream])
  })
  return { stages: unseeded, whole }
}

/** Whether two runs are of one state, as far as both have come. */
export const agree = (one: State, other: State): boolean => {
  const [short, long] = one.stages.length <= other.stages.length ? [one, other] : [other, one]
  return short.stages.every((stage, place) => stage === long.stages[place]) && !(short.whole && short.stages.length < long.stages.length)
}
