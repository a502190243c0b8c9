// The editor's few buttons. Typing goes through execCommand where it exists: that keeps undo working.
const form = document.querySelector("[data-editor]");
const source = form?.querySelector("#page-source");

function type(text, selectFrom, selectTo) {
  source.focus();
  const start = source.selectionStart;
  if (!document.execCommand("insertText", false, text)) {
    source.setRangeText(text);
    source.dispatchEvent(new Event("input", { bubbles: true }));
  }
  source.setSelectionRange(start + selectFrom, start + selectTo);
}

function press(button) {
  const { wrap, sample, insert, select } = button.dataset;
  const chosen = source.value.slice(source.selectionStart, source.selectionEnd);
  if (wrap) {
    const inner = chosen || sample;
    type(wrap + inner + wrap, wrap.length, wrap.length + inner.length);
    return;
  }
  const text = chosen ? insert.replace(insert.includes("text") ? "text" : select, chosen) : insert;
  const at = text.lastIndexOf(select);
  if (at < 0) type(text, text.length, text.length);
  else type(text, at, at + select.length);
}

if (source) {
  const tools = form.querySelector("[data-toolbar]");
  tools.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) press(button);
  });
  const shortcuts = { b: "Strong", i: "Emphasis", m: "Formula", k: "Link" };
  source.addEventListener("keydown", (event) => {
    const label = (event.ctrlKey || event.metaKey) && !event.shiftKey && shortcuts[event.key.toLowerCase()];
    if (!label) return;
    event.preventDefault();
    press(tools.querySelector(`[aria-label="${label}"]`));
  });
}
