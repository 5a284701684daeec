/** Whatever is sent to the server of rewards, it answers, and goes on. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { serve } from "../../../src/server/http/serve.ts"
import { rewardHandler } from "../../../src/server/rewards/handler.ts"
import { offer } from "../../../src/server/rewards/offer.ts"
import { raw } from "../http/raw.ts"

const paths = ["/score", "/openrlhf", "/slime", "/", "/score/", "//", "/..%2f..%2fetc/passwd", "/__proto__", "/score?rewards=__proto__", "/score?rewards=,,&variant="]

const served = Effect.flatMap(rewardHandler(offer(new Map(), ["weightedSum"])), (handler) => serve({ handler }))

const send = (url: string, path: string, body: string | Uint8Array<ArrayBuffer>) =>
  Effect.promise(async () => {
    const response = await fetch(`${url}${path}`, { method: "POST", body })
    return { status: response.status, answer: await response.json() as { readonly error?: { readonly message: string } } }
  })

/** Refused in words, or judged. */
const isFine = ({ answer, status }: { readonly status: number; readonly answer: { readonly error?: { readonly message: string } } }) =>
  status === 200 || (status >= 400 && status < 500 && typeof answer.error?.message === "string")

const lives = (url: string) =>
  Effect.gen(function*() {
    const { answer } = yield* send(url, "/slime", JSON.stringify({ prompt: "", response: "None", label: "None" }))
    assert.strictEqual<unknown>(answer, 1)
  })

describe("hostile requests", () => {
  it.live.prop("arbitrary bytes to every path are refused", [Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 })))], ([bytes]) =>
    Effect.gen(function*() {
      const { url } = yield* served
      for (const path of paths) {
        const { answer, status } = yield* send(url, path, Uint8Array.from(bytes))
        assert.isTrue(status >= 400 && status < 500 && typeof answer.error?.message === "string", `${path} ${status}`)
      }
      yield* lives(url)
    }).pipe(Effect.scoped), { arbitrary: { runs: 30 } })

  it.live.prop("arbitrary JSON is refused or judged, in the place of every field too", [Schema.Json], ([value]) =>
    Effect.gen(function*() {
      const { url } = yield* served
      const bodies = [
        value,
        { completions: [value], solutions: [value], tokens: value, columns: value },
        { completions: ["a"], solutions: ["None"], columns: { ["__proto__"]: [value], a: [value] } },
        { query: value, prompts: value, labels: value },
        { query: [value], prompts: [value], labels: [value] },
        { prompt: value, response: value, label: "None" },
        { prompt: value, response: JSON.stringify(value), label: "None" }
      ]
      for (const path of ["/score", "/score?rewards=format,repetition", "/openrlhf", "/slime"]) {
        for (const body of bodies) {
          const found = yield* send(url, path, JSON.stringify(body))
          assert.isTrue(isFine(found), `${path} ${found.status} ${JSON.stringify(body)}`)
        }
      }
      yield* lives(url)
    }).pipe(Effect.scoped), { arbitrary: { runs: 30 } })

  it.live.prop("arbitrary bytes on the wire close a connection, and no other", [Schema.String], ([text]) =>
    Effect.gen(function*() {
      const { url } = yield* served
      const connections = [text, `POST /score HTTP/1.1\r\nHost: localhost\r\n${text}\r\n\r\n`, `${text} / HTTP/1.1\r\nHost: localhost\r\n\r\n`].map((bytes) => raw(url, bytes))
      connections.forEach(({ socket }) => socket.end())
      yield* lives(url)
      yield* Effect.promise(() => Promise.all(connections.map(({ answer }) => answer)))
    }).pipe(Effect.scoped), { arbitrary: { runs: 30 } })

  it.live("a large batch lets others through meanwhile", () =>
    Effect.gen(function*() {
      const { url } = yield* served
      const text = "<answer>```json\n[{\"bbox_2d\": [0, 0, 10, 10], \"label\": \"a\"}]\n```</answer>"
      const many = Array.from({ length: 20_000 }, () => text)
      let done = false
      const batch = send(url, "/score?rewards=ap,weightedSum,repetition,hungarian", JSON.stringify({ completions: many, solutions: many })).pipe(
        Effect.tap(() => Effect.sync(() => void (done = true)))
      )
      const others = Effect.gen(function*() {
        let answered = 0
        while (!done) {
          yield* lives(url)
          answered++
        }
        return answered
      })
      const [judged, answered] = yield* Effect.all([batch, others], { concurrency: 2 })
      assert.strictEqual(judged.status, 200)
      assert.isAbove(answered, 3)
    }).pipe(Effect.scoped))
})
