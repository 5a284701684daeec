/** A model that fails, is slow, or is asked by clients that go away. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll } from "vitest"
import { PolicyError } from "../../../src/policy/index.ts"
import type { Sampler } from "../../../src/policy/sampler.ts"
import { serve } from "../../../src/server/http/serve.ts"
import { handlerOf } from "../../../src/server/openai/handler.ts"
import { type Model, open } from "../../../src/server/model/model.ts"
import { until } from "../../cli/support.ts"
import { name } from "./support.ts"

const scope = Scope.makeUnsafe()
const inScope = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.provideService(effect, Scope.Scope, scope))

let model: Model
beforeAll(async () => void (model = await inScope(open(name))))
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

type Sample = Sampler["Service"]["sample"]

/** Serves the model with another way to sample, on loopback. */
const serving = async (sample: Sample): Promise<string> => {
  const handler = await inScope(handlerOf({ ...model, sampler: { ...model.sampler, sample } }))
  return (await inScope(serve({ handler, limits: { drain: 0.1 } }))).url
}

const ask = (url: string, content: string, more: object = {}, signal?: AbortSignal): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ model: name, messages: [{ role: "user", content }], max_tokens: 3, ...more }),
    ...(signal && { signal })
  })

/** What questions say. */
const wordsOf = (questions: Parameters<Sample>[0]) => questions.map(({ messages }) => messages[0]!.content)

describe("a model that fails", () => {
  it("says why, is not well, and is well again when it answers", async () => {
    let broken = true
    const url = await serving((...asked) =>
      broken ? Effect.fail(new PolicyError({ operation: "sample", message: "There is no memory.", exitCode: 1 })) : model.sampler.sample(...asked)
    )
    const whole = await ask(url, "Hello?")
    assert.strictEqual(whole.status, 500)
    assert.deepInclude((await whole.json() as { readonly error: object }).error, { message: "the model could not answer: There is no memory.", type: "server_error" })
    const streamed = await (await ask(url, "Hello?", { stream: true })).text()
    assert.match(streamed, /data: \{"error":\{"message":"the model could not answer: There is no memory\.".*\}\}\n\ndata: \[DONE\]\n\n$/)
    assert.strictEqual((await fetch(`${url}/health`)).status, 503)
    broken = false
    assert.strictEqual((await ask(url, "Hello?")).status, 200)
    assert.strictEqual((await fetch(`${url}/health`)).status, 200)
  })
})

describe("a model that is busy", () => {
  it("lets 256 wait, and tells the next one to come again", async () => {
    const url = await serving(() => Effect.never)
    const gone = new AbortController()
    const first = Array.from({ length: 64 }, () => ask(url, "Hello?", {}, gone.signal))
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const others = Array.from({ length: 300 }, () => ask(url, "Hello?", {}, gone.signal))
    const refused = await Promise.any(others)
    assert.strictEqual(refused.status, 429)
    assert.strictEqual(refused.headers.get("retry-after"), "1")
    assert.match((await refused.json() as { readonly error: { readonly message: string } }).error.message, /^256 requests are waiting already/)
    gone.abort()
    await Promise.allSettled([...first, ...others])
  })
})

describe("clients that go away while they wait", () => {
  it("are not answered, whether they wanted a stream or not", async () => {
    const sampled: Array<unknown> = []
    const held = Promise.withResolvers<void>()
    const url = await serving((...asked) => {
      sampled.push(...wordsOf(asked[0]))
      return Effect.andThen(Effect.promise(() => held.promise), model.sampler.sample(...asked))
    })
    const first = ask(url, "first")
    await until(() => sampled.length === 1)
    const gone = new AbortController()
    const leaving = [ask(url, "gone", {}, gone.signal), ask(url, "gone", { stream: true }, gone.signal).then((response) => response.text())]
    await new Promise((resolve) => setTimeout(resolve, 500))
    gone.abort()
    await Promise.allSettled(leaving)
    const last = ask(url, "last")
    await new Promise((resolve) => setTimeout(resolve, 300))
    held.resolve()
    assert.deepStrictEqual([(await first).status, (await last).status], [200, 200])
    assert.deepStrictEqual(sampled, ["first", "last"])
  })
})
