/** The pages of the documentation in reading order, by the titles that the navigation has for them. A test knows of every page. */

export interface Section {
  readonly text: string
  readonly items: ReadonlyArray<{ readonly text: string; readonly page: string }>
  readonly collapsed?: boolean
}

const section = (text: string, pages: { readonly [page: string]: string }, collapsed?: boolean): Section => ({
  text,
  items: Object.entries(pages).map(([page, text]) => ({ text, page })),
  ...(collapsed === undefined ? {} : { collapsed })
})

export const sections: ReadonlyArray<Section> = [
  section("Start", {
    "README.md": "What Assay is",
    "start.md": "Ten minutes"
  }),
  section("Concepts", {
    "concepts/study.md": "Study",
    "concepts/stage.md": "Stage",
    "concepts/task.md": "Task",
    "concepts/seed.md": "Seed",
    "concepts/fingerprint.md": "Fingerprint",
    "concepts/journal.md": "Journal"
  }),
  section("Your own", {
    "how-to/own-reward.md": "A reward",
    "how-to/own-data.md": "Data",
    "how-to/own-policy.md": "A policy",
    "how-to/own-task.md": "A task"
  }),
  section("Results", {
    "how-to/read-results.md": "SQL, DuckDB, pandas, R",
    "how-to/export.md": "TensorBoard, Parquet, CSV",
    "how-to/ui.md": "The page",
    "how-to/ui-samples.md": "Samples in the page",
    "how-to/ui-curves.md": "Curves, runs and SQL in the page",
    "how-to/move.md": "Runs from several machines",
    "how-to/report.md": "A report to send",
    "how-to/figures.md": "Figures for a paper",
    "how-to/rewards.md": "Can a reward be fooled?",
    "how-to/telemetry.md": "Traces and metrics"
  }),
  section("Models and trainers", {
    "how-to/hub.md": "Models and data by name",
    "how-to/servers.md": "Models behind a server",
    "how-to/split.md": "Sampled there, trained here",
    "how-to/trainers.md": "Trained elsewhere",
    "how-to/scale.md": "Many GPUs, a cluster",
    "how-to/machines.md": "Many machines",
    "how-to/recorded.md": "Answers from a file",
    "how-to/import.md": "Logs of other trainers",
    "how-to/serving.md": "Assay as a server",
    "how-to/tinker.md": "A training API"
  }),
  section("Data sets", {
    "data/README.md": "From disk",
    "data/coco.md": "COCO",
    "data/ovdeval.md": "OVDEval",
    "data/lvis.md": "LVIS",
    "data/d3.md": "D3",
    "data/odinw.md": "ODinW",
    "data/voc.md": "Pascal VOC",
    "data/yolo.md": "YOLO folders",
    "data/refcoco.md": "RefCOCO and kin",
    "data/superclevr.md": "SuperCLEVR",
    "data/parquet.md": "Parquet",
    "data/conversations.md": "VLM-R1's rows"
  }, true),
  section("The findings", {
    "studies.md": "Table by table",
    "results.md": "What came out"
  }),
  section("Reference", {
    "reference/commands.md": "Commands",
    "reference/runs-db.md": "runs.db",
    "reference/metrics.md": "Metrics",
    "reference/rewards.md": "Rewards",
    "reference/api/README.md": "API"
  }),
  section("API", {
    "reference/api/data.md": "Data",
    "reference/api/evaluate.md": "Evaluate",
    "reference/api/experiment.md": "Experiment",
    "reference/api/filter.md": "Filter",
    "reference/api/grid.md": "Grid",
    "reference/api/pipeline.md": "Pipeline",
    "reference/api/policy.md": "Policy",
    "reference/api/prompt.md": "Prompt",
    "reference/api/random.md": "Random",
    "reference/api/reward.md": "Reward",
    "reference/api/rollout.md": "Rollout",
    "reference/api/rows.md": "Rows",
    "reference/api/seeds.md": "Seeds",
    "reference/api/stage.md": "Stage",
    "reference/api/task.md": "Task",
    "reference/api/update.md": "Update",
    "reference/api/engine.md": "assay/engine",
    "reference/api/workspace.md": "assay/workspace",
    "reference/api/testing.md": "assay/testing"
  }, true),
  section("About", {
    "design.md": "Design",
    "limits.md": "Limits"
  })
]
