// Keeps the page in step with the phone system, and tells it what the person does.

import { setText } from "./elements.js";
import { titleOf, Wall } from "./phones.js";
import { RequestLog, showDialStrings } from "./requests.js";
import { Sounds } from "./sounds.js";

const SILENT_MS = 40_000; // The stream sends a heartbeat every 15 s; after two missed it is dead.
const REOPEN_MS = 3_000;
const KEYS = "webdial-simulator-keys";

const at = (id) => document.getElementById(id);
const title = document.title;

const sounds = new Sounds();
const wall = new Wall({ desks: at("desks"), outside: at("outside"), anybody: at("anybody"), act });
const log = new RequestLog({ list: at("entries"), nothing: at("nothing") });

let phones = [];
let clockAhead = 0;
let keysAreOn = localStorage.getItem(KEYS) !== "off";
let stream = null;
let silence = 0;

// Live

function open() {
  stream?.close();
  stream = new EventSource("/api/events");
  stream.addEventListener("open", () => showLive(true));
  stream.addEventListener("phones", ({ data }) => { heard(); showPhones(JSON.parse(data)); });
  stream.addEventListener("requests", ({ data }) => { heard(); log.show(JSON.parse(data)); });
  stream.addEventListener("error", () => {
    showLive(false);
    // The browser comes back by itself unless it was refused for good.
    if (stream.readyState === EventSource.CLOSED) setTimeout(open, REOPEN_MS);
  });
  heard();
}

function heard() {
  clearTimeout(silence);
  silence = setTimeout(open, SILENT_MS);
}

function showLive(isLive) {
  document.body.dataset.live = at("live").dataset.live = isLive ? "yes" : "no";
  setText(at("live"), isLive ? "Live" : "Reconnecting");
  if (!isLive) sounds.ring(null);
}

// Phones

function showPhones({ now, phones: newPhones }) {
  const before = phones;
  clockAhead = Date.parse(now) - Date.now();
  phones = newPhones;
  wall.show(phones);
  showKeys();
  tick();
  soundAndTell(before);
  showRingingElsewhere();
}

function tick() {
  wall.tick(Date.now() + clockAhead);
}

function oldest(...states) {
  const found = phones.filter((phone) => states.includes(phone.state));
  return found.sort((one, other) => one.call.id - other.call.id)[0];
}

const toAnswer = () => oldest("ringing");
const toStop = () => oldest("ringing") ?? oldest("connected", "calling");

function soundAndTell(before) {
  const ringing = toAnswer();
  sounds.ring(ringing?.kind ?? null);
  document.title = ringing ? `Ringing: ${ringing.name || ringing.number}` : title;
  const was = new Map(before.map((phone) => [phone.id, phone.state]));
  for (const phone of phones) {
    if (was.has(phone.id) || phone.state !== "idle") tellChange(phone, was.get(phone.id));
  }
}

function tellChange(phone, stateBefore) {
  if (phone.state === stateBefore) return;
  if (phone.state === "ringing") {
    tell(`${titleOf(phone)} is ringing.`);
  } else if (phone.state === "connected" && phone.id === phone.call.extension) {
    sounds.signal("connected");
    tell(`${titleOf(phone)} is connected with ${phone.other.name || phone.other.number}.`);
  } else if (phone.state === "idle" && phone.kind === "desk") {
    sounds.signal("ended");
    tell(`The call of ${titleOf(phone)} has ended.`);
  }
}

function tell(sentence) {
  setText(at("announcement"), sentence);
}

async function act(id, path) {
  try {
    const answer = await fetch(`/api/phones/${encodeURIComponent(id)}/${path}`, { method: "POST" });
    if (!answer.ok) tell(await answer.text());
  } catch {
    showLive(false);
  }
}

// A phone that rings out of sight

function showRingingElsewhere() {
  const ringing = toAnswer();
  const box = ringing && wall.nodeOf(ringing.id).getBoundingClientRect();
  const isOutOfSight = Boolean(box) && (box.bottom < 80 || box.top > innerHeight - 80);
  at("elsewhere").hidden = !isOutOfSight;
  if (isOutOfSight) setText(at("elsewhere-text"), `${ringing.name || ringing.number} is ringing`);
}

at("elsewhere-show").addEventListener("click", () => {
  const node = wall.nodeOf(toAnswer()?.id);
  node?.scrollIntoView({ block: "center" });
  node?.querySelector(".answer").focus({ preventScroll: true });
});

// Switches

function showSwitch(node, isOn) {
  node.setAttribute("aria-pressed", String(isOn));
  setText(node.querySelector("b"), isOn ? "on" : "off");
}

at("sound").addEventListener("click", async () => {
  await (sounds.isOn ? sounds.switchOff() : sounds.switchOn());
  showSwitch(at("sound"), sounds.isOn);
});

// Single keys can be switched off (WCAG 2.2, 2.1.4), as speech input may press them by mistake.
at("keys").addEventListener("click", () => {
  keysAreOn = !keysAreOn;
  localStorage.setItem(KEYS, keysAreOn ? "on" : "off");
  showKeys();
});

at("reset").addEventListener("click", () => fetch("/api/reset", { method: "POST" }).catch(() => showLive(false)));

function showKeys() {
  showSwitch(at("keys"), keysAreOn);
  wall.showKeys(keysAreOn ? toAnswer()?.id : null, keysAreOn ? toStop()?.id : null);
}

document.addEventListener("keydown", (event) => {
  if (!keysAreOn || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  const key = event.key.toLowerCase();
  const phone = key === "a" ? toAnswer() : key === "d" ? toStop() : undefined;
  if (phone) act(phone.id, key === "a" ? "answer" : "hangup");
});

async function showAddresses() {
  const { working, faulty } = await (await fetch("/api/addresses")).json();
  showDialStrings(at("working"), working, tell);
  showDialStrings(at("faulty"), faulty, tell);
}

addEventListener("scroll", showRingingElsewhere, { passive: true });
addEventListener("resize", showRingingElsewhere, { passive: true });
setInterval(tick, 250);
showKeys();
open();
showAddresses();
