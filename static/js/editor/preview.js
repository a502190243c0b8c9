// The live preview, and what the server found in the text.
import { watch } from "../boxes.js";
import { element, form, preview, source, token } from "./elements.js";
import { showError, showFindings, showSize } from "./findings.js";

const { takeaway } = form.elements;
let waiting;
let running;

// Takeaway and text as they are on the page: made and sanitised by the server, as for that.
function shown({ takeaway: line, html }) {
  const parts = [];
  if (line) parts.push(element("p", { className: "summary__takeaway", dir: "auto", innerHTML: line }));
  if (html) parts.push(element("div", { className: "prose", dir: "auto", innerHTML: html }));
  return parts;
}

async function refresh() {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  const body = new URLSearchParams({ csrf_token: token(), source: source.value, takeaway: takeaway.value });
  preview.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.dataset.previewUrl, {
      method: "POST", body, signal, headers: { Accept: "application/json" },
    });
    if (answer.status === 429) {
      const seconds = Number(answer.headers.get("Retry-After")) || 3;
      waiting = setTimeout(refresh, 1000 * Math.min(seconds, 60)); // somebody types fast
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const found = await answer.json();
    if (found.busy) {
      waiting = setTimeout(refresh, 3000); // others write too
      return;
    }
    if (found.error) {
      showError(found.error, found.line);
    } else {
      preview.replaceChildren(...shown(found));
      watch(preview);
      showFindings(found);
      preview.dispatchEvent(new Event("refreshed"));
    }
  } catch {
    if (signal.aborted) return;
    showError("Preview unavailable. Your text is safe.", null);
  }
  preview.removeAttribute("aria-busy");
}

// field-sizing does this where it exists.
function grow() {
  if (CSS.supports("field-sizing", "content")) return;
  source.rows = Math.max(18, source.value.split("\n").length + 1);
}

function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, 400);
}

source.addEventListener("input", () => {
  showSize();
  grow();
  soon();
});
takeaway.addEventListener("input", soon);
window.addEventListener("online", refresh);

showSize();
grow();
if (source.value.trim() || takeaway.value.trim()) refresh();
