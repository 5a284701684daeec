/** The runs that are under way now, each with its stage, its committed steps and the time left. */
import { Progress } from "../../parts/progress.tsx"
import { Left } from "../../parts/time.tsx"
import type { Answer } from "../../shell/ask.ts"
import { href } from "../../shell/route.ts"

type Experiment = Answer<"/api/experiments">[number]
type Run = Experiment["running"][number]

const stepsOf = ({ done, of, stage }: Run): string => of === null ? stage ?? "between stages" : `${stage} · step ${done} of ${of}`

export const Running = ({ experiment: { endsAt, name, running } }: { readonly experiment: Experiment }) => (
  <section class="panel" aria-label={`Running now: ${name}`}>
    <div class="row">
      <h2>{name} runs now</h2>
      <span class="muted"><Left until={endsAt} /></span>
    </div>
    <ul class="runs">
      {running.map((run) => (
        <li key={run.run}>
          <span><a href={href("runs", { experiment: name, run: String(run.run) })}>{run.variant}, seed {run.seed}</a></span>
          <span class="muted">{stepsOf(run)}</span>
          {run.of === null ? <span /> : <Progress label={`${run.done} of ${run.of} steps`} done={run.done} of={run.of} />}
          <span class="muted"><Left until={run.endsAt} /></span>
        </li>
      ))}
    </ul>
  </section>
)
