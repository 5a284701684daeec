/** The files that a study is made of. */
import * as path from "node:path"
import * as Effect from "effect/Effect"

/** The modules of a study file that it imports by path, itself among them; undefined where one cannot be read or parsed. */
export const modulesOf = (file: string): Effect.Effect<ReadonlyArray<string> | undefined> =>
  Effect.promise(async () => {
    const { rolldown } = await import("rolldown")
    const build = await rolldown({
      input: path.resolve(file),
      external: (id) => !/^(\.|\/|file:)/.test(id),
      logLevel: "silent",
      platform: "node"
    })
    try {
      await build.generate()
      return (await build.watchFiles).filter((one) => path.isAbsolute(one))
    } catch {
      return undefined
    } finally {
      await build.close()
    }
  })
