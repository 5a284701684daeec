/** The base of all servers: whom it admits, what it endures, how it stops. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { request } from "node:http"
import { HttpError } from "../../../src/server/http/answers.ts"
import { readJson, routes } from "../../../src/server/http/routes.ts"
import { serve, type ServeOptions } from "../../../src/server/http/serve.ts"
import { post, raw } from "./raw.ts"

const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))

const decode = Schema.decodeUnknownSync(Schema.Struct({ n: Schema.Int }))

const encoder = new TextEncoder()

/** A stream of many small pieces, of which one is made when the one before was taken. */
const stream = (pieces: number, size: number) => {
  let made = 0
  return new ReadableStream<Uint8Array>({
    pull: (controller) => made++ < pieces ? controller.enqueue(encoder.encode("x".repeat(size))) : controller.close()
  })
}

let aborted = 0

const handler = routes({
  "GET /": () => Response.json({ hello: "world" }),
  "POST /twice": async (request) => Response.json({ n: 2 * (await readJson(request, decode)).n }),
  "GET /query": (_, url) => Response.json(url.searchParams.getAll("x")),
  "POST /slow": async (request) => {
    const { n } = await readJson(request, decode)
    request.signal.addEventListener("abort", () => aborted++)
    await sleep(n)
    return Response.json("done")
  },
  "GET /stream": () => new Response(stream(5, 3)),
  "GET /flood": () => new Response(stream(100_000, 10_000)),
  "GET /throws": () => {
    throw new Error("oh")
  },
  "GET /teapot": () => {
    throw new HttpError({ status: 418, message: "short and stout", code: "teapot", headers: { "x-spout": "yes" } })
  }
})

const serving = (options: Partial<ServeOptions> = {}) => Effect.map(serve({ handler, ...options }), ({ url }) => url)

const asked = (url: string, init?: RequestInit) =>
  Effect.promise(async () => {
    const response = await fetch(url, init)
    const body = await response.json() as { readonly error: { readonly message: string; readonly type: string; readonly code: string | null } }
    return { status: response.status, headers: response.headers, body }
  })

const twice = (url: string, body: string | Uint8Array<ArrayBuffer>) => asked(`${url}/twice`, { method: "POST", body })

/** Asks with a header that `fetch` does not let through. */
const askedWith = (url: string, headers: Record<string, string>) =>
  Effect.promise(() =>
    new Promise<number>((resolve, reject) => {
      request(url, { headers, agent: false }, (response) => {
        response.resume()
        resolve(response.statusCode!)
      }).on("error", reject).end()
    })
  )

describe("answers", () => {
  it.live("are those of the handler, streams too", () =>
    Effect.gen(function*() {
      const url = yield* serving()
      const bodies = [yield* asked(url), yield* twice(url, `{"n": 4}`), yield* asked(`${url}/query?x=1&x=a%20b`)].map(({ body }) => body)
      assert.deepStrictEqual<unknown>(bodies, [{ hello: "world" }, { n: 8 }, ["1", "a b"]])
      assert.strictEqual(yield* Effect.promise(async () => (await fetch(`${url}/stream`)).text()), "x".repeat(15))
    }).pipe(Effect.scoped))

  it.live("are errors that say what is wrong", () =>
    Effect.gen(function*() {
      const url = yield* serving()
      const wrong = [
        yield* asked(`${url}/nowhere`),
        yield* asked(url, { method: "DELETE" }),
        yield* twice(url, "{"),
        yield* twice(url, `{"n": "four"}`),
        yield* twice(url, new Uint8Array([34, 0xff, 34])),
        yield* twice(url, "[".repeat(100_000)),
        yield* asked(`${url}/throws`),
        yield* asked(`${url}/teapot`)
      ]
      assert.deepStrictEqual(wrong.map(({ status }) => status), [404, 405, 400, 400, 400, 400, 500, 418])
      const words = ["there is nothing at /nowhere; there are GET /", "/ takes GET", "no JSON", "[\"n\"]", "no JSON", "no JSON", "oh", "short and stout"]
      wrong.forEach(({ body }, i) => assert.include(body.error.message, words[i]!))
      assert.strictEqual(wrong[1]!.headers.get("allow"), "GET")
      assert.strictEqual(wrong[7]!.headers.get("x-spout"), "yes")
      assert.deepInclude(wrong[7]!.body.error, { code: "teapot", type: "invalid_request_error" })
      assert.isBelow(wrong[5]!.body.error.message.length, 600)
    }).pipe(Effect.scoped))
})

