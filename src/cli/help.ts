/** Help as it is printed: lists of commands have a sentence for each, and what goes over several lines stays in its column. */
import * as Arr from "effect/Array"
import * as CliOutput from "effect/cli/CliOutput"
import type { HelpDoc } from "effect/cli/HelpDoc"

/** The first sentence of a description. */
export const summary = (description: string): string =>
  /^[^]*?(?:[.?!](?=\s|$)|:\n|\n\n|$)/.exec(description)![0].trim().replace(/:$/, ".").replaceAll(/\s+/g, " ")

const tidy = (doc: HelpDoc): HelpDoc => ({
  ...doc,
  description: doc.description.replaceAll(/\n(?=[^\n])/g, "\n  "),
  ...(doc.subcommands === undefined ? {} : {
    subcommands: doc.subcommands.map((group) => ({
      ...group,
      commands: Arr.map(group.commands, (command) => ({ ...command, shortDescription: summary(command.description).replace(/\.$/, "") }))
    }))
  })
})

/** A help page as a terminal shows it. */
export const helpText = (doc: HelpDoc, colors: boolean): string =>
  CliOutput.defaultFormatter({ colors, globalFlags: "summary" }).formatHelpDoc(tidy(doc))
