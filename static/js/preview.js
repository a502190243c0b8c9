// The live preview, the byte count, and a warning before unsaved text is left behind.
import { watch } from "./boxes.js";

const form = document.querySelector("[data-editor]");
const source = form.querySelector("#page-source");
const preview = form.querySelector("[data-preview]");
const problems = form.querySelector("[data-problems]");
const links = form.querySelector("[data-links]");
const counter = form.querySelector("[data-count]");
const maxBytes = Number(form.dataset.maxBytes);
const encoder = new TextEncoder();
let waiting;
let running;
let saving = false;
const asLoaded = state();

function state() {
  const data = new FormData(form);
  data.delete("csrf_token");
  return new URLSearchParams([...data]).toString();
}

function plural(number, one, many) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

function countBytes() {
  const bytes = encoder.encode(source.value).length;
  const words = source.value.split(/\s+/u).filter(Boolean).length;
  counter.textContent = maxBytes && bytes > maxBytes * 0.9
    ? `${bytes.toLocaleString("en")} of ${maxBytes.toLocaleString("en")} bytes.`
    : `${plural(words, "word", "words")}.`;
  counter.parentElement.toggleAttribute("data-over", Boolean(maxBytes) && bytes > maxBytes);
}

// field-sizing does this where it exists.
function grow() {
  if (CSS.supports("field-sizing", "content")) return;
  source.rows = Math.max(18, source.value.split("\n").length + 1);
}

async function refresh() {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  const body = new FormData();
  body.set("csrf_token", new FormData(form).get("csrf_token"));
  body.set("source", source.value);
  preview.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.dataset.previewUrl, {
      method: "POST", body, signal, headers: { Accept: "application/json" },
    });
    const result = await answer.json();
    if (result.error) showProblems([{ line: null, message: result.error }]);
    else show(result);
  } catch {
    if (signal.aborted) return;
    showProblems([{ line: null, message: "The preview cannot be reached just now. Your text is still here." }]);
  }
  if (!signal.aborted) preview.removeAttribute("aria-busy");
}

function show({ html, problems: found, links: number }) {
  preview.innerHTML = html; // Made and sanitised by the server, as for the page itself.
  watch(preview);
  links.textContent = plural(number, "link to a paper", "links to papers");
  showProblems(found);
}

function showProblems(found) {
  const said = found.map(({ line, message }) => (line ? `Line ${line}: ${message}` : message));
  if (problems.dataset.said === said.join("\n")) return; // Do not read the same out again.
  problems.dataset.said = said.join("\n");
  problems.replaceChildren();
  if (said.length === 0) return;
  const box = document.createElement("div");
  box.className = "problems";
  const title = document.createElement("h2");
  title.textContent = "Worth a look";
  const list = document.createElement("ul");
  for (const text of said) {
    const item = document.createElement("li");
    item.textContent = text;
    list.append(item);
  }
  box.append(title, list);
  problems.append(box);
}

source.addEventListener("input", () => {
  countBytes();
  grow();
  clearTimeout(waiting);
  waiting = setTimeout(refresh, 300);
});

form.addEventListener("submit", () => { saving = true; });
window.addEventListener("pageshow", () => { saving = false; });
window.addEventListener("beforeunload", (event) => {
  if (!saving && state() !== asLoaded) event.preventDefault();
});

countBytes();
grow();
if (source.value && !preview.innerHTML.trim()) refresh();
