/** The files for SLURM, Kubernetes, docker compose and docker: well-formed, with commands that the command line understands. */
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import * as Yaml from "effect/encoding/Yaml"
import { assert, describe, it } from "vitest"
import { wrongWith } from "./parsed.ts"

const folder = "docs/how-to/machines"
const read = (name: string): string => readFileSync(`${folder}/${name}`, "utf8")

interface Named {
  readonly name: string
}

interface Job {
  readonly kind: string
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly restartPolicy: string
        readonly volumes: ReadonlyArray<Named>
        readonly containers: readonly [{
          readonly args: ReadonlyArray<string>
          readonly env: ReadonlyArray<Named>
          readonly volumeMounts: ReadonlyArray<Named & { readonly mountPath: string }>
        }]
      }
    }
  }
}

interface Compose {
  readonly volumes: object
  readonly services: {
    readonly [name: string]: { readonly command: ReadonlyArray<string>; readonly depends_on: object; readonly volumes: ReadonlyArray<string> }
  }
}

/** The words of a command, without what stands for a place or a secret. */
const understood = async (words: ReadonlyArray<string>) => assert.deepStrictEqual(await wrongWith(words), [], words.join(" "))

describe("files for many machines", () => {
  it("slurm.sh is a script that bash reads, and starts a worker", async () => {
    assert.strictEqual(spawnSync("bash", ["-n", `${folder}/slurm.sh`]).status, 0)
    const [, command] = /^exec npx assay (.*)$/m.exec(read("slurm.sh"))!
    await understood(command!.replace(/"\$\{ASSAY_QUEUE[^"]*"/, "postgres://db/assay").split(" "))
    for (const line of read("slurm.sh").split("\n").filter((line) => line.startsWith("#SBATCH"))) assert.match(line, /^#SBATCH --[a-z-]+=\S+$/)
  })

  it("job.yaml is a Job whose workers mount what they name", async () => {
    const job = Yaml.parse(read("job.yaml")) as Job
    assert.strictEqual(job.kind, "Job")
    const { containers: [worker], restartPolicy, volumes } = job.spec.template.spec
    assert.include(["OnFailure", "Never"], restartPolicy)
    assert.deepStrictEqual(worker.volumeMounts.map(({ name }) => name).toSorted(), volumes.map(({ name }) => name).toSorted())
    assert.include(worker.volumeMounts.map(({ mountPath }) => mountPath), worker.args[worker.args.indexOf("--shared") + 1])
    assert.deepStrictEqual(worker.env.map(({ name }) => `$(${name})`), [worker.args[worker.args.indexOf("--queue") + 1]])
    await understood(worker.args.map((word) => word === "$(ASSAY_QUEUE)" ? "postgres://db/assay" : word))
  })

  it("compose.yaml has services that share the folder and the queue", async () => {
    const { services, volumes } = Yaml.parse(read("compose.yaml")) as Compose
    for (const name of ["submitter", "worker"]) {
      const { command, depends_on, volumes: mounted } = services[name]!
      await understood(command)
      assert.property(depends_on, "queue")
      assert.include(mounted, `shared:${command[command.indexOf("--shared") + 1]}`)
      assert.include(command[command.indexOf("--queue") + 1]!, "@queue/")
    }
    assert.hasAllKeys(volumes, ["queue", "shared", "results"])
  })

  it("Dockerfile has instructions that docker knows, and starts the command of the package", () => {
    const instructions = read("Dockerfile").replaceAll(/\\\n */g, "").split("\n").filter((line) => line !== "" && !line.startsWith("#"))
    for (const line of instructions) assert.match(line, /^(ARG|FROM|WORKDIR|ENV|RUN|USER|VOLUME|ENTRYPOINT|CMD) \S/)
    assert.match(instructions[0]!, /^ARG NODE=node:24/)
    const { bin, name, version } = JSON.parse(readFileSync("package.json", "utf8"))
    assert.property(bin, JSON.parse(instructions.find((line) => line.startsWith("ENTRYPOINT "))!.slice("ENTRYPOINT ".length)).at(-1))
    assert.match(`${name}-${version}.tgz`, /^assay-.*\.tgz$/, "what npm pack makes is what is installed")
    assert.include(read("Dockerfile.dockerignore"), "!assay-*.tgz")
  })
})
