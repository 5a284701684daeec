/** The judge behind an address, which here is a small server on loopback. */
import { afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { json } from "node:stream/consumers"
import * as Effect from "effect/Effect"
import { Generated } from "../../src/pipeline/run/services.ts"
import * as Reward from "../../src/reward/index.ts"

interface Asked {
  readonly path: string | undefined
  readonly key: string | undefined
  readonly body: { readonly model: string; readonly messages: ReadonlyArray<{ readonly role: string; readonly content: string }> }
}

let server: Server
let folder: string
let asked: Array<Asked>
let reply: (asked: Asked, response: ServerResponse) => void

const says = (content: string) => (_: Asked, response: ServerResponse) => {
  response.setHeader("content-type", "application/json")
  response.end(JSON.stringify({ id: "1", choices: [{ index: 0, message: { role: "assistant", content } }] }))
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-judge-"))
  asked = []
  server = createServer(async (request: IncomingMessage, response) => {
    const one = { path: request.url, key: request.headers.authorization, body: await json(request) as Asked["body"] }
    asked.push(one)
    reply(one, response)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

const rubric = "Is it a cat?"
const judge = (more: Partial<Parameters<typeof Reward.judge>[0]> = {}) =>
  Reward.judge({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`, model: "tiny", rubric, ...more })

const sample = (completion: string): Reward.Scorable => ({ completion, solution: "a cat" })

const scores = (reward: Reward.Reward, ...completions: ReadonlyArray<string>) =>
  Reward.lookUp([reward], completions.map(sample)).pipe(
    Effect.map((samples) => samples.map((one) => reward.score(one).parts[0]!)),
    Effect.provideService(Generated, { folder })
  )

const kept = () => globSync("judged/*/*.json", { cwd: folder }).map((file) => join(folder, file))

describe("Reward.judge", () => {
  it.live("asks the model by the rubric, with question and answers as material, and takes its score", () =>
    Effect.gen(function*() {
      reply = says("Let me see.\n```json\n{\"reason\": \"It purrs.\", \"score\": 0.75}\n```")
      assert.deepStrictEqual(yield* scores(judge(), "a kitten"), [{ part: "judge", value: 0.75 }])
      const [{ body, key, path }] = asked as [Asked]
      assert.deepStrictEqual([path, key, body.model], ["/v1/chat/completions", undefined, "tiny"])
      assert.isTrue(body.messages[0]!.content.startsWith(rubric))
      assert.deepInclude(JSON.parse(body.messages[1]!.content), { true_answer: "a cat", answer_to_grade: "a kitten" })
    }))

  it.live("asks nothing twice: not of one batch, not in a second process, and keeps question and reply", () =>
    Effect.gen(function*() {
      reply = ({ body }, response) => says(`{"score": ${body.messages[1]!.content.includes("dog") ? 0 : 1}}`)({} as Asked, response)
      const first = yield* scores(judge(), "a cat", "a dog", "a cat")
      assert.deepStrictEqual(first.map(({ value }) => value), [1, 0, 1])
      assert.strictEqual(asked.length, 2)
      assert.deepStrictEqual(yield* scores(judge(), "a cat", "a dog", "a cat"), first, "another instance, as after a restart")
      assert.strictEqual(asked.length, 2)
      const { question, reply: words } = JSON.parse(readFileSync(kept()[0]!, "utf8"))
      assert.strictEqual(question.body.model, "tiny")
      assert.match(words, /score/)
    }))

  it.live("asks again for another rubric, model or answer", () =>
    Effect.gen(function*() {
      reply = says("{\"score\": 1}")
      yield* scores(judge(), "a cat")
      yield* scores(judge({ rubric: "Is it a dog?" }), "a cat")
      yield* scores(judge({ model: "larger" }), "a cat")
      yield* scores(judge(), "cat")
      assert.strictEqual(asked.length, 4)
    }))

  it.live("asks again where what was kept is broken", () =>
    Effect.gen(function*() {
      reply = says("{\"score\": 1}")
      yield* scores(judge(), "a cat")
      writeFileSync(kept()[0]!, "{\"question\"")
      assert.deepStrictEqual((yield* scores(judge(), "a cat"))[0]!.value, 1)
      assert.strictEqual(asked.length, 2)
    }))

  it.live("records an error on the sample, keeps nothing of it, and asks again next time", () =>
    Effect.gen(function*() {
      const wrong: ReadonlyArray<readonly [typeof reply, RegExp]> = [
        [says("It is a cat."), /names no "score": "It is a cat\."/],
        [says("{\"score\": 7}"), /score is 7, not in \[0, 1\]/],
        [(_, response) => response.writeHead(503).end("busy"), /answered 503: "busy"/],
        [(_, response) => response.end("<html>"), /no chat completion: "<html>"/],
        [(_, response) => response.end("{\"choices\": []}"), /no chat completion/],
        [(_, response) => response.destroy(), /cannot be reached/]
      ]
      for (const [answer, message] of wrong) {
        reply = answer
        const [part] = yield* scores(judge(), "a cat")
        assert.strictEqual(part!.value, 0)
        assert.match(part!.error!, message)
      }
      assert.deepStrictEqual(kept(), [])
      reply = says("{\"score\": 1}")
      assert.deepStrictEqual(yield* scores(judge(), "a cat"), [{ part: "judge", value: 1 }])
    }))

  it.live("waits no longer than it is told", () =>
    Effect.gen(function*() {
      reply = () => {} // never
      const [part] = yield* scores(judge({ timeoutSeconds: 0.05 }), "a cat")
      assert.match(part!.error!, /did not answer within 0\.05 s/)
    }))

  it.live("takes its key from the environment, and never records it", () =>
    Effect.gen(function*() {
      reply = says("{\"score\": 1}")
      const reward = judge({ keyVariable: "ASSAY_TEST_JUDGE_KEY" })
      assert.match((yield* scores(reward, "a cat"))[0]!.error!, /ASSAY_TEST_JUDGE_KEY, which is not set/)
      process.env["ASSAY_TEST_JUDGE_KEY"] = "open sesame"
      assert.strictEqual((yield* scores(reward, "a cat"))[0]!.value, 1)
      delete process.env["ASSAY_TEST_JUDGE_KEY"]
      assert.strictEqual(asked[0]!.key, "Bearer open sesame")
      assert.notInclude(readFileSync(kept()[0]!, "utf8") + JSON.stringify(reward.config), "sesame")
    }))

  it("refuses an address that is none", () => {
    assert.throws(() => Reward.judge({ url: "localhost", model: "tiny", rubric }), /url/)
  })
})
