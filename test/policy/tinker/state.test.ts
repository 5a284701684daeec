/** What a policy on a server leaves in the journal, and what becomes of it when either side is killed. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Answers } from "../../../src/pipeline/run/answers.ts"
import * as Random from "../../../src/pipeline/Random.ts"
import * as Policy from "../../../src/policy/index.ts"
import { adamW, anyWeights } from "../local/tiny.ts"
import { type Alive, alive, lora, name, withServer } from "./support.ts"

const site = withServer()

const there = () => Policy.tinker({ url: site.server.url, model: name, lora, patienceSeconds: 5 })

const sequencesOf = () => [[5, 6, 7, 8], [11, 12, 11], [9, 9]].map((tokens, i) => ({ question: site.asked[i]!, tokens }))

const teach = ({ trainer }: Alive, times: number) =>
  Effect.gen(function*() {
    const sequences = sequencesOf()
    for (let i = 0; i < times; i++) {
      yield* trainer.backward(sequences, anyWeights(sequences))
      yield* trainer.step(adamW())
    }
    return yield* trainer.logprobs(sequences, "current")
  })

/** What was said; log-probabilities are rounded by what else is computed beside them. */
const said = (groups: ReadonlyArray<ReadonlyArray<Policy.Completion>>) => groups.map((group) => group.map(({ text, tokens }) => ({ text, tokens })))

const file = (called: string) => join(site.folder, called)
const once = { n: 2, temperature: 1, topP: 1, topK: 0, maxTokens: 12 }
const keyed = () => site.asked.map((question, i) => ({ ...question, key: Random.key(i) }))

describe("the state of a policy on a server", () => {
  it.live("is the name of a checkpoint, and training goes on from it to the bit, whoever was killed", () =>
    Effect.gen(function*() {
      const whole = yield* Effect.scoped(Effect.flatMap(alive(there()), (policy) => teach(policy, 4)))
      yield* Effect.scoped(Effect.gen(function*() {
        const policy = yield* alive(there())
        yield* teach(policy, 2)
        yield* policy.subject.save(file("state"), "training")
        yield* teach(policy, 1) // is lost with the client
      }))
      assert.match(readFileSync(file("state"), "utf8"), /"checkpoint":"tinker:\/\/[^"]+\/weights\/assay-[^"]+"/)
      assert.isBelow(readFileSync(file("state")).length, 1000)
      yield* Effect.promise(site.server.restart)
      yield* Effect.scoped(Effect.gen(function*() {
        const policy = yield* alive(there())
        yield* policy.subject.load(file("state"))
        assert.deepStrictEqual(yield* teach(policy, 2), whole)
        yield* policy.subject.load("initial")
        assert.deepStrictEqual(yield* teach(policy, 4), whole)
      }))
    }), 120_000)

  it.live("keeps the weights that a KL term looks back to, and weights alone are looked back to themselves", () =>
    Effect.gen(function*() {
      const policy = yield* alive(there())
      const sequences = sequencesOf()
      yield* teach(policy, 1)
      const first = yield* policy.trainer.logprobs(sequences, "current")
      yield* policy.trainer.syncReference
      const second = yield* teach(policy, 1)
      yield* policy.subject.save(file("training"), "training")
      yield* policy.subject.save(file("weights"), "weights")
      yield* policy.subject.load(file("training"))
      assert.deepStrictEqual(yield* policy.trainer.logprobs(sequences, "reference"), first)
      yield* policy.subject.load(file("weights"))
      assert.deepStrictEqual(yield* policy.trainer.logprobs(sequences, "reference"), second)
      assert.deepStrictEqual(yield* policy.trainer.logprobs(sequences, "current"), second)
    }).pipe(Effect.scoped), 120_000)

  it.live("is sampled without a model where nothing was trained, and from the base again after going back", () =>
    Effect.gen(function*() {
      const policy = yield* alive(there())
      site.server.paths.length = 0
      const first = yield* policy.sampler.sample(keyed(), once)
      assert.notInclude(site.server.paths, "create_model")
      yield* teach(policy, 3)
      const other = yield* policy.sampler.sample(keyed(), once)
      assert.notDeepEqual(said(other), said(first))
      yield* policy.subject.load("initial")
      assert.deepStrictEqual(said(yield* policy.sampler.sample(keyed(), once)), said(first))
    }).pipe(Effect.scoped), 120_000)

  it.live("names no answer twice: what was answered before a crash is found again at the same point of the training", () =>
    Effect.gen(function*() {
      const kept = new Map<string, string>()
      const answers = {
        find: (key: string) => Effect.sync(() => kept.get(key)),
        keep: (key: string, answer: string) => Effect.sync(() => void kept.set(key, answer))
      }
      const steps = Effect.gen(function*() {
        const policy = yield* alive(there())
        const first = yield* policy.sampler.sample(keyed(), once)
        yield* teach(policy, 1)
        return [first, yield* policy.sampler.sample(keyed(), once)]
      }).pipe(Effect.scoped, Effect.provideService(Answers, answers))
      const before = yield* steps
      assert.strictEqual(kept.size, 2 * site.asked.length)
      site.server.paths.length = 0
      assert.deepStrictEqual(yield* steps, before)
      assert.notInclude(site.server.paths, "asample")
    }), 120_000)

  it.live("whose checkpoint the server has lost is an error that says so, and what to do", () =>
    Effect.gen(function*() {
      const policy = yield* alive(there())
      yield* teach(policy, 1)
      yield* policy.subject.save(file("lost"), "weights")
      for (const one of readdirSync(site.server.folder)) rmSync(join(site.server.folder, one), { recursive: true })
      const error = yield* Effect.flip(policy.subject.load(file("lost")))
      assert.match(error.message, /does not give the checkpoint tinker:\/\/\S+ \(it answered 404 to load_weights: there is no checkpoint .*\)\. Bring it back there, .*\(--force\)\.$/)
      // the policy can be used all the same
      yield* policy.subject.load("initial")
      yield* teach(policy, 1)
    }).pipe(Effect.scoped), 120_000)

  it.live("of another policy is refused", () =>
    Effect.gen(function*() {
      const policy = yield* alive(there())
      writeFileSync(file("other"), Buffer.from([8, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d]))
      assert.match((yield* Effect.flip(policy.subject.load(file("other")))).message, /holds no checkpoint of a Tinker server\. It is of another policy\.$/)
      const state = { kind: "weights", url: "http://elsewhere", model: name, checkpoint: "tinker://a/weights/b", lineage: "", reference: null }
      writeFileSync(file("other"), JSON.stringify(state))
      assert.match((yield* Effect.flip(policy.subject.load(file("other")))).message, /is one of assay:tiny-vl on http:\/\/elsewhere, and this policy is/)
    }).pipe(Effect.scoped), 60_000)
})
