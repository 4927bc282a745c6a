#!/bin/sh
# Sets up, builds, and runs every test. Arguments go to ctest; PRESET chooses the build.
#   ./test.sh
#   ./test.sh -R protocol
#   PRESET=dev ./test.sh
set -eu
cd "$(dirname "$0")"
preset=${PRESET:-release}

step() {
  printf '\n==> %s\n' "$*"
  "$@"
}

step scripts/setup.sh
step cmake --preset "$preset"
step cmake --build --preset "$preset"
step ctest --preset "$preset" --output-on-failure "$@"
