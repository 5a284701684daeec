/** A training that another program does, as it is followed: completions get their rewards, steps are committed as they end. */
import { relative } from "node:path"
import * as Effect from "effect/Effect"
import { named } from "../logs/named.ts"
import { exits } from "../pipeline/Errors.ts"
import { Artifacts } from "../pipeline/run/artifacts.ts"
import { Execution } from "../pipeline/run/execution.ts"
import { Journal } from "../pipeline/run/journal.ts"
import type { MetricValue, SampleRecord } from "../pipeline/run/Records.ts"
import type { RowsError } from "../pipeline/Rows.ts"
import { Sampler } from "../policy/sampler.ts"
import { judgeRollouts } from "../reward/judgeRollouts.ts"
import * as Summary from "../reward/Summary.ts"
import type { Group } from "../rollout/rollouts.ts"
import { type Prompt, questionOf } from "../task/prompt.ts"
import type { Reward, Score as Judged } from "../task/reward.ts"
import * as Diverged from "../update/Diverged.ts"
import type { Begin, Score, Step } from "./messages.ts"
import type { Settings } from "./settings.ts"
import type { Trainer } from "./trainer.ts"
import { TrainerError } from "./trainerError.ts"
import * as WorkFolder from "./WorkFolder.ts"

export interface Followed {
  readonly trainer: Trainer
  readonly settings: Settings
  readonly reward: Reward
  /** The prompts of rows of its data. */
  readonly promptsOf: (rows: ReadonlyArray<number>) => Effect.Effect<ReadonlyArray<Prompt>, RowsError>
  /** The folder of the stage. */
  readonly folder: string
  /** The last step that its checkpoint has seen; undefined where it starts anew. */
  readonly checkpoint: number | undefined
}

/** What was said in a step by one process, and how good it was. */
interface Call extends Pick<Score, "step" | "rank" | "call"> {
  readonly scores: ReadonlyArray<Judged>
  readonly samples: ReadonlyArray<SampleRecord>
  readonly items: ReadonlyArray<string>
}

const misused = (message: string): TrainerError => new TrainerError({ message, exitCode: exits.broke })

/** Places in a call of the completions of each group, in the order of its first. */
const groupsOf = ({ rows }: Score): ReadonlyArray<ReadonlyArray<number>> => [...Map.groupBy(rows.keys(), (i) => rows[i]!).values()]

const checkCall = (call: Score, { batch, steps }: Settings): Effect.Effect<void, TrainerError> => {
  const { completions, rows, step, stopped, tokens } = call
  if ([completions, tokens, stopped].some(({ length }) => length !== rows.length)) {
    return Effect.fail(misused("The trainer asked for rewards of lists that are not of one length."))
  }
  const strange = rows.find((row) => row < 0 || row >= steps * batch)
  if (strange !== undefined) return Effect.fail(misused(`The trainer asked about row ${strange}; its data has ${steps * batch}.`))
  if (step < 0 || step >= steps) return Effect.fail(misused(`The trainer asked for rewards in step ${step}; there are ${steps}.`))
  return Effect.void
}

/** What the trainer measured, under our names, but for what the stage measures itself. */
const numbersOf = ({ leftOut }: Trainer, reward: Reward, metrics: Step["metrics"]): ReadonlyArray<MetricValue> => {
  const own = new Set([...Summary.metricsOf(reward), ...Summary.lengthMetrics].map(({ name }) => name))
  return Object.entries(metrics).flatMap(([theirs, value]) => {
    const { name } = named(theirs)
    return leftOut.includes(theirs) || own.has(name) ? [] : [{ scope: "", name, value: value ?? NaN }]
  })
}

/** What is done with each thing that the trainer says. They are told one after the other. */
export const follow = Effect.fnUntraced(function*({ checkpoint, folder, promptsOf, reward, settings, trainer }: Followed) {
  const [artifacts, execution, journal, sampler] = [yield* Artifacts, yield* Execution, yield* Journal, yield* Sampler]
  const calls = new Map<string, Call>()
  const at = { next: (checkpoint ?? -1) + 1, checkpoint }

  const groups = Effect.fnUntraced(function*(call: Score) {
    const prompts = yield* promptsOf(call.rows)
    return yield* Effect.forEach(groupsOf(call), (places) => {
      const prompt = prompts[places[0]!]!
      const completions = places.map((i) => ({
        text: call.completions[i]!,
        tokens: call.tokens[i]!,
        logprobs: [],
        finishReason: call.stopped[i] === true ? "stop" as const : "length" as const
      }))
      const rendered = sampler.render(questionOf(prompt))
      return Effect.map(rendered, (rendered): Group => ({ prompt, rendered, completions }))
    })
  })

  const score = Effect.fnUntraced(function*(call: Score) {
    yield* checkCall(call, settings)
    const { rank, step } = call
    const rollouts = { groups: yield* groups(call), maxTokens: settings.maxTokens }
    const judged = yield* judgeRollouts(reward, rollouts, { step, steps: settings.steps })
    const scores = judged.scores.flat()
    const items = rollouts.groups.map(({ prompt }) => prompt.id)
    calls.set(`${rank} ${call.call}`, { step, rank, call: call.call, scores, samples: judged.samples, items })
    const rewards: Array<number> = []
    for (const [k, i] of groupsOf(call).flat().entries()) rewards[i] = scores[k]!.total
    return { rewards }
  })

  /** What was said up to the end of a step, process by process. */
  const taken = (step: number): ReadonlyArray<Call> => {
    const own = [...calls].filter(([, call]) => call.step <= step)
    for (const [key] of own) calls.delete(key)
    return own.map(([, call]) => call).sort((a, b) => a.rank - b.rank || a.call - b.call)
  }

  const step = Effect.fnUntraced(function*({ metrics: told, saved, step }: Step) {
    if (step !== at.next) return yield* misused(`The trainer ended step ${step} where step ${at.next} was to come.`)
    const said = taken(step)
    const samples = said.flatMap(({ samples }) => samples).map((sample, ordinal) => ({ ...sample, ordinal, scope: "" }))
    const scored = samples.length === 0 ? [] : Summary.ofStep(reward, said.flatMap(({ scores }) => scores), samples)
    const numbers = numbersOf(trainer, reward, told)
    const loop = { step, steps: settings.steps, checkpoint: at.checkpoint }
    const watched = numbers.filter(({ name }) => name === "loss" || name === "gradientNorm")
    yield* Diverged.check(loop, said.flatMap(({ items }) => items), Object.fromEntries(watched.map(({ name, value }) => [name, value])))
    const metrics = [...scored.map(([name, value]) => ({ scope: "", name, value })), ...numbers]
    const marker = saved === null ? undefined : yield* artifacts.put("application/json", (path) =>
      WorkFolder.writeText(path, JSON.stringify({ checkpoint: relative(folder, saved) })))
    yield* journal.commitStep(execution.stage, { step, metrics, samples, checkpoint: marker })
    at.next = step + 1
    if (saved !== null) {
      at.checkpoint = step
      yield* WorkFolder.dropCheckpoints(folder, saved)
    }
    execution.stepped(step + 1, settings.steps, metrics)
    return {}
  })

  const begin = ({ facts }: typeof Begin.Type) => Effect.as(journal.noteFacts(execution.stage, facts), {})

  return { begin, score, step }
})
