// What the writer should know about where the text is, one notice of a kind at a time: at the top
// what was found on opening, near the text what happens while it is written.
import { element, form } from "./elements.js";

const top = form.querySelector("[data-notices=top]");
const near = form.querySelector("[data-notices=near]");
const quiet = form.querySelector("[data-draft-status]");
const shown = new Map();

export function notice(kind, ...children) {
  show(near, kind, children);
}

export function noticeOnTop(kind, ...children) {
  show(top, kind, children);
}

function show(box, kind, children) {
  const made = element("div", { className: "notice" }, element("div", {}, ...children));
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

export function setStatus(text) {
  quiet.textContent = text;
}

export function clock(at) {
  return new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}
