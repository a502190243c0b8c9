// What the writer should know about where the text is, one notice of a kind at a time: at the top
// what was found on opening, in the bar below what happens while it is written.
import { element, form } from "./elements.js";

const top = form.querySelector("[data-notices=top]");
const alerts = form.querySelector("[data-alerts]");
const told = form.querySelector("[data-told]");
const quiet = form.querySelector("[data-draft-status]");
const shown = new Map();

export function notice(kind, ...children) {
  show(told, kind, children);
}

// Of this somebody has to know at once.
export function urgentNotice(kind, ...children) {
  show(alerts, kind, children);
}

export function noticeOnTop(kind, ...children) {
  show(top, kind, children);
}

// One that says the same stays: its button may have the focus, or be pressed just now. What is
// urgent is read out again all the same, as its words are new.
function show(box, kind, children) {
  const made = element("div", { className: "notice" }, element("div", {}, ...children));
  const old = shown.get(kind);
  if (old?.isEqualNode(made)) {
    if (box === alerts) old.querySelector("p").replaceWith(made.querySelector("p"));
    return;
  }
  clearNotice(kind);
  shown.set(kind, made);
  box.append(made);
}

export function clearNotice(kind) {
  shown.get(kind)?.remove();
  shown.delete(kind);
}

export function button(label, press) {
  const made = element("button", { type: "button", className: "button button--quiet button--small" }, label);
  made.addEventListener("click", press);
  return made;
}

export function buttons(...children) {
  return element("div", { className: "buttons" }, ...children);
}

// `state` is "saved", "saving" or "unsaved".
export function setStatus(text, state = "saved") {
  quiet.textContent = text;
  quiet.dataset.state = state;
}

export function clock(at) {
  return new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}
