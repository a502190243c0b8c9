// After a crash: what this browser kept of the text, and the server does not have.
import { content, fill, known, same } from "./content.js";
import { element } from "./elements.js";
import { forget, left } from "./keeping.js";
import { button, buttons, clearNotice, moment, noticeOnTop } from "./notices.js";

// Puts the newest text in when it goes on from what the form holds, and offers all others.
// `mayRestore` is false when the form holds what was just sent. Returns what was put in.
export async function recover(mayRestore) {
  const here = content();
  const others = (await left()).filter((entry) => {
    if (!same(entry, here) && (goesOn(entry, here) || !sameText(entry, here))) return true;
    forget(entry.name);
    return false;
  });
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

function goesOn(entry, here) {
  const { revision, version } = known();
  // The server's text may be one that the same window sent before it was closed.
  return (entry.revision >= revision && entry.version >= version) || entry.sent?.includes(here.source);
}

function restore(entry, here) {
  fill(entry);
  const stay = button("Keep this text", () => clearNotice("restored"));
  const back = button("Use the server's text instead", () => {
    fill(here);
    clearNotice("restored");
  });
  const what = "Restored from this browser: the server had an older text.";
  noticeOnTop("restored", element("p", {}, what), buttons(stay, back));
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
    forget(entry.name);
    clearNotice(kind);
  });
  const what = `This browser holds a text of ${moment(entry.at)} that was not saved. The one below is another, saved since.`;
  noticeOnTop(kind, element("p", {}, what), buttons(show, drop), text);
}
