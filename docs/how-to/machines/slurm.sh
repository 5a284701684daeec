#!/usr/bin/env bash
# Eight workers as a SLURM array. Submit the study first, from any machine that sees the same folder:
#   npx assay run study.ts --queue "$ASSAY_QUEUE"
#SBATCH --job-name=assay
#SBATCH --array=1-8
#SBATCH --cpus-per-task=4
#SBATCH --mem=16G
#SBATCH --time=24:00:00
#SBATCH --signal=B:TERM@60
set -euo pipefail

# the clone that the study was submitted from, or another one at the same commit after `npm ci`
cd "${ASSAY_STUDIES:?the folder of the study}"

# exec: so that the signal before the time is up reaches the worker, which gives its cells back
exec npx assay worker --queue "${ASSAY_QUEUE:?postgres://USER:PASSWORD@HOST/DATABASE}" --jobs 1
