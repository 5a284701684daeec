/** Runs one part and prints its JSON; `run.ts` starts one process for each, so that no part disturbs another. */
import { coco } from "./coco.ts"
import { data } from "./data.ts"
import { decode } from "./decode.ts"
import { engine } from "./engine.ts"
import { memory } from "./memory.ts"
import { queue } from "./queue.ts"
import { rollout } from "./rollout.ts"
import { scaling } from "./scaling.ts"
import { score } from "./score.ts"
import { serve } from "./serve.ts"
import { served } from "./served.ts"
import { step } from "./step.ts"
import { store } from "./store.ts"
import type { Part, Settings } from "./support/measure.ts"
import { tinker } from "./tinker.ts"
import { train } from "./train.ts"
import { ui } from "./ui.ts"

const parts: { readonly [name: string]: Part } = { train, decode, step, score, serve, coco, store, data, scaling, memory, rollout, served, tinker, ui, engine, queue }

const [name, settings] = process.argv.slice(2)
console.log(JSON.stringify(await parts[name!]!(JSON.parse(settings!) as Settings)))
