#!/bin/bash
# One seed a task of SLURM, each with a database of its own: sbatch --array=0-2 seeds.sh study.ts
# The same line again goes on with what was stopped, and does nothing where all is done.
#SBATCH --job-name=assay
#SBATCH --array=0-2
#SBATCH --cpus-per-task=2
#SBATCH --mem=8G
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --signal=B:TERM@120
set -euo pipefail

seed=$SLURM_ARRAY_TASK_ID
mkdir -p "parts/$seed"
# exec hands the signal before the end on to Assay, which lets its step end and commits it
exec node_modules/.bin/assay run "$1" --seeds "$seed..$seed" --jobs 1 --db "parts/$seed/runs.db"
