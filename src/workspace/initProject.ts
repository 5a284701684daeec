/** New projects: a study of one's own with what it needs around it. */
import * as fs from "node:fs"
import * as path from "node:path"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import manifest from "../../package.json" with { type: "json" }
import { exits } from "../pipeline/Errors.ts"
import { reasonOf } from "../pipeline/reason.ts"

/** A project cannot be written: `message` says why and what to do. */
export class InitError extends Data.TaggedError("InitError")<{ readonly message: string }> {
  readonly exitCode = exits.invalid
}

const study = `import { Data, Evaluate, Experiment, Filter, Pipeline, Policy, Prompt, Reward, Rollout, Update } from "assay"

export default Experiment.make("group-size", {
  question: "Do larger groups learn more from the same number of completions?",
  policy: Policy.tiny(),
  seeds: 3,
  axes: { group: { "4": { batch: 16, size: 4 }, "8": { batch: 8, size: 8 }, "16": { batch: 4, size: 16 } } },
  baseline: { group: "8" },
  pipeline: ({ group }) =>
    Pipeline.from(Data.shapes({ split: "train", layout: "ovdeval" })).pipe(
      Filter.maxBoxes(10),
      Prompt.template(Prompt.enhanced),
      Pipeline.loop(
        { steps: 20, batch: group.batch, checkpointEvery: 10 },
        Rollout.sample({ groupSize: group.size, maxTokens: 160 }),
        Reward.score(Reward.sum(Reward.weightedSum(), Reward.format())),
        Update.grpo({ learningRate: 1e-4 })
      ),
      Evaluate.detection({ data: Data.shapes({ split: "validation", layout: "coco" }), mode: "positive" })
    ),
  table: { rows: "group", metrics: ["mAP", "precision@0.5", "recall@0.5"] }
})
`

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

const files = (name: string): { readonly [file: string]: string } => ({
  "study.ts": study,
  "package.json": json({
    name,
    private: true,
    type: "module",
    scripts: { start: "assay run study.ts", check: "assay check study.ts" },
    dependencies: { assay: `^${manifest.version}` },
    devDependencies: {
      "@types/node": manifest.devDependencies["@types/node"],
      typescript: manifest.devDependencies.typescript
    },
    // the runtime for the CPU comes inside of the package; its install script would fetch one for CUDA
    allowScripts: { "better-sqlite3": false, "onnxruntime-node": false }
  }),
  "tsconfig.json": json({
    compilerOptions: {
      module: "NodeNext",
      target: "ES2023",
      lib: ["ES2024"],
      types: ["node"],
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      allowImportingTsExtensions: true,
      erasableSyntaxOnly: true,
      verbatimModuleSyntax: true,
      skipLibCheck: true
    },
    include: ["*.ts"]
  }),
  ".gitignore": "node_modules/\n.assay/\nruns.db\nruns.db-*\n*.db.lock\nsamples/\n"
})

/** A name that npm takes, from a folder's. */
const packageName = (folder: string): string =>
  path.basename(path.resolve(folder)).toLowerCase().replace(/[^a-z0-9._-]+/g, "-").replace(/^[._-]+/, "") || "study"

/**
 * Writes a project into a folder, which is made: study.ts, package.json, tsconfig.json and .gitignore. Returns their names.
 *
 * Fails with `InitError` when one of them is there already, and then writes none.
 */
export const initProject = (folder: string): Effect.Effect<ReadonlyArray<string>, InitError> =>
  Effect.try({
    try: () => {
      const all = Object.entries(files(packageName(folder)))
      const there = all.map(([file]) => file).filter((file) => fs.existsSync(path.join(folder, file)))
      if (there.length > 0) {
        throw new InitError({ message: `${folder} has ${there.join(", ")} already. Name another folder, or move them away.` })
      }
      fs.mkdirSync(folder, { recursive: true })
      for (const [file, content] of all) fs.writeFileSync(path.join(folder, file), content, { flag: "wx" })
      return all.map(([file]) => file)
    },
    catch: (cause) =>
      cause instanceof InitError ? cause : new InitError({ message: `${folder} cannot be written: ${reasonOf(cause)}` })
  })
