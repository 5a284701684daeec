/** Writes every case and what the local policy makes of it into the folder that is named, for compare.py. */
import { writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import * as Effect from "effect/Effect"
import { writeAdapter, writeFolder } from "../../src/model/export.ts"
import * as Safetensors from "../../src/model/Safetensors.ts"
import { cases } from "./cases.ts"
import { greedyTokens, ours } from "./ours.ts"
import { prepare } from "./prepare.ts"

const target = process.argv[2]
if (target === undefined) throw new Error("usage: node test/peers/write.ts FOLDER")

for (const one of cases) {
  const folder = join(target, one.name)
  const prepared = await prepare(one, folder)
  const outcome = await ours(prepared)
  const { gradients, greedy, logprobs, prompts, rendered } = outcome
  const questions = prepared.questions.map(({ images, messages }, q) => ({
    messages,
    images: images.map((path) => basename(path)),
    rendered: rendered[q],
    ids: prompts[q]!.ids,
    grids: prompts[q]!.images.map(({ columns, rows }) => [1, rows, columns]),
    greedy: greedy[q]
  }))
  const sequences = prepared.sequences.map(({ question, tokens }, s) => ({
    question: prepared.questions.indexOf(question),
    tokens,
    logprobs: logprobs[s]
  }))
  writeFileSync(join(folder, "ours.json"), JSON.stringify({ questions, sequences, greedyTokens }))
  const tensors = [
    ...gradients.map(({ data, name, shape }) => ({ name: `gradient.${name}`, data, shape })),
    ...prompts.flatMap(({ images, positions }, q) => [
      { name: `positions.${q}`, data: positions, shape: [positions.length / 3, 3] },
      ...images.map(({ columns, patches, rows }, i) => {
        const data = patches()
        return { name: `patches.${q}.${i}`, data, shape: [rows * columns, data.length / rows / columns] }
      })
    ])
  ]
  await Effect.runPromise(Safetensors.write(join(folder, "ours.safetensors"), tensors))
  if (prepared.adapters) {
    const saved = { weights: outcome.checkpoint, folder }
    await Effect.runPromise(writeAdapter(saved, join(folder, "adapter")))
    await Effect.runPromise(writeFolder(saved, join(folder, "merged")))
  }
  console.log(`${one.name}: ${prepared.sequences.length} sequences, ${gradients.length} gradients`)
}
