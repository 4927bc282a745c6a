"use strict";

// The page of a coordinator. It shows what /events tells, and of the chosen push its map from /blobs.
// What comes from outside reaches the document as text or as a data attribute, never as markup.

const span = 10; // seconds over which a rate is taken
const mapEvery = 1; // seconds
const silence = 10; // seconds without a word from the coordinator until we connect anew
const pause = 10; // seconds between two events that a screen reader is told
const longest = 2000; // characters of a text that are shown
const [few, most] = [96, 4096]; // cells: so many are drawn large, and so many at all

const kinds = [..."urmpi."]; // of cells: as in /blobs, and in the legend
const at = (id) => document.getElementById(id);

let pushes = []; // as the coordinator told them last
let chosen = ""; // id of a push; empty: there is none
let drawn = { push: "" }; // which push the map shows, and whether that had ended then

// ---- words and numbers, written as the command line does ----

const amount = (x) => (Number.isFinite(x) && x > 0 ? x : 0);
const list = (x) => (Array.isArray(x) ? x : []);
const count = (x) => amount(x).toLocaleString("en-US", { maximumFractionDigits: 0 });
const plural = (x, noun) => `${count(x)} ${noun}${x === 1 ? "" : "s"}`;
const joined = (...parts) => parts.filter(Boolean).join(" · ");

function bytes(x) {
  let [value, unit] = [amount(x), 0];
  for (; value >= 1023.95 && unit < 4; ++unit)
    value /= 1024;
  return `${value.toFixed(unit === 0 || value >= 99.95 ? 0 : 1)} ${["B", "KiB", "MiB", "GiB", "TiB"][unit]}`;
}

