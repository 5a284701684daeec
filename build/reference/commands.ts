/** The page of the command, from what each command says of itself. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import type { HelpDoc } from "effect/cli/HelpDoc"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { assay } from "../../src/cli/assay.ts"
import { summary } from "../../src/cli/help.ts"
import { block, cell, page, prose, table } from "./markdown.ts"

/** What `--help` shows. */
export const helpOf = (path: ReadonlyArray<string>): Effect.Effect<HelpDoc> =>
  Effect.gen(function*() {
    let found: HelpDoc | undefined
    const presenter: CliOutput.Presenter = {
      present: (event) => Effect.sync(() => void (event._tag === "Help" ? found = event.helpDoc : undefined))
    }
    yield* Effect.ignore(Command.runWith(assay, { version: "" })([...path, "--help"])).pipe(
      Effect.provide(Layer.mergeAll(
        NodeServices.layer,
        CliOutput.layerPresenter(presenter),
        CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] })
      ))
    )
    if (found === undefined) throw new Error(`\`assay ${path.join(" ")} --help\` says nothing`)
    return found
  })

/** A command and those below it, depth first. */
const all = (path: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<{ readonly path: ReadonlyArray<string>; readonly help: HelpDoc }>> =>
  Effect.gen(function*() {
    const help = yield* helpOf(path)
    const names = (help.subcommands ?? []).flatMap(({ commands }) => commands.map(({ name }) => name))
    const below = yield* Effect.forEach(names, (name) => all([...path, name]))
    return [{ path, help }, ...below.flat()]
  })

/** Every command with what it says of itself; the first is `assay` itself. */
export const commands = all([])

const flag = ({ aliases, description, name, required, type }: HelpDoc["flags"][number]): ReadonlyArray<string> => [
  `\`${[`--${name}`, ...aliases].join(", ")}\``,
  type === "boolean" ? "" : cell(type),
  // what may come several times may also come never
  cell(Option.getOrElse(description, () => "")) + (required && !repeatable(description) ? " (required)" : "")
]

const repeatable = (description: Option.Option<string>): boolean => Option.getOrElse(description, () => "").includes("(repeatable")

/** Paragraphs; lines that were set below one another stay so. */
const paragraphs = (description: string): ReadonlyArray<string> =>
  description.split("\n\n").map((text) => text.startsWith("  ") ? block("", text.replace(/^ {2}/gm, "")) : prose(text.split("\n").length > 3 ? text.replaceAll("\n", "\\\n") : text))

const section = ({ help, path }: { readonly path: ReadonlyArray<string>; readonly help: HelpDoc }): string => {
  const args = (help.args ?? []).map(({ description, name, required, variadic }) => [
    `\`${name}${variadic ? "..." : ""}\``,
    cell(Option.getOrElse(description, () => "")) + (required ? "" : " (optional)")
  ])
  return page(
    `## assay ${path.join(" ")}`,
    ...paragraphs(help.description),
    block("", help.usage),
    table(["argument", "what"], args),
    table(["flag", "value", "what"], help.flags.map(flag)),
    ...((help.examples ?? []).length === 0 ? [] : [
      block("sh", help.examples!.map(({ command, description }) => description === undefined ? command : `${command} # ${description}`).join("\n"))
    ])
  ).trim()
}

export const commandsPage: Effect.Effect<string> = Effect.map(commands, ([root, ...rest]) =>
  page(
    "# Commands",
    ...paragraphs(root!.help.description),
    "Data goes to stdout, progress and messages to stderr. With `--json` a command prints what a script would read. `NO_COLOR` is heeded. In a project that has " +
      "Assay as a package, and in a clone, the command is `npx assay`.",
    table(["command", "what"], rest.map(({ help, path }) => [
      `[\`assay ${path.join(" ")}\`](#assay-${path.join("-")})`,
      cell(summary(help.description))
    ])),
    ...rest.map(section)
  ))
