/** Metrics as a folder that TensorBoard reads. */
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { folderName } from "../../figures/pictures.ts"
import type { Open, Run } from "../rows.ts"
import { eventsOf } from "./events.ts"

/** Variants whose names differ by what no folder may hold would meet in one. */
const foldersOf = () => {
  const owners = new Map<string, string>()
  return ({ seed, variant }: Run): string => {
    const name = folderName(variant)
    let folder = name
    for (let i = 2; (owners.get(folder) ?? variant) !== variant; i++) folder = `${name}-${i}`
    owners.set(folder, variant)
    return join(folder, `seed-${seed}`)
  }
}

/** A folder a run, with one file each, which another export of the run writes over. */
export const tensorboard: Open = async (out) => {
  const folderOf = foldersOf()
  await mkdir(out, { recursive: true })
  return {
    add: async (run, values) => {
      const folder = join(out, folderOf(run))
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, "events.out.tfevents.assay"), eventsOf(run, values))
    },
    end: async () => {}
  }
}
