#!/usr/bin/env bash
# Builds Flotilla and shows it at work: a registry on loopback, a small model, a push; then a fleet
# of three that pushes another one. Everything it makes outside of build/ lies in a temporary folder
# and is gone at the end.
set -euo pipefail
cd "$(dirname "$0")"

bold='' plain=''
if [ -t 1 ]; then
  bold=$'\e[1m' plain=$'\e[0m'
fi
say() {
  printf '\n%s==> %s%s\n' "$bold" "$*" "$plain"
}
show() { # prints the command, then runs it
  printf '%s$ %s%s\n' "$bold" "$*" "$plain"
  "$@"
}
quietly() { # the same, but its output is shown only when it fails
  printf '%s$ %s%s\n' "$bold" "$*" "$plain"
  "$@" >"$work/quiet.log" 2>&1 || { cat "$work/quiet.log" >&2; exit 1; }
}
fail() {
  printf 'quickstart: %s\n' "$*" >&2
  exit 1
}

work=$(mktemp -d "${TMPDIR:-/tmp}/flotilla-quickstart-XXXXXX")
registry=
fleet=() # the workers, then the coordinator
clean_up() {
  local process
  for process in "${fleet[@]}" $registry; do # each needs the next to leave well
    kill "$process" 2>/dev/null || true
    wait "$process" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# ---- a registry ------------------------------------------------------------------------------

answers() { # answers PORT: whether somebody listens there on loopback
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

start_registry() {
  for _ in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 12000))
    answers "$port" && continue
    cat >"$work/registry.yml" <<EOT
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $work/registry}}
http: {addr: "127.0.0.1:$port", secret: quickstart}
EOT
    docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
    registry=$!
    for _ in {1..100}; do
      if answers "$port"; then return; fi
      kill -0 "$registry" 2>/dev/null || break
      sleep 0.1
    done
    registry=
  done
  cat "$work/registry.log" >&2
  fail "docker-registry did not start, see above."
}

# ---- models ----------------------------------------------------------------------------------

# add_blob FILE: moves a file into the layout under its digest; sets `digest` and `size`.
add_blob() {
  digest=$(sha256sum "$1" | cut -d ' ' -f 1)
  size=$(stat -c %s "$1")
  mv "$1" "$model/blobs/sha256/$digest"
}

# Prints the descriptor of the blob that was added last.
descriptor() { # descriptor MEDIA_TYPE
  printf '{"mediaType":"%s","digest":"sha256:%s","size":%d' "$1" "$digest" "$size"
}

# make_model NAME KIB...: an OCI image layout with the empty config of an artifact and random layers
# of these sizes. Sets `model`, its folder, and `manifest`, its digest.
make_model() {
  model=$work/$1
  shift
  mkdir -p "$model/blobs/sha256"
  printf '{"imageLayoutVersion":"1.0.0"}' >"$model/oci-layout"
  printf '{}' >"$work/blob"
  add_blob "$work/blob"
  local config layers='' kib
  config="$(descriptor application/vnd.oci.empty.v1+json)}"
  for kib; do
    head -c "${kib}K" /dev/urandom >"$work/blob"
    add_blob "$work/blob"
    layers+="${layers:+,}$(descriptor application/octet-stream)}"
  done
  local type=application/vnd.oci.image.manifest.v1+json
  printf '{"schemaVersion":2,"mediaType":"%s","artifactType":"%s","config":%s,"layers":[%s]}' \
    "$type" application/vnd.example.model "$config" "$layers" >"$work/blob"
  add_blob "$work/blob"
  manifest=sha256:$digest
  printf '{"schemaVersion":2,"manifests":[%s,"annotations":{"%s":"demo"}}]}' \
    "$(descriptor "$type")" org.opencontainers.image.ref.name >"$model/index.json"
}

# ---- a fleet ---------------------------------------------------------------------------------

# await FILE PROCESS TEXT: waits until the process has written that; it must not end before.
await() {
  for _ in {1..100}; do
    if grep -q "$3" "$1"; then return; fi
    kill -0 "$2" 2>/dev/null || break
    sleep 0.1
  done
  cat "$1" >&2
  fail "the fleet did not start, see above."
}

start() { # start LOG COMMAND...: shows a command and leaves it running
  local log=$1
  shift
  printf '%s$ %s &%s\n' "$bold" "$*" "$plain"
  "$@" >"$log" 2>&1 &
  fleet=($! "${fleet[@]}")
}

# A coordinator on any port that is free, and three workers; sets `head`, its place.
start_fleet() {
  start coordinator.log flotilla coordinator --listen 127.0.0.1:0
  await coordinator.log "${fleet[0]}" 'listens on'
  head=$(sed -n 's/.* listens on \([0-9.:]*\).*/\1/p' coordinator.log)
  local name
  for name in node1 node2 node3; do
    start "$name.log" flotilla worker --coordinator "$head" --root . --name "$name"
    await "$name.log" "${fleet[0]}" 'joined the fleet'
  done
}

# ---- the tour --------------------------------------------------------------------------------

say "Setting up and building"
show scripts/setup.sh
quietly cmake --preset release
show cmake --build --preset release --target flotilla
PATH=$PWD/build/release:$PATH
export FLOTILLA_STATE_DIR=$work/state
export FLOTILLA_DRAIN_TIMEOUT=1s # when this ends early, workers leave at once

say "Starting a registry on loopback and making a model of 64 MiB"
start_registry
make_model model 32768 16384 8192 4096 2048 1024 512 512
target=localhost:$port/demo/model:v1
cd "$work"
show ls -l model/blobs/sha256

say "What would a push do? Nothing is sent yet"
show flotilla plan oci:./model:demo "$target"

say "Pushing"
show flotilla push oci:./model:demo "$target"

say "Pushing again: everything is there, so nothing is sent"
show flotilla push oci:./model:demo "$target"

say "Comparing the registry with the source"
show flotilla verify oci:./model:demo "$target"

say "Pulling it back with skopeo and comparing the bytes"
show skopeo copy --quiet --src-tls-verify=false "docker://$target" oci:pulled:demo
show diff -r model/blobs pulled/blobs || fail "what was pulled is not what was pushed."
grep -q "$manifest" "$work/pulled/index.json" || fail "skopeo pulled another manifest."
echo "The same: $(find "$model/blobs" -type f | wc -l) files, manifest $manifest."

say "Starting a fleet: a coordinator and three workers that may read this folder"
start_fleet

say "Making a second model of 64 MiB and letting the fleet push it"
make_model second 16384 8192 8192 4096 4096 4096 4096 2048 2048 2048 2048 2048 2048 2048 1024 1024
target=localhost:$port/demo/second:v1
show flotilla push --coordinator "$head" oci:./second:demo "$target"
show flotilla status --coordinator "$head"
show flotilla verify oci:./second:demo "$target"

say "Done. All of it is stopped and removed; the program stays at build/release/flotilla"
