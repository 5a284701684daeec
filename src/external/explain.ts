/** Why a trainer ended before its time, in words, and what to do about it. */
import { exits } from "../pipeline/Errors.ts"
import type { Ended } from "./Program.ts"
import type { Settings } from "./settings.ts"
import type { Trainer } from "./trainer.ts"
import { TrainerError } from "./trainerError.ts"

/** What is known of its end. */
export interface End extends Pick<Ended, "how"> {
  /** The last lines of what it said. */
  readonly last: string
  /** Where all of it lies. */
  readonly log: string
}

type Started = Pick<Settings, "python" | "command" | "trainer">

/** What to do where the trouble is how it is started; undefined where it is something else. */
const remedyOf = ({ how, last }: End, { install, title }: Trainer, { command, python }: Started): string | undefined => {
  if (/No module named/.test(last)) return `Install what is missing (\`${install}\`), or name a Python that has it in \`python\`.`
  if (how.startsWith("could not be started")) return `Name another \`command\`; here it is ${(command ?? ["bash"]).join(" ")}.`
  // what a shell ends with that finds no such program, or may not run it
  if (/code 12[67]$/.test(how)) return `Name in \`python\` a Python that has ${title} (\`${install}\`); here it is ${python.join(" ")}.`
  return undefined
}

export const explain = (end: End, trainer: Trainer, started: Started): TrainerError => {
  const remedy = remedyOf(end, trainer, started)
  const said = end.last === "" ? "It said nothing." : `It said at last:\n${end.last}`
  return new TrainerError({
    message: `${trainer.title} (${started.trainer}) ${end.how} before the training was done. ` +
      `${remedy ?? "Mend what it says and run again: it goes on from its last checkpoint."} All that it said is in ${end.log}. ${said}`,
    exitCode: remedy === undefined ? exits.broke : exits.invalid
  })
}
