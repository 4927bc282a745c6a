#!/usr/bin/env bash
# Checks what lies in this folder without running any of it: compose.yaml and the manifests by their
# schemas, the units by systemd's own reader, the scripts by shellcheck. From Debian 12:
#   apt-get install --no-install-recommends docker-compose python3-kubernetes python3-yaml shellcheck systemd
#   docker/check.sh
set -euo pipefail
cd "$(dirname "$0")"

bad=0
check() { # check NAME COMMAND...
  if "${@:2}"; then
    printf 'ok      %s\n' "$1"
  else
    printf 'FAILED  %s\n' "$1" >&2
    bad=1
  fi
}
for tool in docker-compose shellcheck systemd-analyze; do
  command -v "$tool" >/dev/null || { echo "check: $tool is missing, see the top of $0" >&2; exit 1; }
done
/usr/bin/python3 -c 'import kubernetes, yaml' \
  || { echo "check: python3-kubernetes or python3-yaml is missing, see the top of $0" >&2; exit 1; }

work=$(mktemp -d "${TMPDIR:-/tmp}/flotilla-check-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# Debian's docker-compose 1.29 knows the whole schema but for the project's name.
compose() {
  grep -v '^name: ' compose.yaml >"$work/compose.yaml"
  MODELS=/models docker-compose --project-directory . --file "$work/compose.yaml" config \
    >"$work/compose.resolved.yaml"
}

# systemd-analyze wants the program to be there.
units() {
  local unit said
  for unit in systemd/*.service; do
    sed 's|^ExecStart=/usr/bin/flotilla |ExecStart=/usr/bin/true |' "$unit" >"$work/${unit##*/}"
  done
  said=$(systemd-analyze verify --man=no "$work"/*.service 2>&1) || { echo "$said" >&2; return 1; }
  # An unknown setting is a warning to systemd, which goes on without it. To us it is a mistake.
  [ -z "$said" ] || { echo "$said" >&2; return 1; }
}

scripts() {
  local script
  for script in *.sh */*.sh slurm/*.sbatch flotilla-health; do
    case $(head -n 1 "$script") in
      '#!/bin/sh') sh -n "$script" || return 1 ;;
      *) bash -n "$script" || return 1 ;;
    esac
  done
  shellcheck --external-sources --source-path=SCRIPTDIR --severity=warning \
    *.sh */*.sh slurm/*.sbatch flotilla-health
}

check "compose.yaml by its schema" compose
check "compose.yaml, manifests, units: they fit the program and each other" \
  /usr/bin/python3 check.py "$work/compose.resolved.yaml"
check "units by systemd-analyze" units
check "scripts by shellcheck" scripts
exit "$bad"
