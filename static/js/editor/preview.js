// The live preview, and what the server found in the text.
import { watch } from "../boxes.js";
import { makePreview } from "../rendering.js";
import { element, form, preview, source, token } from "./elements.js";
import { showError, showFindings, showSize } from "./findings.js";

const { takeaway } = form.elements;

// Takeaway and text as they are on the page: made and sanitised by the server, as for that.
function shown({ takeaway: line, html }) {
  const parts = [];
  if (line) parts.push(element("p", { className: "summary__takeaway", dir: "auto", innerHTML: line }));
  if (html) parts.push(element("div", { className: "prose", dir: "auto", innerHTML: html }));
  return parts;
}

const { refresh, soon } = makePreview({
  box: preview,
  url: form.dataset.previewUrl,
  read: () => ({ csrf_token: token(), source: source.value, takeaway: takeaway.value }),
  show(found) {
    preview.replaceChildren(...shown(found));
    watch(preview);
    showFindings(found);
    preview.dispatchEvent(new Event("refreshed"));
  },
  fail: showError,
});

// field-sizing does this where it exists.
function grow() {
  if (CSS.supports("field-sizing", "content")) return;
  source.rows = Math.max(18, source.value.split("\n").length + 1);
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
