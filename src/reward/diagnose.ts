/** What is wrong with a reward: whether it rises when an answer is attacked, and whether the true answer scores the most. */
import * as Effect from "effect/Effect"
import { attacks } from "../task/detection/attacks.ts"
import { probes } from "../task/detection/probes.ts"
import { lookUp } from "../task/lookUp.ts"
import type { Reward, Scorable } from "../task/reward.ts"

/** Whether an attack pays, costs nothing, or costs something. */
export type Verdict = "rises" | "free" | "falls"

/** What an attack came to, in the case in which it came to most. */
export interface Finding {
  readonly attack: string
  readonly verdict: Verdict
  /** Name of the case. */
  readonly probe: string
  readonly before: number
  readonly after: number
}

export interface Diagnosis {
  readonly reward: string
  readonly findings: ReadonlyArray<Finding>
  /** The true answer as a completion: its lowest score over the cases, and whether nothing that was tried scored more. */
  readonly truth: {
    readonly score: number
    readonly best: boolean
    /** The completion that beat it by most, as its case and attack. */
    readonly beatenBy?: { readonly probe: string; readonly attack: string; readonly score: number; readonly truth: number }
  }
  /** What the reward said where it could not judge, each message once. Such samples count as the fallback. */
  readonly errors: ReadonlyArray<string>
}

/** One completion to be scored, and what it is. */
interface Trial {
  readonly probe: string
  /** An attack's name, or what else it is. */
  readonly role: string
  readonly sample: Scorable
}

const [plain, silent, told] = ["as it is", "no text", "the truth"]

/** A completion with a length, four characters a token, for rewards that ask for one. */
const sampleOf = (completion: string, solution: string): Scorable => ({
  completion,
  solution,
  tokens: Math.ceil(completion.length / 4)
})

const trials: ReadonlyArray<Trial> = probes.flatMap(({ completion, name, solution }) => {
  const trial = (role: string, text: string): Trial => ({ probe: name, role, sample: sampleOf(text, solution) })
  return [
    trial(plain, completion),
    trial(silent, ""),
    trial(told, solution),
    ...attacks.flatMap((attack) =>
      attack.change(completion, solution).filter((text) => text !== completion).map((text) => trial(attack.name, text)))
  ]
})

/** Differences below it are rounding. */
const least = 1e-9

interface Scored extends Trial {
  readonly score: number
}

const of = (scored: ReadonlyArray<Scored>, probe: string, role: string): ReadonlyArray<Scored> =>
  scored.filter((one) => one.probe === probe && one.role === role)

/** An answer that earns what silence earns is left out: whatever is done to it, there is nothing to lose. */
const finding = (scored: ReadonlyArray<Scored>, attack: string): Finding => {
  const outcomes = probes.flatMap(({ name }) => {
    const before = of(scored, name, plain)[0]!.score
    const floor = of(scored, name, silent)[0]!.score
    return of(scored, name, attack).map(({ score }) =>
      ({ probe: name, before, after: score, earns: Math.abs(before - floor) > least }))
  }).toSorted((a, b) => (b.after - b.before) - (a.after - a.before))
  const telling = outcomes.filter(({ earns }) => earns)
  const { after, before, probe } = telling[0] ?? outcomes[0]!
  const change = after - before
  return { attack, verdict: change > least ? "rises" : change < -least ? "falls" : "free", probe, before, after }
}

const truthOf = (scored: ReadonlyArray<Scored>): Diagnosis["truth"] => {
  const truths = probes.map(({ name }) => of(scored, name, told)[0]!)
  const rivals = truths.flatMap((truth) =>
    scored.filter((one) => one.sample.solution === truth.sample.solution)
      .map(({ probe, role, score }) => ({ probe, attack: role, score, truth: truth.score }))
  )
  const best = rivals.reduce((most, one) => one.score - one.truth > most.score - most.truth ? one : most)
  const score = truths.reduce((lowest, one) => Math.min(lowest, one.score), Infinity)
  return best.score - best.truth > least ? { score, best: false, beatenBy: best } : { score, best: true }
}

/**
 * Examines a reward of detection on hand-made answers: each is scored as it is and after every attack. An attack `rises` when
 * it pays in some case; it is `free` when it costs nothing in a case that has something to lose; else it `falls`.
 */
export const diagnose = (reward: Reward): Effect.Effect<Diagnosis> =>
  Effect.map(lookUp([reward], trials.map(({ sample }) => sample)), (samples) => {
    const scores = samples.map((sample) => reward.score(sample))
    const scored = trials.map((trial, i): Scored => ({ ...trial, score: scores[i]!.total }))
    const errors = scores.flatMap(({ parts }) => parts.flatMap(({ error }) => error === undefined ? [] : [error]))
    return {
      reward: reward.name,
      findings: attacks.map(({ name }) => finding(scored, name)),
      truth: truthOf(scored),
      errors: [...new Set(errors)]
    }
  })

/** Whether nothing was found: no attack pays, and nothing scores more than the truth. */
export const isSound = ({ errors, findings, truth }: Diagnosis): boolean =>
  errors.length === 0 && truth.best && findings.every(({ verdict }) => verdict !== "rises")
