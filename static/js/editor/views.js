// Which of both panes is shown: on a narrow screen one of them, on a wide one the preview beside the
// text or not.
import { form } from "./elements.js";

const panes = form.querySelector(".editor__panes");
const tabs = [...form.querySelectorAll("[data-view]")];
const toggle = form.querySelector("[data-toggle-preview]");

export function showView(view) {
  if (form.dataset.shown === view) return;
  form.dataset.shown = view;
  for (const tab of tabs) tab.setAttribute("aria-pressed", String(tab.dataset.view === view));
  if (panes.getBoundingClientRect().top < 0) panes.scrollIntoView({ block: "start" });
}

for (const tab of tabs) tab.addEventListener("click", () => showView(tab.dataset.view));
toggle.addEventListener("click", () => {
  const hidden = form.toggleAttribute("data-without-preview");
  toggle.setAttribute("aria-pressed", String(!hidden));
});
form.dataset.shown = "write";
