/** Where the code of a study comes from. What is changed since the commit, and matters, the fingerprints of its stages tell. */
import * as fs from "node:fs"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Store from "../store/index.ts"
import type { Source } from "./submission.ts"

/** The git repository around a folder. */
export const repositoryOf = (folder: string): string | undefined => {
  if (fs.existsSync(path.join(folder, ".git"))) return folder
  const parent = path.dirname(folder)
  return parent === folder ? undefined : repositoryOf(parent)
}

const textOf = (value: string | number | undefined): string | null => value === undefined ? null : String(value)

export const sourceOf = (file: string): Effect.Effect<Source> => {
  const whole = path.resolve(file)
  const repository = repositoryOf(path.dirname(whole))
  return Effect.map(Store.environment({ folder: path.dirname(whole), threads: {} }), ({ facts }) => ({
    file: repository === undefined ? whole : path.relative(repository, whole),
    commit: textOf(facts["git.commit"]),
    lockfile: textOf(facts["lockfile"])
  }))
}

const short = (hash: string): string => hash.slice(0, 10)

/** Why `own` is not what was submitted, and what to do; undefined where it is. */
export const difference = (own: Source, submitted: Source): string | undefined => {
  if (own.commit !== submitted.commit) {
    return submitted.commit === null
      ? `${own.file} lies in a git repository here, and lay in none where it was submitted. Use the same folder.`
      : `${own.file} is at commit ${own.commit === null ? "none" : short(own.commit)} here, and was submitted at ${short(submitted.commit)}. ` +
        `Run \`git checkout ${short(submitted.commit)}\` here, or submit again.`
  }
  if (own.lockfile !== submitted.lockfile) {
    return `package-lock.json is not the same here as where ${own.file} was submitted. Bring the one of the submitter here, and run \`npm ci\`.`
  }
  return undefined
}
