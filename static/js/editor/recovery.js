// After a crash: what this browser kept of the text, and the server does not have.
import { content, fill, knownState, same } from "./content.js";
import { age } from "../times.js";
import { element } from "./elements.js";
import { removeEntry, findEntries } from "./keeping.js";
import { button, buttons, clearNotice, noticeOnTop } from "./notices.js";

// Puts the newest text in when it goes on from what the form holds, and offers all others.
// `mayRestore` is false when the form holds what was just sent. Returns what was put in.
export async function recover(mayRestore) {
  const here = content();
  const others = [];
  for (const entry of await findEntries()) {
    const told = others.some((other) => sameText(entry, other)) || isMerged(entry);
    if (!told && !same(entry, here) && (goesOn(entry, here) || !sameText(entry, here))) others.push(entry);
    else removeEntry(entry.name);
  }
  const untouched = same(content(), here); // nobody typed meanwhile
  const restored = mayRestore && untouched && others.length > 0 && goesOn(others[0], here) ? others.shift() : null;
  if (restored) restore(restored, here);
  for (const [number, entry] of others.entries()) offer(entry, `older ${number}`);
  return restored;
}

// Saving trims a text, and writes its tags anew.
function sameText(entry, here) {
  return ["source", "takeaway"].every((name) => entry[name].trim() === here[name].trim());
}

// The page with two versions holds both of them.
function isMerged(entry) {
  const texts = [...document.querySelectorAll("[data-merged-from]")];
  return texts.some(({ textContent: text }) => text.trim() === entry.source.replace(/\r\n?/gu, "\n").trim());
}

function goesOn(entry, here) {
  const { revision, version } = knownState();
  // The server's text may be one that the same window sent before it was closed.
  const ours = (sent) => (typeof sent === "string" ? sent === here.source : same(sent, here));
  return (entry.revision >= revision && entry.version >= version) || entry.sent?.some(ours);
}

// Either text takes the other's place, and can be had back with all that was typed into it since.
function restore(entry, here) {
  fill(entry);
  let away = here;
  let ours = true;
  const what = element("p", {}, "Restored from this browser: the server had an older text.");
  const stay = button("Keep this text", () => clearNotice("restored"));
  const change = button("Use the server's text instead", () => {
    const shown = content();
    fill(away);
    away = shown;
    ours = !ours;
    what.textContent = ours
      ? "This is your text again. The server's older one can be had back."
      : "This is the server's older text. Yours is not lost while this page is open.";
    change.textContent = ours ? "Use the server's text instead" : "Back to my text";
  });
  noticeOnTop("restored", what, buttons(stay, change));
}

function offer(entry, kind) {
  const text = element("textarea", { readOnly: true, rows: 8, className: "kept-text", hidden: true });
  text.value = entry.source;
  text.setAttribute("aria-label", "Your unsaved text");
  const show = button("Show my unsaved text", () => {
    text.hidden = !text.hidden;
    if (!text.hidden) text.select();
  });
  const drop = button("Forget it", () => {
    removeEntry(entry.name);
    clearNotice(kind);
  });
  const what = `This browser holds a text that was not saved, typed ${age(new Date(entry.at), new Date())}. The one below is another, saved since.`;
  noticeOnTop(kind, element("p", {}, what), buttons(show, drop), text);
}
