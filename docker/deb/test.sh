#!/usr/bin/env bash
# Makes the package, installs it here, looks at what came, uses it, and takes it away again. As root,
# on a machine that one can spare.
set -euo pipefail
cd "$(dirname "$0")/../.."

fail() {
  echo "deb: $*" >&2
  exit 1
}
docker/deb/build.sh
package=$(echo build/release/flotilla_*.deb)
export DEBIAN_FRONTEND=noninteractive
apt-get install -q -y "./$package"

[ "$(command -v flotilla)" = /usr/bin/flotilla ] || fail "it is not on the path"
flotilla version
id flotilla || fail "its user is missing"
for page in flotilla flotilla-push flotilla-worker; do
  zcat "/usr/share/man/man1/$page.1.gz" | groff -man -Tascii -ww -z || fail "no page on $page"
done
for file in /usr/share/bash-completion/completions/flotilla /usr/share/zsh/vendor-completions/_flotilla \
  /usr/share/fish/vendor_completions.d/flotilla.fish /usr/lib/systemd/system/flotilla-worker.service \
  /usr/lib/systemd/system/flotilla-coordinator.service /usr/share/doc/flotilla/copyright \
  /usr/share/doc/flotilla/configs/prometheus/alerts.yml; do
  [ -s "$file" ] || fail "$file is missing"
done
dpkg-query --show --showformat='${Conffiles}' flotilla | grep -q /etc/flotilla/worker.env \
  || fail "settings would be overwritten"

# As its unit runs it: by its user, with its settings.
mkdir -p /var/lib/flotilla && chown flotilla: /var/lib/flotilla
head=$(mktemp)
trap 'kill "$coordinator" 2>/dev/null || true; rm -f "$head"' EXIT
export FLOTILLA_STATE_DIR=/var/lib/flotilla
set -a
# shellcheck source=../systemd/coordinator.env
. /etc/flotilla/coordinator.env
set +a
setpriv --reuid=flotilla --regid=flotilla --clear-groups flotilla coordinator 2>"$head" &
coordinator=$!
for _ in $(seq 50); do
  ! grep -q 'listens on' "$head" || break
  sleep 0.1
done
flotilla status --coordinator 127.0.0.1:7400 || fail "no coordinator: $(cat "$head")"
kill "$coordinator"
wait "$coordinator" || fail "it did not end well: $(cat "$head")"

apt-get purge -q -y flotilla
! [ -e /usr/bin/flotilla ] || fail "it is still there"
! [ -e /var/lib/flotilla ] || fail "its state is still there"
echo "deb: $package is as it should be"