describe("admission", () => {
  it.live("on loopback is by loopback's names, and not for pages from elsewhere", () =>
    Effect.gen(function*() {
      const url = yield* serving()
      const statuses = yield* Effect.forEach([
        { host: "localhost:9" },
        { host: "127.0.0.1" },
        { host: "[::1]:80" },
        { host: "rebound.example:80" },
        { host: "127.0.0.1.example" },
        { host: "localhost", origin: "http://localhost:5173" },
        { host: "localhost", origin: "https://page.example" },
        { host: "localhost", origin: "null" }
      ], (headers) => askedWith(url, headers))
      assert.deepStrictEqual(statuses, [200, 200, 200, 403, 403, 200, 403, 403])
    }).pipe(Effect.scoped))

  it.live("beyond loopback is by the token, and there is no server without one", () =>
    Effect.gen(function*() {
      const refused = yield* Effect.flip(serve({ handler, host: "0.0.0.0" }))
      assert.include(refused.message, "a token is needed")
      assert.strictEqual(refused.exitCode, 2)
      assert.include((yield* Effect.flip(serve({ handler, host: "0.0.0.0", token: "" }))).message, "a token is needed")
      const url = (yield* serving({ host: "0.0.0.0", token: "secret" })).replace("0.0.0.0", "127.0.0.1")
      const statuses = yield* Effect.forEach(
        [{}, { authorization: "Bearer secret" }, { authorization: "bearer secret" }, { authorization: "Bearer secre" }, { authorization: "Basic secret" }, { authorization: "Bearer " }],
        (headers) => askedWith(url, { host: "gpu-7.example", ...headers } as Record<string, string>)
      )
      assert.deepStrictEqual(statuses, [401, 200, 200, 401, 401, 401])
    }).pipe(Effect.scoped))

  it.live("asks for the token on loopback too where there is one", () =>
    Effect.gen(function*() {
      const url = yield* serving({ token: "secret" })
      const { body, headers, status } = yield* asked(url)
      assert.deepStrictEqual([status, headers.get("www-authenticate")], [401, "Bearer"])
      assert.include(body.error.message, "Authorization: Bearer")
    }).pipe(Effect.scoped))

  it.live("says that a port is taken", () =>
    Effect.gen(function*() {
      const url = yield* serving()
      const { message } = yield* Effect.flip(serve({ handler, port: Number(new URL(url).port) }))
      assert.include(message, "another program has it")
    }).pipe(Effect.scoped))
})

