#!/usr/bin/env bash
# Builds the image and runs what compose.yaml says in chroots of it, one for each service: as the
# image's user, with a read-only root, its volumes, its environment, and a loopback of its own on
# which the services' names are found. The registry is Debian's. As root, on Debian 12:
#   apt-get install --no-install-recommends buildah debootstrap docker-registry iproute2 \
#     python3-yaml skopeo umoci
#   docker/test-image.sh [ARCHIVE]    ARCHIVE: test this one, which build-image.sh has written
set -euo pipefail
self=$(realpath "$0")
archive=${1:+$(realpath "$1")}
cd "$(dirname "$self")"
# shellcheck source=test-support.sh
. ./test-support.sh

[ "$(id -u)" -eq 0 ] || fail "run it as root: chroots and mounts need that"
if [ -z "${TEST_WORK-}" ]; then # outside of the namespaces: what needs a network
  work=$(mktemp -d "${TMPDIR:-/tmp}/flotilla-test-image-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM
  if [ -z "$archive" ]; then
    archive=$work/image.tar
    ./build-image.sh "$archive"
  fi
  # Mounts and processes' ports end with the namespaces.
  TEST_WORK=$work unshare --mount --net "$self" "$archive"
  exit
fi
work=$TEST_WORK
registry=''
processes=()
trap 'kill ${processes[@]+"${processes[@]}"} $registry 2>/dev/null || true; wait' EXIT
trap 'exit 130' INT TERM
ip link set lo up

say "Unpacking $(du -h "$archive" | cut -f 1) of image"
skopeo inspect --config --raw "docker-archive:$archive" >"$work/config.json"
skopeo copy --quiet "docker-archive:$archive" "oci:$work/layout:image"
umoci --log error unpack --image "$work/layout:image" "$work/bundle"
image=$work/bundle/rootfs
du -sh "$image"

# Prints what compose.yaml has of a service, or the image's own: a line each.
cat >"$work/facts.py" <<'EOT'
import json, sys, yaml
of, what = sys.argv[1:]
if of == "image":
    config = json.load(open(sys.argv[0].replace("facts.py", "config.json")))["config"]
    found = config[what]
else:
    found = yaml.safe_load(open("compose.yaml"))["services"][of].get(what, [])
if isinstance(found, dict):
    found = [f"{key}={value}" for key, value in found.items()]
for each in [found] if isinstance(found, str) else found:
    print(each)
EOT
facts() { # facts SERVICE KEY
  /usr/bin/python3 "$work/facts.py" "$@"
}

user=$(facts image User)
health=$(facts image Healthcheck)
say "Its user is $user, its health check ${health%%$'\n'*}"
[ "$user" = 10001:10001 ] || fail "the image's user is $user"
[[ $health == *flotilla-health* ]] || fail "the image has no health check"
mapfile -t environment < <(facts image Env)

printf '127.0.0.1 localhost coordinator registry\n' >"$work/hosts"
touch "$image/certs.sh" "$image/etc/hosts" # docker makes the places of mounts, too

# A container's root: the image, read only, with the service's volumes. A new volume is as the folder
# is in the image.
container() { # container NAME SERVICE: sets `root`
  root=$work/containers/$1
  [ ! -d "$root" ] || return 0
  mkdir -p "$root" "$work/volumes"
  mount --bind "$image" "$root"
  mount -o remount,bind,ro "$root"
  mount --bind "$work/hosts" "$root/etc/hosts"
  mount --rbind /dev "$root/dev"
  mount -t proc proc "$root/proc"
  local volume from to
  while read -r volume; do
    case $volume in
      *:/models:ro) from=$work/models to=/models ;; # ${MODELS:?…} has colons of its own
      *) from=${volume%%:*} to=${volume#*:} to=${to%:ro} ;;
    esac
    case $from in
      /*) ;;
      .*) from=$PWD/$from ;;
      *)
        [ -d "$work/volumes/$from" ] || cp -a "$image$to" "$work/volumes/$from"
        from=$work/volumes/$from
        ;;
    esac
    mount --bind "$from" "$root$to"
    case $volume in *:ro) mount -o remount,bind,ro "$root$to" ;; esac
  done < <(facts "$2" volumes)
}
# inside NAME SERVICE [VARIABLE=VALUE...] COMMAND...: runs that there, and becomes it
inside() {
  local variables
  container "$1" "$2"
  mapfile -t variables < <(facts "$2" environment)
  exec chroot --userspec="$user" --groups="${user#*:}" "$root" \
    env -i -C /var/lib/flotilla "${environment[@]}" HOME=/var/lib/flotilla "${variables[@]}" "${@:3}"
}
client() {
  (inside client client "$@")
}
begin() { # begin NAME SERVICE TEXT [VARIABLE=VALUE...]: starts it and waits until it has said that
  container "$1" "$2" # here, so that another process of that name finds it
  : >"$work/$1.log"
  (inside "$1" "$2" "${@:4}" "$(facts image Entrypoint)" "$(facts "$2" command)") 2>"$work/$1.log" &
  processes+=($!)
  await "$work/$1.log" "$3"
}
health() { # health NAME SERVICE PORT [PAGE]
  (inside "$1" "$2" FLOTILLA_ADMIN="0.0.0.0:$3" flotilla-health "${@:4}")
}
soon() { # soon COMMAND...: an admin port looks at its process once a second
  for _ in {1..100}; do
    if "$@" >/dev/null 2>&1; then return 0; fi
    sleep 0.1
  done
  fail "in vain: $*"
}
refuses() { # refuses COMMAND...
  if "$@" >/dev/null 2>&1; then fail "should have been refused: $*"; fi
}

mkdir "$work/models"
make_model "$work/models/demo" 8192 4096 2048 1024 512 256 128 64
chmod -R a+rX "$work/models"
sed "s|DIR|$work/registry|" >"$work/registry.yml" <<'EOT'
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: DIR}}
http: {addr: "127.0.0.1:5000", secret: test}
EOT
docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
registry=$!

say "A push of one process, as the image's user"
client flotilla version
client id
client flotilla-health # of a process that serves nothing
refuses client sh -c 'echo x >/usr/bin/x'
client env -u FLOTILLA_COORDINATOR -u FLOTILLA_FLEET_CA -u FLOTILLA_FLEET_CERT -u FLOTILLA_FLEET_KEY \
  flotilla push oci:/models/demo registry:5000/alone/demo:v1

say "Certificates"
mapfile -t words < <(facts certs entrypoint && facts certs command)
(inside certs certs "${words[@]}")
(inside certs certs "${words[@]}") # once more changes nothing
client ls -l /etc/flotilla
refuses client ls /var/lib/flotilla/ca.key

say "A fleet"
begin coordinator coordinator 'listens on'
for i in 1 2 3; do # on one loopback each needs a port of its own
  begin "worker$i" worker 'joined the fleet' FLOTILLA_NAME="worker$i" FLOTILLA_ADMIN="0.0.0.0:741$i"
done
health coordinator coordinator 7401
soon health coordinator coordinator 7401 readyz
soon health worker1 worker 7411 readyz
refuses health worker1 worker 7499
client flotilla push oci:/models/demo registry:5000/fleet/demo:v1
client flotilla status
client flotilla verify oci:/models/demo registry:5000/fleet/demo:v1
# As by `kubectl exec`, where no models are.
(inside coordinator coordinator FLOTILLA_COORDINATOR=127.0.0.1:7400 FLOTILLA_LOG_FORMAT=json \
  flotilla push oci:/models/demo registry:5000/exec/demo:v1 --plain-http)
skopeo copy --quiet --src-tls-verify=false docker://127.0.0.1:5000/fleet/demo:v1 "oci:$work/pulled:v1"
diff -r "$work/models/demo/blobs" "$work/pulled/blobs" || fail "what is pulled is not what was pushed"

say "Prometheus, another user, reads whom to ask, and no more"
other() {
  chroot --userspec=65534:65534 --groups= "$work/containers/coordinator" "$@"
}
other cat /var/lib/flotilla/targets.json
printf '\n'
refuses other ls /var/lib/flotilla

say "Without its coordinator a worker is healthy, and not ready; told to stop it ends with 0"
kill -TERM "${processes[0]}"
wait "${processes[0]}" || fail "the coordinator ended with $?"
unready() {
  ! health worker1 worker 7411 readyz
}
soon unready
health worker1 worker 7411
kill -TERM "${processes[1]}"
wait "${processes[1]}" || fail "a worker ended with $?"

say "Started again on its volume, the coordinator knows its push"
begin coordinator coordinator 'listens on'
client flotilla status

say "The key of a Kubernetes Secret becomes one that Flotilla takes"
secret=$work/secret
mkdir "$secret"
install -m 0440 -o root -g 10001 "$work/volumes/certificates/ca.crt" "$secret/ca.crt"
install -m 0440 -o root -g 10001 "$work/volumes/certificates/worker.crt" "$secret/tls.crt"
install -m 0440 -o root -g 10001 "$work/volumes/certificates/worker.key" "$secret/tls.key"
cp -a "$image/etc/flotilla" "$work/volumes/pod"
mkdir -p "$image/secret"
/usr/bin/python3 - >"$work/init" <<'EOT'
import yaml
pod = yaml.safe_load(open("kubernetes/workers.yaml").read().split("\n---")[0])["spec"]["template"]["spec"]
for word in pod["initContainers"][0]["command"] + pod["initContainers"][0]["args"]:
    print(word)
EOT
mapfile -t words <"$work/init"
container pod client
umount "$root/etc/flotilla"
mount --bind "$work/volumes/pod" "$root/etc/flotilla"
mount --bind "$secret" "$root/secret"
files=(FLOTILLA_FLEET_CA=/etc/flotilla/ca.crt FLOTILLA_FLEET_CERT=/etc/flotilla/tls.crt)
pod_status() { # pod_status KEY
  (inside pod client "${files[@]}" FLOTILLA_FLEET_KEY="$1" flotilla status)
}
refuses pod_status /secret/tls.key # hence the copy
(inside pod client "${words[@]}")
pod_status /etc/flotilla/tls.key

say "All of it works"
