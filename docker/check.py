"""What schemas say of the manifests, and what no schema can say of all files here: that names which
must agree do, that variables are flags of the program, and that nobody is killed while it drains.

check.py RESOLVED_COMPOSE_FILE: prints each mistake, and ends with 1 if there is one.
"""

import json
import re
import sys
import types
from pathlib import Path

import yaml
from kubernetes import client

here = Path(__file__).resolve().parent
mistakes = []


def wrong(where, what):
    mistakes.append(f"{where}: {what}")


def seconds(text):
    """A duration of Flotilla, Compose or systemd; Kubernetes has plain numbers."""
    units = {"": 1, "s": 1, "m": 60, "h": 3600}
    return sum(int(n) * units[u] for n, u in re.findall(r"(\d+)([smh]?)", str(text)))


def drains(where, environment, grace):
    drain = environment.get("FLOTILLA_DRAIN_TIMEOUT", "1m")
    if seconds(grace) <= seconds(drain):
        wrong(where, f"is killed after {grace}, and may drain for {drain}")


# ---- manifests -----------------------------------------------------------------------------------

# What we use of a PodMonitor, which is no part of Kubernetes itself (Prometheus Operator, API
# reference); a set stands for an object whose fields these are.
endpoint = {"port", "path", "interval", "scrapeTimeout", "scheme", "relabelings", "metricRelabelings"}
pod_monitor = {"jobLabel", "selector", "podMetricsEndpoints", "namespaceSelector", "podTargetLabels"}


def differences(given, understood, path=""):
    """Fields of a document that its model did not take, or took as something else."""
    if isinstance(given, dict) and isinstance(understood, dict):
        for key, value in given.items():
            if key not in understood:
                yield f"{path}.{key}: no such field"
            else:
                yield from differences(value, understood[key], f"{path}.{key}")
    elif isinstance(given, list) and isinstance(understood, list):
        for i, value in enumerate(given):
            yield from differences(value, understood[i], f"{path}[{i}]")
    elif given != understood or type(given) is not type(understood):
        yield f"{path}: {given!r} is read as {understood!r}"


def check_model(where, document):
    """Kubernetes' own client reads the document and writes it again: nothing may be lost."""
    model = "V1" + document["kind"]
    if not hasattr(client, model) or not document["apiVersion"].endswith("v1"):
        return wrong(where, f"no such kind: {document['apiVersion']} {document['kind']}")
    api = client.ApiClient()
    try:
        read = api.deserialize(types.SimpleNamespace(data=json.dumps(document)), model)
    except ValueError as error:
        return wrong(where, error)
    for each in differences(document, api.sanitize_for_serialization(read)):
        wrong(where, each)


def check_pod_monitor(where, document):
    spec = document["spec"]
    for field in set(document) - {"apiVersion", "kind", "metadata", "spec"} | set(spec) - pod_monitor:
        wrong(where, f"{field}: no such field")
    for each in spec.get("podMetricsEndpoints") or [{}]:
        for field in set(each) - endpoint:
            wrong(where, f"podMetricsEndpoints.{field}: no such field")
        if not each.get("port"):
            wrong(where, "podMetricsEndpoints: no port")
    if "matchLabels" not in spec.get("selector", {}):
        wrong(where, "selects no pods")


def check_container(where, pod, container):
    where = f"{where}: {container['name']}"
    volumes = {v["name"] for v in pod["volumes"]}
    for mount in container["volumeMounts"]:
        if mount["name"] not in volumes:
            wrong(where, f"no volume is named {mount['name']}")
    ports = {p["name"] for p in container.get("ports", [])}
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        if probe in container and container[probe]["httpGet"]["port"] not in ports:
            wrong(where, f"{probe}: no such port")
    security = container.get("securityContext", {})
    if (security.get("allowPrivilegeEscalation") is not False
            or security.get("readOnlyRootFilesystem") is not True
            or security.get("capabilities") != {"drop": ["ALL"]}):
        wrong(where, "its securityContext grants more than it needs")
    if "requests" not in container.get("resources", {}):
        wrong(where, "requests no resources")