describe("hard times", () => {
  it.live("a body that is too large is refused, declared or not", () =>
    Effect.gen(function*() {
      const url = yield* serving({ limits: { body: 1000 } })
      const declared = yield* twice(url, " ".repeat(5_000_000))
      const chunked = yield* asked(`${url}/twice`, { method: "POST", body: stream(500, 1000), duplex: "half" } as RequestInit)
      assert.deepStrictEqual([declared.status, chunked.status], [413, 413])
      assert.include(declared.body.error.message, "larger than 1000 bytes")
      assert.strictEqual((yield* twice(url, `{"n": 1}${" ".repeat(992)}`)).status, 200)
      assert.strictEqual((yield* twice(url, `{"n": 1}${" ".repeat(993)}`)).status, 413)
    }).pipe(Effect.scoped))

  it.live("slow headers and slow bodies are cut off, while others are answered", () =>
    Effect.gen(function*() {
      const url = yield* serving({ limits: { headers: 0.2, request: 0.5 } })
      const [silent, headers, body] = [raw(url, ""), raw(url, "POST /twice HTTP/1.1\r\nHost: loc"), raw(url, post("/twice", `{"n": 1}`).slice(0, -3))]
      assert.strictEqual((yield* twice(url, `{"n": 1}`)).status, 200)
      yield* Effect.promise(() => silent.answer)
      for (const { answer } of [headers, body]) {
        const said = yield* Effect.promise(() => answer)
        assert.match(said, /^HTTP\/1.1 408 /)
        assert.include(said, "{\"error\":")
      }
    }).pipe(Effect.scoped))

  it.live("what is no HTTP, or has headers without end, is told so", () =>
    Effect.gen(function*() {
      const url = yield* serving()
      assert.match(yield* Effect.promise(() => raw(url, "hello\r\n\r\n").answer), /^HTTP\/1.1 400 [^]*this is no HTTP/)
      assert.match(yield* Effect.promise(() => raw(url, `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"y".repeat(100_000)}`).answer), /^HTTP\/1.1 431 /)
      assert.match(yield* Effect.promise(() => raw(url, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n").answer), /^HTTP\/1.1 400 /)
      assert.match(yield* Effect.promise(() => raw(url, "GET //[ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").answer), /^HTTP\/1.1 4/)
    }).pipe(Effect.scoped))

  it.live("a client that dies is noticed by the handler, and hurts nobody", () =>
    Effect.gen(function*() {
      const url = yield* serving()
      const before = aborted
      const dead = raw(url, post("/slow", `{"n": 300}`))
      yield* Effect.sleep(100)
      dead.socket.destroy()
      const half = raw(url, post("/twice", `{"n": 1}`).slice(0, -3))
      yield* Effect.sleep(50)
      half.socket.resetAndDestroy()
      assert.strictEqual((yield* twice(url, `{"n": 1}`)).status, 200)
      yield* Effect.sleep(50)
      assert.strictEqual(aborted, before + 1)
    }).pipe(Effect.scoped))

  it.live("a client that does not take its answer is cut off; one that waits for a slow one is not", () =>
    Effect.gen(function*() {
      const url = yield* serving({ limits: { stalled: 0.3 } })
      const deaf = raw(url, "GET /flood HTTP/1.1\r\nHost: localhost\r\n\r\n")
      deaf.socket.pause()
      const patient = asked(`${url}/slow`, { method: "POST", body: `{"n": 1000}` })
      assert.strictEqual<unknown>((yield* patient).body, "done")
      deaf.socket.resume()
      const got = yield* Effect.promise(() => deaf.answer)
      assert.isBelow(got.length, 1e9 / 4)
      assert.notInclude(got.slice(-10), "\r\n0\r\n\r\n")
    }).pipe(Effect.scoped))

  it.live("more connections than are allowed are turned away, and come in once others have left", () =>
    Effect.gen(function*() {
      const url = yield* serving({ limits: { connections: 2 } })
      const held = [raw(url, ""), raw(url, "")]
      yield* Effect.sleep(50)
      assert.strictEqual(yield* Effect.promise(() => raw(url, post("/twice", `{"n": 1}`)).answer), "")
      held.forEach(({ socket }) => socket.destroy())
      yield* Effect.sleep(50)
      assert.strictEqual((yield* twice(url, `{"n": 1}`)).status, 200)
    }).pipe(Effect.scoped))
})

describe("the end", () => {
  /** Asks something that takes a while, and closes the scope meanwhile. */
  const closedDuring = (milliseconds: number, options: Partial<ServeOptions> = {}) =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const url = yield* Scope.provide(serving(options), scope)
      yield* asked(url) // leaves an idle connection
      const answer = fetch(`${url}/slow`, { method: "POST", body: `{"n": ${milliseconds}}` }).then((response) => response.json(), () => "cut off")
      yield* Effect.sleep(100)
      const began = performance.now()
      yield* Scope.close(scope, Exit.void)
      const gone = yield* Effect.promise(() => fetch(url).then(() => false, () => true))
      return { answer: yield* Effect.promise(() => answer), took: performance.now() - began, gone }
    })

  it.live("waits for what is under way", () =>
    Effect.gen(function*() {
      const { answer, gone } = yield* closedDuring(500)
      assert.strictEqual(answer, "done")
      assert.isTrue(gone)
    }))

  it.live("does not wait for ever", () =>
    Effect.gen(function*() {
      const { answer, took } = yield* closedDuring(20_000, { limits: { drain: 0.2 } })
      assert.strictEqual(answer, "cut off")
      assert.isBelow(took, 10_000)
    }))
})
