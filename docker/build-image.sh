#!/usr/bin/env bash
# Builds the image where no container engine runs and no registry of images can be reached: a base
# from Debian by debootstrap, the rest by buildah. As root, on Debian 12:
#   apt-get install --no-install-recommends buildah debootstrap
#   docker/build-image.sh [ARCHIVE]
# ARCHIVE: write the image there, as `docker load` takes it. What steers it, with its default:
#   MIRROR=http://deb.debian.org/debian            where packages come from
#   SECURITY_MIRROR=http://deb.debian.org/debian-security
#   IMAGE=localhost/flotilla                       its name
#   STORAGE=build/image                            where buildah keeps images; remove it to begin anew
#   CCACHE=                                        a folder of compiler results to use and fill
#   JOBS=                                          compilers at once; default: one a processor
set -euo pipefail
cd "$(dirname "$0")/.."

mirror=${MIRROR:-http://deb.debian.org/debian}
security=${SECURITY_MIRROR:-http://deb.debian.org/debian-security}
image=${IMAGE:-localhost/flotilla}
storage=$(realpath -m "${STORAGE:-build/image}")
archive=${1:+$(realpath -m "$1")}
base=localhost/flotilla-base

say() {
  printf '==> %s\n' "$*"
}
fail() {
  printf 'build-image: %s\n' "$*" >&2
  exit 1
}
# Neither overlays nor user namespaces: this has to work inside a container, too.
ours() {
  buildah --root "$storage/storage" --runroot "$storage/run" --storage-driver vfs "$@"
}

[ "$(id -u)" -eq 0 ] || fail "run it as root: debootstrap and the chroots need that."
for tool in buildah debootstrap; do
  command -v "$tool" >/dev/null || fail "$tool is missing: apt-get install $tool"
done

# What debian:12-slim is: the essential packages and apt, without documentation.
make_base() { # make_base DIR
  debootstrap --variant=minbase bookworm "$1" "$mirror" >"$storage/debootstrap.log" 2>&1 \
    || { tail -n 20 "$storage/debootstrap.log" >&2; fail "debootstrap has failed, see above."; }
  printf 'deb %s %s main\n' "$mirror" bookworm "$mirror" bookworm-updates \
    "$security" bookworm-security >"$1/etc/apt/sources.list"
  printf 'path-exclude %s\n' '/usr/share/doc/*' '/usr/share/man/*' '/usr/share/locale/*' \
    '/usr/share/info/*' >"$1/etc/dpkg/dpkg.cfg.d/slim"
  printf 'path-include /usr/share/doc/*/copyright\n' >>"$1/etc/dpkg/dpkg.cfg.d/slim"
  chroot "$1" apt-get -q update
  DEBIAN_FRONTEND=noninteractive chroot "$1" apt-get -q -y upgrade
  chroot "$1" apt-get clean
  find "$1/usr/share/doc" -type f ! -name copyright -delete
  rm -rf "$1"/usr/share/{man,locale,info}/* "$1"/var/{lib/apt/lists,log}/* "$1"/var/cache/debconf/*-old
}

work=$(mktemp -d "${TMPDIR:-/tmp}/flotilla-image-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
mkdir -p "$storage"

if ! ours inspect --type image "$base" >/dev/null 2>&1; then
  say "Making the base from $mirror"
  make_base "$work/base"
  tar -C "$work/base" --one-file-system -cf "$work/base.tar" .
  container=$(ours from scratch)
  ours add --quiet "$container" "$work/base.tar" / >/dev/null
  ours config --cmd /bin/bash "$container"
  ours commit --quiet --rm "$container" "$base" >/dev/null
fi

say "Building $image"
options=()
if [ -n "${CCACHE-}" ]; then
  mkdir -p "$CCACHE"
  options+=(--volume "$(realpath "$CCACHE"):/root/.cache/ccache")
fi
# The health check is an extension of docker's format: OCI's has no place for it.
ours build --isolation chroot --format docker --layers --pull-never "${options[@]}" \
  --build-arg BASE="$base" ${JOBS:+--build-arg JOBS="$JOBS"} \
  --tag "$image" --file docker/Dockerfile .

if [ -n "$archive" ]; then
  say "Writing $archive"
  rm -f "$archive"
  ours push --quiet "$image" "docker-archive:$archive:$image"
fi
ours images "$image"
