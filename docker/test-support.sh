# What the tests of this folder share, to be sourced: a registry on loopback, and models for it.
# shellcheck shell=bash disable=SC2034  # the variables are for those who source this

say() {
  printf '==> %s\n' "$*"
}
fail() {
  printf '%s: FAILED: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

answers() { # answers PORT: whether somebody listens there on loopback
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

free_port() { # sets `port`
  for _ in {1..50}; do
    port=$((20000 + RANDOM % 12000))
    answers "$port" || return 0
  done
  fail "no port is free"
}

start_registry() { # start_registry DIR: sets `registry`, its process, and `place`
  free_port
  place=127.0.0.1:$port
  mkdir -p "$1"
  cat >"$1/config.yml" <<EOT
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $1/data}}
http: {addr: "$place", secret: test}
EOT
  docker-registry serve "$1/config.yml" >"$1/log" 2>&1 &
  registry=$!
  for _ in {1..100}; do
    if answers "$port"; then return 0; fi
    sleep 0.1
  done
  fail "docker-registry did not start: $(tail -n 3 "$1/log")"
}

await() { # await FILE TEXT [SECONDS]: until the file has that
  local i
  for ((i = 0; i < 10 * ${3:-20}; i++)); do
    if grep -q "$2" "$1"; then return 0; fi
    sleep 0.1
  done
  cat "$1" >&2
  fail "waited in vain for \"$2\""
}

add_blob() { # add_blob DIR FILE TYPE: moves it there under its digest; sets `descriptor`
  local digest size
  digest=$(sha256sum "$2" | cut -d ' ' -f 1)
  size=$(stat -c %s "$2")
  mv "$2" "$1/blobs/sha256/$digest"
  descriptor="{\"mediaType\":\"$3\",\"digest\":\"sha256:$digest\",\"size\":$size}"
}

make_model() { # make_model DIR KIB...: an OCI image layout with layers of these sizes
  local dir=$1 kib config layers='' type=application/vnd.oci.image.manifest.v1+json
  shift
  mkdir -p "$dir/blobs/sha256"
  printf '{"imageLayoutVersion":"1.0.0"}' >"$dir/oci-layout"
  printf '{}' >"$dir/blob"
  add_blob "$dir" "$dir/blob" application/vnd.oci.empty.v1+json
  config=$descriptor
  for kib; do
    head -c "${kib}K" /dev/urandom >"$dir/blob"
    add_blob "$dir" "$dir/blob" application/octet-stream
    layers+=${layers:+,}$descriptor
  done
  printf '{"schemaVersion":2,"mediaType":"%s","config":%s,"layers":[%s]}' \
    "$type" "$config" "$layers" >"$dir/blob"
  add_blob "$dir" "$dir/blob" "$type"
  printf '{"schemaVersion":2,"manifests":[%s]}' "$descriptor" >"$dir/index.json"
}
