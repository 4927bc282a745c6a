#!/usr/bin/env bash
# Runs push.sbatch without Slurm: stand-ins for `srun` and `scontrol` start three workers on this
# machine, everything else is real. Proves exit codes, and that nothing stays behind.
#   docker/slurm/test.sh [PROGRAM]    default: build/release/flotilla; it needs docker-registry
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../test-support.sh
. "$here/../test-support.sh"
program=$(realpath "${1:-$here/../../build/release/flotilla}")
[ -x "$program" ] || fail "$program is not there"

work=$(mktemp -d "${TMPDIR:-/tmp}/flotilla-slurm-XXXXXX")
registry='' place=''
trap 'kill $registry 2>/dev/null || true; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

mkdir -p "$work"/{bin,jobs,models}
ln -s "$program" "$work/bin/flotilla"
cat >"$work/bin/scontrol" <<'EOT'
#!/bin/sh
[ "$1 $2 $3" = "show hostnames node[1-3]" ] || exit 1
printf 'localhost\nnode2\nnode3\n'
EOT
# As srun does, it passes a signal on to its tasks, and ends when all of them have ended.
cat >"$work/bin/srun" <<'EOT'
#!/usr/bin/env bash
[ -z "${NO_WORKERS-}" ] || exit 1
while [[ $1 == --* ]]; do
  case $1 in --ntasks=*) tasks=${1#*=} ;; esac
  shift
done
for ((i = 1; i <= tasks; i++)); do
  FLOTILLA_NAME=node$i "$@" &
  pids+=($!)
done
printf '%s\n' "${pids[@]}" >"$TASKS"
trap 'kill "${pids[@]}" 2>/dev/null' TERM
while [ -n "$(jobs -pr)" ]; do wait; done
EOT
chmod +x "$work"/bin/*

begin() { # begin ARGUMENT...: starts the script as Slurm would; sets `running`, its process
  : >"$work/log" # what the job before has said is over
  env PATH="$work/bin:$PATH" JOB_DIR="$work/jobs" FLOTILLA_ROOT="$work/models" TASKS="$work/tasks" \
    SLURM_JOB_ID=17 SLURM_JOB_NODELIST='node[1-3]' SLURM_JOB_NUM_NODES=3 \
    "$BASH" "$here/push.sbatch" "$@" >"$work/log" 2>&1 &
  running=$!
}
expect() { # expect EXIT_CODE NAME: of the job that runs, and that it leaves nothing
  local code=0 left
  wait "$running" || code=$?
  if [ "$code" -ne "$1" ]; then
    cat "$work/log" >&2
    fail "$2: exit code $code, not $1"
  fi
  [ -z "$(ls -A "$work/jobs")" ] || fail "$2: files are left: $(ls -R "$work/jobs")"
  left=$(grep -lz "JOB_DIR=$work/jobs" /proc/[0-9]*/environ 2>/dev/null || true)
  [ -z "$left" ] || fail "$2: processes are left: $left"
  say "$2: exit code $code, nothing is left"
}
verify() { # verify MODEL REFERENCE
  "$program" verify "oci:$work/models/$1" "$place/$2" --state-dir "$work/state"
}
begun() { # waits until the push is at work
  await "$work/log" 'sending:' 30
}

start_registry "$work/registry" # sets `registry` and `place`
make_model "$work/models/small" 1024 512 256 128 64 32
make_model "$work/models/large" 4096 4096 4096 4096 4096 4096 4096 4096 4096 4096

begin "oci:$work/models/small" "$place/slurm/small:v1"
expect 0 "a push"
verify small slurm/small:v1

begin "oci:$work/models/missing" "$place/slurm/missing:v1"
expect 3 "a source that is not there"

begin
expect 2 "no arguments"

NO_WORKERS=1 begin "oci:$work/models/small" "$place/slurm/none:v1"
expect 7 "workers that do not start"

FLOTILLA_STATE_DIR=/dev/null begin "oci:$work/models/small" "$place/slurm/none:v1"
expect 7 "a coordinator that does not start"

begin "oci:$work/models/large" "$place/slurm/lost:v1" --bandwidth 4MiB --uploads 2
begun
kill -KILL "$(head -n 1 "$work/tasks")"
expect 0 "a worker that is killed"
verify large slurm/lost:v1

begin "oci:$work/models/large" "$place/slurm/cut:v1" --bandwidth 1MiB --uploads 2
begun
kill -TERM "$running" # the script alone, as --signal=B: does
expect 130 "the end of its time"
