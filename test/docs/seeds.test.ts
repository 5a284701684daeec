/** One seed a task, as the page about many machines has it: scripts run as they stand, one task after the other, and their databases become one. */
import { execFileSync } from "node:child_process"
import { copyFileSync, mkdirSync, readFileSync, symlinkSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import * as Yaml from "effect/encoding/Yaml"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { assay, assayBin, putFinished, study, temporary } from "../cli/support.ts"

const page = readFileSync("docs/how-to/machines.md", "utf8")
const files = resolve("docs/how-to/machines")
const seeds = ["0", "1"]

/** A folder with the command where a project has it. */
const project = () => {
  const { folder, remove } = temporary()
  afterAll(remove)
  mkdirSync(join(folder, "node_modules/.bin"), { recursive: true })
  symlinkSync(assayBin, join(folder, "node_modules/.bin/assay"))
  const run = (environment: { readonly [name: string]: string }, command: string, ...args: ReadonlyArray<string>) => {
    const path = [join(folder, "node_modules/.bin"), dirname(process.execPath), process.env["PATH"]].join(":")
    return execFileSync(command, args, { cwd: folder, env: { ...process.env, ...environment, PATH: path }, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })
  }
  return { folder, run }
}

/** The command of the job's container. */
const jobCommand = (): ReadonlyArray<string> => {
  const job = Yaml.parse(readFileSync(join(files, "seeds.yaml"), "utf8")) as {
    readonly spec: { readonly template: { readonly spec: { readonly containers: ReadonlyArray<{ readonly command: ReadonlyArray<string> }> } } }
  }
  return job.spec.template.spec.containers[0]!.command
}

describe("docs/how-to/machines.md", () => {
  let alone: string
  beforeAll(async () => {
    const { folder } = project()
    await putFinished(folder)
    alone = (await assay(folder, "table", "tastes", "--format", "csv")).out
  })

  /** What the page says to do when tasks are through, and the table that it ends with. */
  const joined = ({ run }: ReturnType<typeof project>): string => {
    const last = [...page.matchAll(/```sh\n([^]*?)```/g)].map(([, code]) => code!).find((code) => code.startsWith("for part"))
    const said = run({}, "bash", "-ec", `${last!.replaceAll("group-size", "tastes").trimEnd()} --format csv`)
    return said.slice(said.indexOf("experiment,"))
  }

  it("has a script for SLURM whose tasks make the same table as one run", { tags: ["long"] }, () => {
    const one = project()
    copyFileSync(join(files, "seeds.sh"), join(one.folder, "seeds.sh"))
    for (const seed of seeds) one.run({ SLURM_ARRAY_TASK_ID: seed }, "bash", "seeds.sh", study)
    assert.strictEqual(joined(one), alone)
  })

  it("has a job for Kubernetes whose pods do", { tags: ["long"] }, () => {
    const one = project()
    const [shell, flags, script] = jobCommand()
    const here = script!.replaceAll("/data", one.folder).replaceAll("study.ts", study)
    for (const seed of seeds) one.run({ JOB_COMPLETION_INDEX: seed }, shell!, flags!, here)
    assert.strictEqual(joined(one), alone)
  })
})
