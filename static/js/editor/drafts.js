// The text is saved while somebody types: to the server, and to this browser until the server has it.
import { NAMES, content, knownState, updateKnownState, same, sameSaved } from "./content.js";
import { element, form, token } from "./elements.js";
import { removeEntry, storeEntry } from "./keeping.js";
import { button, buttons, clearNotice, clock, notice, setStatus, urgentNotice } from "./notices.js";
import { recover } from "./recovery.js";
import { checkSession } from "./session.js";

const PAUSE = 1000; // ms after the last key
const MAX_TYPING_MS = 10_000; // ms of typing without a pause
const AGAIN = [2000, 5000, 15_000, 30_000];
const KEEPALIVE_BYTES = 60_000; // browsers take 64 kB

let onServer = "posted" in form.dataset ? null : content(); // what the server is known to have
let inBrowser = true; // whether the text is kept here as far as the server lacks it
let sent = []; // texts that were sent, and may have been taken though no answer came
let sending = null;
let again = false; // whether to send once more when an answer is there
let failures = 0;
let stopped = false; // another window went on; the writer decides
let submitting = false;
let pressedInVain = null; // the button with which the editor was to be left, while nobody answered
let leaving = false; // the server is asked whether it is there
let savedStatus = document.querySelector("[data-draft-status]").textContent; // while nothing is unsaved
let firstChange = 0;
let saveTimer = 0;
let keepTimer = 0;

function dirty() {
  return onServer === null || !same(content(), onServer);
}

async function keepHere() {
  clearTimeout(keepTimer);
  keepTimer = 0;
  if (dirty()) {
    inBrowser = await storeEntry({ ...content(), ...knownState(), sent, at: Date.now() });
  } else {
    inBrowser = true;
    await removeEntry();
  }
}

// Sends the text unless it is on its way already; resolves when an answer or a failure is there.
function save() {
  clearTimeout(saveTimer);
  saveTimer = 0;
  if (!dirty()) {
    failures = 0;
    clearNotice("failed");
    if (!stopped) setStatus(savedStatus);
  }
  if (stopped || submitting || !dirty()) return sending;
  sending ??= send().finally(() => {
    sending = null;
    // An attempt that was due or asked for meanwhile has had its time, and is not to be forgotten.
    const next = failures === 0 ? PAUSE : AGAIN[Math.min(failures, AGAIN.length) - 1];
    if (dirty() && !stopped && (again || !saveTimer)) saveAfter(again ? 0 : next);
    again = false;
  });
  return sending;
}

function saveAfter(pause) {
  clearTimeout(saveTimer);
  saveTimer = setTimeout(save, pause);
}

async function send(renewed = false) {
  const mine = content();
  firstChange = 0;
  if (failures === 0) setStatus("Saving…", "saving");
  sent = [...sent.filter((each) => !same(each, mine)), mine].slice(-3);
  keepHere();
  let answer;
  let result;
  try {
    answer = await post(mine);
    result = answer.redirected ? {} : await answer.json();
  } catch {
    return failed();
  }
  if (answer.redirected || answer.status === 401) return signedOut();
  if (answer.ok) return saved(mine, result);
  if (answer.status === 400 && !renewed) return (await renewToken()) && send(true);
  if (answer.status === 409) return elsewhere(result);
  return failed([413, 422, 429].includes(answer.status) ? result.error : "");
}

function post(mine) {
  const { summary, revision, version } = knownState();
  const body = new URLSearchParams({ ...mine, csrf_token: token(), summary, revision, draft: version });
  const keepalive = body.toString().length < KEEPALIVE_BYTES;
  return fetch(form.dataset.draftUrl, {
    method: "POST", body, keepalive, headers: { Accept: "application/json" },
  });
}

function saved(mine, { version, saved_at: at }) {
  updateKnownState({ version });
  onServer = mine;
  sent = [];
  failures = 0;
  keepHere();
  for (const kind of ["failed", "signed out"]) clearNotice(kind);
  savedStatus = at ? `Draft saved ${clock(at)}` : "No changes";
  if (dirty()) setStatus("Saving…", "saving");
  else setStatus(savedStatus);
  if (pressedInVain) sayUnsaved("Back online. Draft saved; not published yet.", form.querySelector("[name=save]").textContent);
}

async function failed(reason = "") {
  const pause = AGAIN[Math.min(failures, AGAIN.length - 1)];
  failures += 1;
  saveAfter(pause);
  await keepHere();
  setStatus(reason ? "Not saved" : "Not saved – offline", "unsaved");
  const where = inBrowser ? "Offline: saved in this browser only." : "Not saved. Keep this window open.";
  const refused = inBrowser ? "Your text is kept in this browser." : "Copy your text before you close this window.";
  const said = reason ? `${reason} ${refused}` : `${where} Trying again…`;
  notice("failed", element("p", {}, said), buttons(button("Try now", now)));
}

