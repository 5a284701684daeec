/** Weights that were saved: files whose names are made here and never taken from a request unchecked. */
import { rmSync } from "node:fs"
import { mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type HeadLora, targets } from "../../model/lora.ts"
import { HttpError } from "../http/answers.ts"
import { invalid } from "../model/invalid.ts"

/** What a checkpoint's file has to be read by. */
const About = Schema.Struct({
  base: Schema.String,
  lora: Schema.Struct({
    rank: Schema.Int,
    alpha: Schema.Finite,
    targets: Schema.Array(Schema.Literals(targets)),
    head: Schema.optionalKey(Schema.Boolean)
  })
})
export interface About {
  readonly base: string
  readonly lora: HeadLora
}

/** Saved to go on training from, to sample from, or to sample from for a while. */
export type Kind = "weights" | "sampler_weights" | "unnamed"

export interface Place {
  readonly model: string
  readonly kind: Kind
  readonly name: string
}

/** Checkpoints that a model may leave. */
const most = 1000

const name = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/
const uri = /^tinker:\/\/([0-9a-f-]{36}:train:\d{1,9})\/(weights|sampler_weights|unnamed)\/([^/]+)$/

/** A name for a checkpoint, as it came in a request. Throws `HttpError` where it could be anything but a name. */
export const checkName = (given: string): string => {
  if (!name.test(given)) throw invalid(`path: "${given}" is no name for a checkpoint: letters, digits, dots, dashes and underscores, 128 at most.`, "path")
  return given
}

export const uriOf = ({ kind, model, name }: Place): string => `tinker://${model}/${kind}/${name}`

/** The place that a tinker:// path names. Throws `HttpError` where it names none. */
export const placeOf = (given: string): Place => {
  const [, model, kind, name] = uri.exec(given) ?? []
  if (model === undefined) throw invalid(`path: "${given}" is no checkpoint of this server; one looks like tinker://MODEL/weights/NAME.`, "path")
  return { model, kind: kind as Kind, name: checkName(name!) }
}

/** One that is there. */
export interface Checkpoint extends About {
  readonly file: string
  /** By which clients name it. */
  readonly path: string
  /** When it was written, in milliseconds: another one may be written over it. */
  readonly written: number
}

export interface Checkpoints {
  /** The file that is to be written, and what makes it one that is there. Throws `HttpError` where one is, unless it may be written over. */
  readonly reserve: (place: Place, overwrite: boolean) => Promise<{ readonly file: string; readonly commit: (about: About) => Promise<void> }>
  /** Throws `HttpError` where there is none. */
  readonly find: (place: Place) => Promise<Checkpoint>
  readonly remove: (place: Place) => void
}

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(About))

/** What nobody named lies in `temporary`, which goes with the server. */
export const checkpoints = (folder: string, temporary: string): Checkpoints => {
  const folderOf = ({ kind, model }: Place) => join(kind === "unnamed" ? temporary : folder, model.replaceAll(":", "-"), kind)
  const fileOf = (place: Place) => join(folderOf(place), `${place.name}.safetensors`)
  const aboutOf = (place: Place) => join(folderOf(place), `${place.name}.json`)
  return {
    reserve: async (place, overwrite) => {
      await mkdir(folderOf(place), { recursive: true, mode: 0o700 })
      const there = await readdir(folderOf(place))
      if (!overwrite && there.includes(`${place.name}.json`)) {
        throw new HttpError({ status: 409, message: `there is a checkpoint ${uriOf(place)} already; choose another name, or say overwrite` })
      }
      if (there.length >= 2 * most) throw invalid(`path: the model has left ${most} checkpoints, which is as many as may be.`, "path")
      const [about, unfinished] = [aboutOf(place), `${fileOf(place)}.unfinished`]
      // by another name until it is whole, for whoever kills the server in between
      const commit = (what: About) => writeFile(unfinished, JSON.stringify(what), { mode: 0o600 }).then(() => rename(unfinished, about))
      return { file: fileOf(place), commit }
    },
    find: async (place) => {
      const missing = new HttpError({ status: 404, message: `there is no checkpoint ${uriOf(place)} here` })
      const text = await readFile(aboutOf(place), "utf8").catch(() => Promise.reject(missing))
      const about = decode(text)
      if (Result.isFailure(about)) throw missing
      const { mtimeMs } = await stat(fileOf(place)).catch(() => Promise.reject(missing))
      const { base, lora: { head, ...lora } } = about.success
      return { base, lora: head === undefined ? lora : { ...lora, head }, file: fileOf(place), path: uriOf(place), written: mtimeMs }
    },
    remove: (place) => {
      rmSync(aboutOf(place), { force: true })
      rmSync(fileOf(place), { force: true })
    }
  }
}
