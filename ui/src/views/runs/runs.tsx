/** Runs: those of an experiment, one of them, or what tells two apart. */
import { OfExperiment } from "../../parts/experiment.tsx"
import { When } from "../../parts/states.tsx"
import { useLive } from "../../shell/live.ts"
import { param } from "../../shell/route.ts"
import { RunDifference } from "./difference.tsx"
import { Runs as List } from "./list.tsx"
import { One } from "./one.tsx"
import "./runs.css"

const Between = ({ other, run }: { readonly run: number; readonly other: number }) => {
  const known = useLive("/api/runs/difference", { run, other })
  return (
    <>
      <h1>What tells run {run} from run {other}</h1>
      <When what="The difference" known={known}>{(between) => <RunDifference between={between} />}</When>
    </>
  )
}

const Runs = () => {
  const [run, other] = [Number(param("run")), Number(param("other"))]
  if (run > 0 && other > 0) return <Between run={run} other={other} />
  return run > 0 ? <One run={run} /> : <OfExperiment title="Runs">{(experiment) => <List experiment={experiment} />}</OfExperiment>
}

export default Runs