async function signedOut(other = false) {
  failures = AGAIN.length;
  saveAfter(AGAIN[AGAIN.length - 1]);
  await keepHere();
  setStatus("Not saved – signed out", "unsaved");
  clearNotice("failed");
  const what = other ? "You’re signed in as someone else." : "You are signed out.";
  const kept = inBrowser ? "Your text is kept in this browser." : "Copy your text before you leave.";
  const link = element("a", { href: form.dataset.loginUrl, className: "button button--small" }, "Sign in");
  urgentNotice("signed out", element("p", {}, `${what} ${kept}`), buttons(link));
}

// After signing in again. Says whether to go on.
async function renewToken() {
  const who = await checkSession();
  if (who === "away") await failed();
  else if (who !== "here") await signedOut(who === "somebody else");
  return who === "here";
}

function elsewhere(other) {
  if (sent.some((each) => sameSaved(each, other))) {
    // Our own text: it was taken, but the answer got lost.
    updateKnownState(other);
    sent = [];
    return send();
  }
  stopped = true;
  keepHere();
  setStatus("Not saved – edited elsewhere", "unsaved");
  clearNotice("failed");
  const compare = element("button", { name: "compare", value: "1", className: "button button--small" }, "Compare versions");
  urgentNotice("elsewhere", element("p", {}, `${other.error} Autosave is paused here.`), buttons(compare));
  return null;
}

function changed() {
  submitting = false;
  if (failures === 0 && !stopped) setStatus("Saving…", "saving");
  keepTimer ||= setTimeout(keepHere, 200);
  firstChange ||= Date.now();
  const left = MAX_TYPING_MS - (Date.now() - firstChange);
  // After a failure the next attempt has its time already, and typing does not put it off.
  if (failures === 0) saveAfter(Math.max(0, Math.min(PAUSE, left)));
  else if (!saveTimer) saveAfter(AGAIN[0]);
}

function now() {
  keepHere();
  again = sending !== null;
  save();
}

// What is on its way must arrive first: else the server would take it for another window's. And
// the editor is left only for a server that is there: a browser's own error page has no text.
async function submit(event) {
  if (submitting) return;
  event.preventDefault();
  if (leaving) return;
  leaving = true;
  setStatus("Saving…", "saving");
  const kept = keepHere();
  if (sending || (failures && dirty() && !stopped)) {
    await Promise.race([save(), new Promise((resolve) => { setTimeout(resolve, 4000); })]);
  }
  const who = await checkSession();
  await kept;
  leaving = false;
  if (who === "away") return stay(event.submitter);
  if (who === "somebody else") return signedOut(true);
  submitting = true;
  return form.requestSubmit(event.submitter);
}

async function stay(pressed) {
  await keepHere();
  if (dirty()) setStatus("Not saved – offline", "unsaved");
  else setStatus(savedStatus);
  clearNotice("failed");
  pressedInVain = pressed;
  let kept = "Your draft is saved.";
  if (dirty()) kept = inBrowser ? "Your text is kept in this browser." : "Copy your text before you close this window.";
  sayUnsaved(`Not saved: can’t reach the server. ${kept}`, "Try again");
}

function sayUnsaved(what, label) {
  const again = button(label, () => form.requestSubmit(pressedInVain));
  urgentNotice("away", element("p", {}, what), buttons(again));
}

for (const kind of ["input", "change"]) {
  form.addEventListener(kind, ({ target }) => {
    if (NAMES.includes(target.name)) changed();
  });
}
form.addEventListener("submit", submit);
form.addEventListener("keydown", (event) => {
  const inLine = ["takeaway", "tags"].includes(event.target.name);
  if (event.key !== "Enter" || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("button[name=save]"));
  } else if (inLine) {
    event.preventDefault();
    now();
  }
});
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "s") {
    event.preventDefault();
    now();
  }
});
document.querySelector("#page-discard")?.addEventListener("submit", () => {
  submitting = true;
  onServer = content();
  removeEntry();
});
document.addEventListener("visibilitychange", now);
window.addEventListener("pagehide", now);
window.addEventListener("online", now);
window.addEventListener("pageshow", (event) => {
  submitting = false;
  // A page from the browser's memory knows nothing of what was saved since.
  if (event.persisted) location.reload();
});
window.addEventListener("beforeunload", (event) => {
  if (!submitting && !inBrowser && dirty()) event.preventDefault();
});

if (onServer === null) now();
const restored = await recover(onServer !== null);
if (restored) {
  sent = (restored.sent ?? []).filter((each) => typeof each !== "string");
  await keepHere();
  if (inBrowser) removeEntry(restored.name); // this window keeps it from here on
  save();
}
