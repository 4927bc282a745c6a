#!/usr/bin/env bash
# Builds the fuzzers of tests/fuzz and runs each of them, two at a time.
#   scripts/fuzz.sh [SECONDS]     seconds for each fuzzer, 60 unless given
# What they learn stays in build/fuzz/corpus; an input that breaks a parser is named and kept in
# build/fuzz/artifacts. Exits 1 if there is one.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
if ! [[ $seconds =~ ^[1-9][0-9]*$ ]]; then
  echo "usage: scripts/fuzz.sh [SECONDS]" >&2
  exit 2
fi

fuzz_one() {
  local name=$1 seconds=$2 at=build/fuzz
  local log=$at/logs/$name.log corpus=$at/corpus/$name
  mkdir -p "$corpus" "$at/logs" "$at/artifacts"
  if "$at/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -rss_limit_mb=1024 -timeout=10 \
    -max_len=65536 -print_final_stats=1 -artifact_prefix="$at/artifacts/$name-" \
    "$corpus" "tests/fuzz/seeds/$name" >"$log" 2>&1; then
    echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs, nothing found"
    return
  fi
  local artifact
  artifact=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
  echo "$name: FAILED, input in ${artifact:-none}, report in $log"
  return 1
}
export -f fuzz_one

mkdir -p build/fuzz
if ! { cmake --preset fuzz && cmake --build --preset fuzz --target fuzzers; } >build/fuzz/build.log 2>&1; then
  tail -n 40 build/fuzz/build.log >&2
  exit 1
fi

# xargs goes on with the others when one fails, and says so at the end with 123.
if ! find tests/fuzz/seeds -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort \
  | xargs -P 2 -I{} bash -c 'fuzz_one "$1" "$2"' _ {} "$seconds"; then
  exit 1
fi
