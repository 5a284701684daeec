/** The rooms of the house, what stands in them, and which other rooms each may look into. */
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"

const source = fileURLToPath(new URL("../../src", import.meta.url))
const page = fileURLToPath(new URL("../../ui/src", import.meta.url))

/** An import or export from another file of ours. */
export interface Arrow {
  readonly from: string
  readonly to: string
  /** Only types come over. */
  readonly types: boolean
  /** The name that all of the other file goes by here, for a namespace. */
  readonly namespace: string | undefined
}

const filesBelow = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? filesBelow(join(folder, entry.name))
      : /\.tsx?$/.test(entry.name)
      ? [join(folder, entry.name)]
      : []
  )

const textsBelow = (folder: string): ReadonlyMap<string, string> =>
  new Map(filesBelow(folder).map((file) => [relative(folder, file).replaceAll("\\", "/"), readFileSync(file, "utf8")]))

/** Every file of src, relative to it, with its text. */
export const files = textsBelow(source)

/** Every file of the page, relative to ui/src, with its text. */
export const pageFiles = textsBelow(page)

const statement = /^(?:import|export)\s(?:(type)\s)?(?:\*\s+as\s+(\w+)\s+from\s+|\{([^}]*)\}\s+from\s+|\*\s+from\s+)?"(\.[^"]+)"/gms

/** Imports that wait until they are needed. */
const later = /import\("(\.[^"]+)"\)/g

const onlyTypes = (names: string | undefined): boolean =>
  names !== undefined && names.split(",").every((name) => name.trim() === "" || name.trim().startsWith("type "))

const arrowsIn = (from: string, text: string): ReadonlyArray<Arrow> => {
  const target = (path: string) => join(dirname(from), path).replaceAll("\\", "/")
  return [
    ...[...text.matchAll(statement)].map(([, type, namespace, names, path]) => ({
      from,
      to: target(path!),
      types: type !== undefined || onlyTypes(names),
      namespace
    })),
    ...[...text.matchAll(later)].map(([, path]) => ({ from, to: target(path!), types: false, namespace: undefined }))
  ]
}

/** Every arrow between two files of src. */
export const arrows: ReadonlyArray<Arrow> = [...files].flatMap(([file, text]) => arrowsIn(file, text))
  .filter(({ to }) => to.endsWith(".ts"))

/** Every arrow from a file of the page to one of ours: of the page, or, up the folders, of src. */
export const pageArrows: ReadonlyArray<Arrow> = [...pageFiles].flatMap(([file, text]) => arrowsIn(file, text))
  .filter(({ to }) => /\.tsx?$/.test(to))

/**
 * The room of a file. The faces stand at the root; every kind of policy is a room of its own within `policy`, and so is
 * every task within `task`; every server is one within `server`.
 */
export const roomOf = (file: string): string => {
  const [room = "", inner = ""] = file.split("/")
  if (file.split("/").length === 1) return "faces"
  if (room === "server") return `${room}/${inner}`
  if (room === "policy" && ["local", "openai", "recorded", "split", "tinker"].includes(inner)) return `${room}/${inner}`
  return room
}

/** Stages may look into each other's rooms for types. */
export const stages = ["data", "prompt", "rollout", "reward", "update", "evaluate"]

const below = ["pipeline", "vision"]

/**
 * Where arrows may point, room by room. `pipeline`, `onnx`, `vision` and `protocol` import nothing of ours; everything may
 * rest on `pipeline`.
 */
export const allowed: { readonly [room: string]: ReadonlyArray<string> } = {
  pipeline: [],
  onnx: [],
  vision: [],
  protocol: [],
  hub: ["pipeline"],
  model: below,
  task: [...below, "model"],
  policy: [...below, "model"],
  "policy/local": [...below, "model", "policy", "onnx", "hub"],
  "policy/openai": [...below, "model", "policy", "protocol"],
  "policy/recorded": [...below, "model", "policy", "task"],
  "policy/split": [...below, "model", "policy", "task"],
  "policy/tinker": [...below, "model", "policy", "protocol", "hub"],
  ...Object.fromEntries(stages.map((stage) => [stage, [...below, "task", "policy"]])),
  data: [...below, "task", "policy", "hub", "parquet"],
  external: [...below, "model", "task", "policy", "rollout", "reward", "update", "logs", "server/http"],
  logs: ["pipeline", "task", "parquet"],
  parquet: ["pipeline", "task"],
  store: ["pipeline"],
  telemetry: ["pipeline"],
  report: [...below, "store", "evaluate", "parquet"],
  workspace: ["pipeline", "logs", "store", "telemetry", "hub", "model", "task", "data", "reward", "evaluate"],
  queue: ["pipeline", "store", "workspace"],
  testing: ["pipeline"],
  "server/http": ["pipeline"],
  "server/model": [...below, "hub", "model", "policy", "server/http"],
  "server/openai": [...below, "model", "policy", "protocol", "server/http", "server/model"],
  "server/rewards": ["pipeline", "protocol", "task", "reward", "server/http"],
  "server/tinker": [...below, "model", "policy", "policy/local", "protocol", "update", "server/http", "server/model"],
  "server/ui": [...below, "workspace", "report", "server/http"],
  cli: ["pipeline", "workspace", "queue", "report", "server/http", "server/model", "server/openai", "server/rewards", "server/tinker", "server/ui"]
}
