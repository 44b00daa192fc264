// The wall of phones: one card each, made once and kept up to date in place.

import { element, icon, setText } from "./elements.js";

const STATES = { idle: "Ready", ringing: "Ringing", calling: "Calling", connected: "Connected" };

const ENDS = {
  desk_declined: "the desk phone declined",
  desk_no_answer: "the desk phone was not picked up",
  desk_hung_up: "the desk phone gave up",
  outside_busy: "the called phone was busy",
  outside_declined: "the called phone declined",
  outside_no_answer: "the called phone did not answer",
  outside_hung_up: "the called phone hung up",
};

export function duration(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export function titleOf(phone) {
  if (!phone.name) return phone.number;
  return `${phone.name} (${phone.kind === "desk" ? "extension " : ""}${phone.number})`;
}

function isDeskLeg(phone) {
  return phone.id === phone.call.extension;
}

// What the display says above the other end's name.
function leadOf(phone) {
  const { call, state } = phone;
  if (state === "idle") return lastCallOf(phone);
  if (state === "ringing") return isDeskLeg(phone) ? "Pick up to be put through to" : "Call from";
  if (call.state === "dialling") return call.line ? `Dialling through line ${call.line}` : "Dialling";
  if (state === "calling") return "It rings at";
  return call.digits_sent && isDeskLeg(phone) ? `Sent ${call.digits_sent} after the answer to` : "In a call with";
}

function lastCallOf({ last_call: call }) {
  if (!call) return "No call yet";
  if (call.talked_s !== null) return `Last call: talked ${duration(call.talked_s * 1000)}`;
  return `Last call: ${ENDS[call.end]}`;
}

// The other end in two lines: who, and under which number.
function otherOf({ other }) {
  if (!other) return ["", ""];
  if (!other.name) return [other.number, "Not in the phone book"];
  return [other.name, other.kind === "desk" ? `Extension ${other.number}` : other.number];
}

class Card {
  constructor(phone, act) {
    this.id = phone.id;
    const title = titleOf(phone);
    const isDesk = phone.kind === "desk";
    this.state = element("span", "");
    this.time = element("span", "");
    this.lead = element("p", "display-lead");
    this.other = element("p", "display-other");
    this.otherNumber = element("p", "display-lead");
    this.answer = button("answer", "handset", "Answer", `Answer ${title}`, () => act(phone.id, "answer"));
    this.stop = button("stop", "hang-up", "Decline", `Decline at ${title}`, () => act(phone.id, "hangup"));
    this.auto = element("input", "");
    this.auto.type = "checkbox";
    this.auto.setAttribute("role", "switch");
    this.auto.setAttribute("aria-label", `Auto: ${title} answers by itself`);
    this.auto.addEventListener("change", () => act(phone.id, `auto?on=${this.auto.checked ? 1 : 0}`));

    const name = element("h3", "", phone.name || phone.number);
    const detail = isDesk ? ["Extension " + phone.number, phone.branch].filter(Boolean).join(" · ") : phone.name ? phone.number : "Not in the phone book";
    const who = element("div", "phone-who", name, element("p", "phone-number", detail));
    for (const line of who.children) line.title = line.textContent;
    const auto = element("label", "auto", element("span", "", "Auto"), this.auto);
    auto.title = "Answers by itself";
    this.node = element(
      "article", "phone",
      element("div", "phone-head", element("span", "phone-icon", icon(isDesk ? "desk" : "mobile")), who, auto),
      element(
        "div", "display",
        element("div", "display-state", this.state, this.time),
        this.lead, this.other, this.otherNumber,
        element("div", "display-buttons", this.answer, this.stop),
      ),
    );
    this.node.setAttribute("aria-label", title);
    this.node.dataset.phone = phone.id;
  }

  show(phone) {
    this.phone = phone;
    this.node.dataset.state = phone.state;
    const isRinging = phone.state === "ringing";
    const [other, otherNumber] = otherOf(phone);
    setText(this.state, STATES[phone.state]);
    setText(this.lead, leadOf(phone));
    setText(this.other, other);
    setText(this.otherNumber, otherNumber);
    this.other.title = `${other} ${otherNumber}`.trim();
    this.answer.hidden = !isRinging;
    const word = isRinging ? "Decline" : "Hang up";
    setText(this.stop.querySelector("span"), word);
    this.stop.setAttribute("aria-label", `${word} at ${titleOf(phone)}`);
    this.auto.checked = phone.answers_itself;
  }

  // `now` is the phone system's time: the two clocks need not agree.
  tick(now) {
    const { call, state } = this.phone;
    setText(this.time, state === "connected" ? duration(now - Date.parse(call.connected_at)) : "");
  }

  showKeys(answers, stops) {
    this.answer.querySelector("kbd").hidden = !answers;
    this.stop.querySelector("kbd").hidden = !stops;
  }
}

function button(className, iconName, text, label, onClick) {
  const made = element("button", `button ${className}`, icon(iconName), element("span", "", text));
  const key = element("kbd", "", className === "answer" ? "A" : "D");
  key.hidden = true;
  made.append(key);
  made.type = "button";
  made.setAttribute("aria-label", label);
  made.addEventListener("click", onClick);
  return made;
}

export class Wall {
  #cards = new Map();

  // `act(phoneId, path)` tells the phone system what the person did.
  constructor({ desks, outside, anybody, act }) {
    this.desks = desks;
    this.outside = outside;
    this.anybody = anybody;
    this.act = act;
  }

  show(phones) {
    const gone = new Set(this.#cards.keys());
    for (const phone of phones) {
      gone.delete(phone.id);
      this.#cardOf(phone).show(phone);
    }
    for (const id of gone) {
      this.#cards.get(id).node.remove();
      this.#cards.delete(id);
    }
    // The first unnamed phone stands exactly where its placeholder stood.
    this.anybody.hidden = phones.some((phone) => phone.kind === "outside" && !phone.name);
  }

  tick(now) {
    for (const card of this.#cards.values()) card.tick(now);
  }

  // Show which phones the keys act upon; null for none.
  showKeys(answering, stopping) {
    for (const card of this.#cards.values()) card.showKeys(card.id === answering, card.id === stopping);
  }

  nodeOf(id) {
    return this.#cards.get(id)?.node;
  }

  #cardOf(phone) {
    let card = this.#cards.get(phone.id);
    if (!card) {
      card = new Card(phone, this.act);
      this.#cards.set(phone.id, card);
      if (phone.kind === "desk") this.desks.append(card.node);
      else this.anybody.before(card.node);
    }
    return card;
  }
}