function duration(x) {
  const seconds = Math.round(amount(x));
  const minutes = Math.floor(seconds / 60);
  if (seconds < 60)
    return `${amount(x) < 9.95 ? amount(x).toFixed(1) : seconds} s`;
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${count(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/// The time of day, with the date if that is not today's.
function clock(seconds) {
  const [day, time] = new Date(1000 * amount(seconds)).toLocaleString("sv-SE").split(" "); // 2026-01-31 12:34:56
  return day === new Date().toLocaleDateString("sv-SE") ? time : `${day} ${time}`;
}

/// What would not be seen, or would turn the text around it, is spelled out.
function shown(text) {
  const spelled = (c) => `\\u{${c.codePointAt(0).toString(16)}}`;
  return String(text || "").slice(0, longest).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, spelled);
}

let windows = new Map(); // for rates: counter -> its samples, oldest first

/// Takes a sample of each counter, and forgets those that are not there any more.
function sample(time, counters) {
  windows = new Map(counters.map(([name, total]) => {
    const before = (windows.get(name) || []).filter((one) => one.time >= time - span);
    const anew = before.some((one) => one.total > total || one.time > time); // a process began again, a clock was set
    return [name, [...(anew ? [] : before), { time, total }]];
  }));
}

/// Bytes per second; 0 until two moments are known.
function rate(name) {
  const samples = windows.get(name) || [{ time: 0, total: 0 }];
  const last = samples[samples.length - 1];
  return (last.total - samples[0].total) / (last.time - samples[0].time || 1);
}

// ---- the document ----

function write(element, text) {
  const next = shown(text);
  if (element.textContent !== next)
    element.textContent = next;
}

function fill(root, texts) {
  Object.entries(texts).forEach(([slot, text]) => write(root.querySelector(`[data-slot="${slot}"]`), text));
}

/// Makes the children of `parent` one for each item, in the items' order. One that is there already
/// stays, for it may have the focus. `kind` names the template, and the attribute that has the key.
function keep(parent, kind, items, keyOf, show) {
  const keys = new Set(items.map(keyOf));
  const there = new Map([...parent.children].map((child) => [child.dataset[kind], child]));
  const focused = document.activeElement;
  there.forEach((child, key) => keys.has(key) || child.remove());
  items.forEach((item, place) => {
    const child = there.get(keyOf(item)) || at(kind).content.firstElementChild.cloneNode(true);
    child.dataset[kind] = keyOf(item);
    there.set(keyOf(item), child); // two of one key are one
    if (parent.children[place] !== child)
      parent.insertBefore(child, parent.children[place] || null);
    show(child, item);
  });
  if (parent.contains(focused) && focused !== document.activeElement)
    focused.focus({ preventScroll: true });
}

// ---- pushes ----

function stateOf({ ended, error, phase, paused, waiting, setback }) {
  const name = String((error && error.name) || "").replace(/_/g, " ");
  if (!ended)
    return [phase, paused && "paused", waiting && "waiting", setback && "trying again"].filter(Boolean).join(", ");
  return !error ? "done" : ["interrupted", "not known"].includes(name) ? name : `failed: ${name}`;
}

function toneOf({ ended, error, setback, paused, waiting }) {
  if (ended)
    return error ? "failed" : "done";
  return setback ? "trouble" : paused || waiting ? "halted" : "running";
}

/// Whole percents as text; empty until the source was read.
function percentOf({ blobs, bytes: { done, total } }) {
  const share = amount(total) ? Math.floor((100 * amount(done)) / total) : 100;
  return amount(blobs.total) ? String(Math.min(100, share)) : "";
}

function figuresOf(push) {
  const { done, total } = push.bytes;
  const speed = push.ended ? 0 : rate(`push ${push.id}`);
  const left = speed > 0 && !push.paused && total > done && `${duration((total - done) / speed)} left`;
  return push.blobs.total && joined(`${bytes(done)} of ${bytes(total)}`, speed > 0 && `${bytes(speed)}/s`, left);
}

/// Why it does not go on, and the way out.
function troubleOf({ id, ended, error, setback, waiting, paused }) {
  if (ended)
    return { message: error && error.message, hint: error && error.hint };
  const again = setback && `Tries again after ${duration(setback.wait_seconds)}: ${setback.detail || setback.reason}`;
  const hint = paused ? `To let it go on: flotilla resume ${id}` : "";
  return { message: joined(paused && "Paused", waiting && `Waiting: ${waiting}`, again), hint };
}

/// What stands in the list, and again beside the map.
function textsOf(push) {
  return { id: push.id, reference: push.reference, state: stateOf(push), figures: figuresOf(push), ...troubleOf(push) };
}

const linkTo = (id) => `#push=${encodeURIComponent(id)}`;

function showPush(card, push) {
  const percent = percentOf(push);
  const button = card.querySelector("button");
  const bar = card.querySelector("progress");
  fill(card, { ...textsOf(push), percent: percent && `${percent} %` });
  Object.assign(card.dataset, { tone: toneOf(push), percent });
  button.setAttribute("aria-pressed", String(push.id === chosen));
  button.onclick = () => { location.hash = linkTo(push.id); };
  bar.setAttribute("aria-label", `progress of ${shown(push.id)}`);
  bar.value = Number(percent);
  if (!percent && !push.ended)
    bar.removeAttribute("value");
}

function showPushes() {
  const running = pushes.filter((push) => !push.ended);
  const all = [...running, ...pushes.filter((push) => push.ended)];
  chosen = new URLSearchParams(location.hash.slice(1)).get("push") || chosen || (all[0] || { id: "" }).id;
  keep(at("pushes"), "push", all, (push) => push.id, showPush);
  write(at("pushes-sum"), all.length && `${running.length} running, ${all.length - running.length} ended`);
  at("no-push").hidden = all.length > 0;
  showChosen(pushes.find((push) => push.id === chosen) || unknown(chosen));
  if (drawn.push !== chosen)
    lookAtBlobs();
}

/// A push as told, with what may be missing.
const whole = (push) => ({ retries: {}, blobs: {}, bytes: {}, ...push, id: String(push.id) });
const unknown = (id) => whole({ id, ended: true, error: { name: "not known", message: "There is no such push." } });

function showChosen(push) {
  const { sent, resent } = push.bytes;
  const again = amount(resent) ? `, ${bytes(resent)} of it again` : "";
  at("chosen").hidden = chosen === "";
  at("chosen").dataset.tone = toneOf(push);
  fill(at("chosen"), {
    ...textsOf(push),
    source: push.source,
    sent: push.blobs.total ? bytes(sent) + again : "",
    time: push.seconds ? `${push.ended ? "took" : "runs for"} ${duration(push.seconds)}` : "",
    nodes: push.ended ? "" : `${count(push.nodes)}, with ${plural(amount(push.on_the_wire), "upload")} on the wire`,
    retries: Object.entries(push.retries).map(([reason, times]) => `${count(times)} × ${reason}`).join(", "),
  });
}

// ---- the map ----

/// How many blobs are of each kind. A cell that stands for several shows only one of them.
function tally(map, perCell, { blobs, on_the_wire }) {
  if (perCell === 1)
    return Object.fromEntries(kinds.map((kind) => [kind, map.filter((one) => one === kind).length]));
  const sums = { u: blobs.uploaded, r: blobs.resumed, m: blobs.mounted, p: blobs.present, i: on_the_wire };
  return { ...sums, ".": blobs.total - Object.values(sums).reduce((sum, one) => sum + amount(one), 0) };
}

function drawMap(push, told) {
  const perCell = amount(told.per_cell) || 1;
  const cells = at("map").children;
  const map = [...String(told.map || "").slice(0, most)].map((kind) => (kinds.includes(kind) ? kind : "."));
  [...cells].slice(map.length).forEach((cell) => cell.remove());
  while (cells.length < map.length)
    at("map").append(document.createElement("i"));
  map.forEach((kind, i) => { cells[i].dataset.kind = kind; });
  Object.assign(at("map").dataset, { push: push.id, map: map.join(""), size: map.length <= few ? "few" : "many" });
  const sums = tally(map, perCell, push);
  fill(at("legend"), Object.fromEntries(kinds.map((kind) => [kind, count(sums[kind])])));
  const several = perCell > 1 ? `; a cell is ${count(perCell)} of them and shows the one that is least far` : "";
  write(at("map-note"), map.length ? plural(amount(told.blobs), "blob") + several : "The blobs are not known.");
}

/// Nothing if there is no answer.
function askForMap(id) {
  const told = (answer) => (answer.ok ? answer.json() : answer.status === 404 ? {} : undefined);
  return fetch(`blobs?push=${encodeURIComponent(id)}`, { cache: "no-store" }).then(told).catch(() => undefined);
}

/// Asks only for what can have changed, and only if somebody looks.
async function lookAtBlobs() {
  const push = pushes.find((one) => one.id === chosen);
  const isDrawn = drawn.push === chosen;
  if (!isDrawn)
    drawMap(push || unknown(chosen), {});
  if (!push || (isDrawn && drawn.ended) || document.hidden || at("state").dataset.state !== "live")
    return;
  drawn = { push: chosen, ended: push.ended };
  const told = await askForMap(push.id);
  if (!told || !told.map)
    drawn.ended = false; // so that it is asked for again: the coordinator fetches it once somebody asks
  if (told && push.id === chosen)
    drawMap(push, told);
}

// ---- nodes and events ----

function showNode(row, node) {
  const speed = bytes(node.bytes_per_second);
  const wire = `${count(node.on_the_wire)} of ${count(node.uploads)}`;
  const of = list(node.pushes).join(", ") || "–";
  fill(row, { name: node.name, rate: `${speed}/s`, wire, seen: `${duration(node.seen_seconds)} ago`, pushes: of });
}

function showNodes(nodes) {
  const all = nodes.reduce((sum, node) => sum + amount(node.bytes_per_second), 0);
  keep(at("nodes"), "node", nodes, (node) => String(node.name), showNode);
  write(at("nodes-sum"), nodes.length && `${count(nodes.length)}, ${bytes(all)}/s in all`);
  at("no-node").hidden = nodes.length > 0;
  at("nodes-scroll").hidden = nodes.length === 0;
}

function showEvent(item, event) {
  item.querySelector("a").href = linkTo(event.push || "");
  const level = event.level === "info" ? "" : event.level;
  fill(item, { time: clock(event.time), level, push: event.push, node: event.node, text: event.text });
}

const keyOfEvent = (event) => `${event.time} ${event.push} ${event.node} ${event.text}`;
let said = { key: "", when: 0 };

/// The list is silent: a screen reader is told the newest event alone, now and then.
function say(event) {
  const news = { key: keyOfEvent(event), when: Date.now() };
  if (said.key === news.key || news.when - said.when < 1000 * pause)
    return;
  write(at("said"), said.key && joined(event.push, event.text)); // not what was before the page was opened
  said = news;
}

function showEvents(events) {
  keep(at("events"), "event", events, keyOfEvent, showEvent);
  at("no-event").hidden = events.length > 0;
  say(events[0] || {});
}

// ---- the connection ----

let source; // of the events
let told = 0; // when the state was taken that is shown, by the coordinator's clock
let heard = 0; // when the coordinator last spoke, or was called, in milliseconds

function setState(state) {
  if (at("state").dataset.state === state)
    return;
  at("state").dataset.state = state;
  document.body.classList.toggle("stale", state !== "live");
  write(at("state"), state === "live" ? "live" : `reconnecting since ${clock(Date.now() / 1000)}`);
}

function show(told) {
  const nodes = list(told.nodes);
  pushes = list(told.pushes).map(whole);
  sample(amount(told.time), pushes.map((push) => [`push ${push.id}`, amount(push.bytes.sent)]));
  at("main").hidden = false;
  write(at("version"), told.version);
  showPushes();
  showNodes(nodes);
  showEvents(list(told.events).slice().reverse()); // the newest first
}

function connect() {
  heard = Date.now();
  source = new EventSource("events");
  source.onerror = () => setState("reconnecting");
  source.onmessage = ({ data }) => {
    const state = JSON.parse(data);
    if (!state.time || state.time === told)
      return; // what was known before: a new line begins with it, and a coordinator that hangs has no more
    told = state.time;
    heard = Date.now();
    setState("live");
    show(state);
  };
}

/// The browser connects again by itself; but not after an answer other than 200, nor over a dead line.
function guard() {
  if (Date.now() - heard < 1000 * silence)
    return;
  setState("reconnecting");
  source.close();
  connect();
}

addEventListener("hashchange", showPushes);
document.addEventListener("visibilitychange", lookAtBlobs);
setInterval(lookAtBlobs, 1000 * mapEvery);
setInterval(guard, 1000);
write(at("state"), "connecting");
connect();
