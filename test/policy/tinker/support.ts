/** Policies on our own Tinker server, served on loopback for a test, with trouble on the way where it is wanted. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll } from "vitest"
import { Subject } from "../../../src/engine.ts"
import * as Policy from "../../../src/policy/index.ts"
import type { PolicyNode } from "../../../src/pipeline/declare/policyNode.ts"
import type { Handler } from "../../../src/server/http/routes.ts"
import { serve } from "../../../src/server/http/serve.ts"
import { type Base, open } from "../../../src/server/tinker/base.ts"
import { handlerOf } from "../../../src/server/tinker/handler.ts"
import { questions, temporaryFolder } from "../local/tiny.ts"

export const name = "assay:tiny-vl"

/** An adapter that is the same here and there: the output head has none. */
export const lora = { rank: 4, unembedding: false } as const

const scoped = (): { readonly run: <A, E>(effect: Effect.Effect<A, E, Scope.Scope>) => Promise<A>; readonly close: () => Promise<void> } => {
  const scope = Scope.makeUnsafe()
  return {
    run: (effect) => Effect.runPromise(Effect.provideService(effect, Scope.Scope, scope)),
    close: () => Effect.runPromise(Scope.close(scope, Exit.void))
  }
}

/** What stands between client and server. */
export type Between = (handler: Handler) => Handler

/**
 * A server whose model stays while its handler is started anew: all sessions and models are gone then, and checkpoints stay. It answers
 * at one address all the time.
 */
export const serving = async () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-tinker-"))
  const outer = scoped()
  const base: Base = await outer.run(open(name))
  let inner = scoped()
  let handler = await inner.run(handlerOf(base, folder))
  let between: Between = (answer) => answer
  const paths: Array<string> = []
  const { url } = await outer.run(serve({
    handler: (request) => {
      paths.push(new URL(request.url).pathname.replace("/api/v1/", ""))
      return between(handler)(request)
    }
  }))
  return {
    url,
    folder,
    /** What was asked, in order. */
    paths,
    between: (made: Between) => void (between = made),
    restart: async () => {
      await inner.close()
      inner = scoped()
      handler = await inner.run(handlerOf(base, folder))
    },
    close: async () => {
      await inner.close()
      await outer.close()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

/** A server, a folder, and questions with pictures that lie there, for the tests of a file. */
export const withServer = () => {
  const { path, remove } = temporaryFolder()
  const site = { folder: path } as { readonly folder: string; server: Awaited<ReturnType<typeof serving>>; asked: Awaited<ReturnType<typeof questions>> }
  beforeAll(async () => {
    site.server = await serving()
    site.asked = await questions(path)
  })
  afterAll(async () => {
    await site.server.close()
    remove()
  })
  return site
}

export interface Alive {
  readonly sampler: Policy.Sampler["Service"]
  readonly trainer: Policy.Trainer["Service"]
  readonly subject: Subject["Service"]
}

/** The services of a policy, for as long as the scope is open. */
export const alive = (policy: PolicyNode<Policy.Sampler | Policy.Trainer>): Effect.Effect<Alive, { readonly message: string }, Scope.Scope> =>
  Effect.map(Layer.build(policy.layer), (services) => ({
    sampler: Context.get(services, Policy.Sampler),
    trainer: Context.get(services, Policy.Trainer),
    subject: Context.get(services, Subject)
  }))