def check_pods(where, document):
    spec = document["spec"]
    pod = dict(spec["template"]["spec"])
    claims = [{"name": c["metadata"]["name"]} for c in spec.get("volumeClaimTemplates", [])]
    pod["volumes"] = pod["volumes"] + claims
    for container in pod["containers"] + pod["initContainers"]:
        check_container(where, pod, container)
    for container in pod["containers"]:
        if not {"livenessProbe", "readinessProbe"} <= set(container):
            wrong(where, "lacks a probe")
        environment = {e["name"]: e.get("value") for e in container["env"]}
        if container["args"] == ["worker"]:
            drains(where, environment, pod.get("terminationGracePeriodSeconds", 30))
    security = pod.get("securityContext", {})
    if (security.get("runAsNonRoot") is not True
            or security.get("seccompProfile") != {"type": "RuntimeDefault"}):
        wrong(where, "its pods may be root, or make any system call")


def selects(selector, labels):
    return selector.items() <= labels.items()


def check_selectors(documents):
    pods = [(d["metadata"]["name"], d["spec"]["template"]) for _, d in documents
            if "template" in d.get("spec", {})]
    for where, document in documents:
        spec = document["spec"]
        selector = spec["selector"].get("matchLabels", spec["selector"])
        found = [t for _, t in pods if selects(selector, t["metadata"]["labels"])]
        if not found:
            wrong(where, "its selector finds no pods")
        if "template" in spec and not selects(selector, spec["template"]["metadata"]["labels"]):
            wrong(where, "its selector does not find its own pods")
        ports = [{p["name"] for c in t["spec"]["containers"] for p in c["ports"]} for t in found]
        wanted = [e.get("port") for e in spec.get("podMetricsEndpoints", [])]
        wanted += [p["targetPort"] for p in spec.get("ports", [])]
        for port in wanted:
            if not all(port in of for of in ports):
                wrong(where, f"not all of its pods have a port {port}")


def check_manifests():
    documents = []
    for file in sorted((here / "kubernetes").glob("*.yaml")):
        for document in yaml.safe_load_all(file.read_text()):
            documents.append((f"{file.name}: {document['kind']}", document))
    for where, document in documents:
        if document["kind"] == "PodMonitor":
            check_pod_monitor(where, document)
        else:
            check_model(where, document)
    if mistakes: # what has no right form is not looked into
        return
    for where, document in documents:
        if "template" in document["spec"]:
            check_pods(where, document)
    check_selectors(documents)


# ---- the others ----------------------------------------------------------------------------------

def check_compose(file):
    services = yaml.safe_load(Path(file).read_text())["services"]
    for name, service in services.items():
        where = f"compose.yaml: {name}"
        if name == "worker":
            drains(where, service["environment"], service.get("stop_grace_period", "10s"))
        for port in service.get("ports", []):
            if not str(port).startswith("127.0.0.1:"):
                wrong(where, f"port {port} is open to others than this machine")
        for volume in service.get("volumes", []):
            source = Path(str(volume).split(":")[0])
            if source.is_absolute() and source != Path("/models") and not source.exists():
                wrong(where, f"{source} is not there")


def check_units():
    for name in ("coordinator", "worker"):
        unit = (here / f"systemd/flotilla-{name}.service").read_text()
        settings = (here / f"systemd/{name}.env").read_text()
        environment = dict(re.findall(r"^(FLOTILLA_\w+)=(.*)$", settings, re.MULTILINE))
        grace = re.search(r"^TimeoutStopSec=(\w+)$", unit, re.MULTILINE)
        if name == "worker":
            drains(f"flotilla-{name}.service", environment, grace[1] if grace else "90s")


def check_variables():
    """Each FLOTILLA_ name here is that of a flag, so that a renamed flag is noticed."""
    sources = "".join(f.read_text() for f in (here.parent / "app").glob("*.cpp"))
    known = {"FLOTILLA_" + flag.upper().replace("-", "_")
             for flag in re.findall(r'"--([a-z][a-z-]+)"', sources)} | {"FLOTILLA_PASSWORD"}
    for file in sorted(here.rglob("*")):
        if not file.is_file() or file.name in ("check.py", "check-test.sh"):
            continue
        for variable in sorted(set(re.findall(r"\bFLOTILLA_[A-Z_]+\b", file.read_text())) - known):
            wrong(file.relative_to(here), f"{variable} is no flag of the program")


check_manifests()
check_compose(sys.argv[1])
check_units()
check_variables()
for mistake in mistakes:
    print(mistake, file=sys.stderr)
sys.exit(bool(mistakes))
