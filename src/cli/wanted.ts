/** The command that the words of a command line call for, and no other: to load all of them takes longer than many a command runs. */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { exits } from "../pipeline/Errors.ts"
import { near } from "../pipeline/near.ts"
import { Failure } from "./failure.ts"

type Whole = typeof import("./assay.ts").assay

/** A command by its name, which its folder has, too; undefined where there is none. */
const one = async (name: string) => {
  const module = await import(`./${name}/index.ts`).catch(() => ({})) as { readonly [name: string]: unknown }
  return Object.values(module).find((value): value is Command.Command.Any => Command.isCommand(value) && value.name === name)
}

/** That the first word names no command: help asked for together with it would hide it. */
const unknown = (first: string | undefined, { subcommands }: Whole): Failure | undefined => {
  const known = subcommands.flatMap((group) => group.commands.map(({ name }) => name))
  if (first === undefined || first.startsWith("-") || known.includes(first)) return undefined
  const close = near(first, known)
  const hint = close.length > 0 ? `Did you mean ${close.join(" or ")}?` : `There are ${known.join(", ")}.`
  return new Failure({ exitCode: exits.usage, message: `there is no command "${first}". ${hint} Try \`assay --help\`.` })
}

/** Fails where there is no such command. */
export const wanted = Effect.fnUntraced(function*(words: ReadonlyArray<string>) {
  const [first] = words
  const isName = first !== undefined && /^[a-z]+$/.test(first)
  const found = isName && !words.some((word) => word.startsWith("--completions")) ? yield* Effect.promise(() => one(first)) : undefined
  // the whole one has types for all of them, which nobody looks at any more
  if (found !== undefined) return Command.make("assay").pipe(Command.withSubcommands([found])) as unknown as Whole
  const { assay } = yield* Effect.promise(() => import("./assay.ts"))
  const failure = unknown(first, assay)
  return failure === undefined ? assay : yield* failure
})
