/** A policy whose model is a number in a file, which a trainer elsewhere may change. */
import { Policy, Stage, Subject } from "assay/engine"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { readFileSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { ScoredRollouts } from "../../src/rollout/rollouts.ts"
import { sayer } from "../policy/sayer.ts"

const layer = Layer.suspend(() => {
  let weight = 0
  const portable = Layer.succeed(Policy.Portable, {
    trains: { what: "model", vision: true },
    write: (folder) => Effect.sync(() => {
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, "weight.txt"), String(weight))
    }),
    read: (folder) => Effect.sync(() => void (weight = Number(readFileSync(join(folder, "weight.txt"), "utf8"))))
  })
  const subject = Layer.succeed(Subject, {
    save: (path) => Effect.sync(() => writeFileSync(path, String(weight))),
    load: (path) => Effect.sync(() => void (weight = path === "initial" ? 0 : Number(readFileSync(path, "utf8"))))
  })
  return Layer.mergeAll(sayer(() => String(weight)), portable, subject)
})

export const numberPolicy = Policy.define({
  name: "numberPolicy",
  module: import.meta.url,
  config: Schema.Struct({}),
  offers: [Policy.Sampler, Policy.Portable],
  layer: () => layer
})

/** An update that changes nothing. */
export const idle = Stage.define({
  kind: "update",
  name: "idle",
  module: import.meta.url,
  config: Schema.Struct({}),
  subject: "changes",
  run: (_, _scored: ScoredRollouts) => {}
})
