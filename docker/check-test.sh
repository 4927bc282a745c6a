#!/usr/bin/env bash
# Proves that check.sh bites: each mistake below is made in a copy, and has to be refused with a
# message that names it.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d "${TMPDIR:-/tmp}/flotilla-check-test-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

copy() {
  rm -rf "$work/copy"
  mkdir "$work/copy"
  cp -r docker app configs "$work/copy"
}
copy
"$work/copy/docker/check.sh" >/dev/null || { echo "check-test: what is here is refused" >&2; exit 1; }

# FILE | what sed does to it | what the refusal has to say
while IFS='|' read -r file mistake said; do
  copy
  sed -i "$mistake" "$work/copy/docker/$file"
  if cmp -s "docker/$file" "$work/copy/docker/$file"; then
    echo "check-test: \"$mistake\" changes nothing in $file" >&2
    exit 1
  fi
  if "$work/copy/docker/check.sh" >"$work/log" 2>&1 || ! grep -qF -- "$said" "$work/log"; then
    cat "$work/log" >&2
    echo "check-test: not refused as it should be: $file with \"$mistake\"" >&2
    exit 1
  fi
  printf 'refused  %-28s %s\n' "$file" "$(grep -F -m 1 -- "$said" "$work/log" | sed 's/^ *//')"
done <<'EOT'
compose.yaml|s/read_only:/readonly:/|readonly
compose.yaml|s/service_healthy/healthy/|client.depends_on
compose.yaml|s/replicas: 3/replicas: three/|worker.deploy.replicas
compose.yaml|s/  authority:$/  elsewhere:/|authority
compose.yaml|s/stop_grace_period: 75s/stop_grace_period: 50s/|is killed after 50s
compose.yaml|s/"127.0.0.1:9090:9090"/"9090:9090"/|open to others
compose.yaml|s,configs/grafana/dash,configs/grafana/splash,|is not there
compose.yaml|s/FLOTILLA_ROOT/FLOTILLA_ROOTS/|FLOTILLA_ROOTS is no flag
kubernetes/coordinator.yaml|s/terminationGracePeriodSeconds/gracePeriod/|.gracePeriod: no such field
kubernetes/coordinator.yaml|s/replicas: 1/replicas: one/|one
kubernetes/coordinator.yaml|s/periodSeconds: 10/periodSeconds: "10"/|'10' is read as 10
kubernetes/coordinator.yaml|s/clusterIP: None/clusterIP: 7/|7 is read as '7'
kubernetes/coordinator.yaml|/serviceName:/d|service_name
kubernetes/coordinator.yaml|s/kind: StatefulSet/kind: StatefullSet/|no such kind
kubernetes/coordinator.yaml|s/        name: state/        name: disk/|no volume is named state
kubernetes/workers.yaml|s/mountPath: .models/mountpath: \/models/|mount_path
kubernetes/workers.yaml|s/httpGet: {path: .readyz, port: admin}/httpGet: {path: \/readyz, port: web}/|readinessProbe: no such port
kubernetes/workers.yaml|s/value: 1m/value: 2m/|may drain for 2m
kubernetes/workers.yaml|s/readOnlyRootFilesystem: true/readOnlyRootFilesystem: false/|grants more than it needs
kubernetes/workers.yaml|s/runAsNonRoot: true/runAsNonRoot: false/|may be root
kubernetes/workers.yaml|s/  maxUnavailable: 1$/  maxUnavailabel: 1/|.maxUnavailabel: no such field
kubernetes/workers-local.yaml|s/    matchLabels:/    matchLabel:/|.matchLabel: no such field
kubernetes/monitoring.yaml|s/port: admin/port: metrics/|not all of its pods have a port metrics
kubernetes/monitoring.yaml|s/interval:/intervall:/|intervall: no such field
systemd/flotilla-worker.service|s/TimeoutStopSec=75s/TimeoutStopSec=60s/|is killed after 60s
systemd/flotilla-worker.service|s/ProtectSystem=/ProtectSystems=/|ProtectSystems
systemd/worker.env|s/FLOTILLA_ADMIN/FLOTILLA_METRICS/|FLOTILLA_METRICS is no flag
slurm/push.sbatch|s/^fi$/done/|syntax error
EOT
