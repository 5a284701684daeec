/** What tests of the hub share: a hub of their own, and an environment that leads to it and to an empty cache. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { type Event, Fetching } from "../../src/pipeline/run/fetching.ts"
import { setEnvironment } from "../environment.ts"
import { start } from "./server.ts"

const names = ["HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_ENDPOINT", "HF_TOKEN", "HF_TOKEN_PATH", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"]

/** Sets variables of the environment, those of the hub that are not named to nothing, until the scope closes. */
export const environment = (values: { readonly [name: string]: string }) =>
  Effect.acquireRelease(
    Effect.sync(() => setEnvironment({ ...Object.fromEntries(names.map((name) => [name, undefined])), ...values })),
    (restore) => Effect.sync(restore)
  )

/** A hub, and a home for what comes from it, both gone when the scope closes. */
export const hub = Effect.gen(function*() {
  const server = yield* Effect.acquireRelease(Effect.promise(start), ({ close }) => Effect.promise(close))
  const home = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "assay-hub-"))),
    (home) => Effect.sync(() => rmSync(home, { recursive: true, force: true }))
  )
  yield* environment({ HF_HOME: home, HF_ENDPOINT: server.url })
  return { server, home, cache: join(home, "hub") }
})

/** A place where nobody answers. */
export const nowhere = Effect.promise(async () => {
  const { close, url } = await start()
  await close()
  return url
})

/** Runs an effect and gives what was told of fetching meanwhile. */
export const listening = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const events: Array<Event> = []
    return Effect.map(Effect.provideService(effect, Fetching, (event) => void events.push(event)), (result) => ({ result, events }))
  })
