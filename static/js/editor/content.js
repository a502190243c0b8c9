// What the form holds of somebody's work.
import { form, source } from "./elements.js";

const NAMES = ["source", "takeaway", "tags", "visibility", "anonymous"];

export function content() {
  const data = new FormData(form);
  return Object.fromEntries(NAMES.map((name) => [name, String(data.get(name) ?? "")]));
}

export function same(one, other) {
  return NAMES.every((name) => one[name].replace(/\r\n?/gu, "\n") === other[name].replace(/\r\n?/gu, "\n"));
}

export function fill(values) {
  for (const name of ["source", "takeaway", "tags"]) form.elements[name].value = values[name];
  form.elements.anonymous.checked = values.anonymous !== "";
  for (const choice of form.querySelectorAll("[name=visibility]")) choice.checked = choice.value === values.visibility;
  source.dispatchEvent(new Event("input", { bubbles: true }));
}

// The saved revision that the text began from, and the version of the draft that this window knows.
export function known() {
  return { revision: Number(form.elements.revision.value), version: Number(form.elements.draft.value) };
}

export function learn({ revision, version }) {
  if (revision !== undefined) form.elements.revision.value = revision;
  form.elements.draft.value = version;
}
