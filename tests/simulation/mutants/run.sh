#!/bin/sh
# Puts each bug of this folder back, one at a time, in a copy of the tree, and tells after how many
# seeds the simulator finds it. Usage: run.sh [MOST_SEEDS [NAME...]]; exits with 1 when one is not
# found. Needs a few minutes, most of them for building.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
most=${1:-20000}
[ $# -gt 0 ] && shift
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git -C "$root" ls-files -z | (cd "$root" && xargs -0 tar cf - --ignore-failed-read) | tar xf - -C "$copy"
cmake -S "$copy" -B "$copy/build/release" --preset release >"$copy/log" 2>&1 \
  || { cat "$copy/log" >&2; exit 2; }
failed=0
for patch in "$here"/*.patch; do
  name=$(basename "$patch" .patch)
  if [ $# -gt 0 ]; then
    case " $* " in *" $name "*) ;; *) continue ;; esac
  fi
  patch -s -p1 -d "$copy" <"$patch"
  if ! cmake --build "$copy/build/release" --target flotilla-sim >"$copy/log" 2>&1; then
    tail -n 30 "$copy/log" >&2
    exit 2
  fi
  if "$copy/build/release/flotilla-sim" --seeds "$most" --from 1 --jobs 1 --stop-after 1 \
       >"$copy/found"; then
    echo "$name: not found in $most seeds"
    failed=1
  else
    echo "$name: $(sed -n 's/ seeds in .*//p' "$copy/found") seeds; $(sed -n '2s/:.*//p' "$copy/found")"
  fi
  patch -s -R -p1 -d "$copy" <"$patch"
done
exit $failed
