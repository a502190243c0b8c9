// The reading list without leaving the page: the forms work without this. The server sends the
// control as it is now, and a notice that can undo the change.
const SHOWN_FOR = 8000; // ms
let toast;

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const box = form.closest?.("[data-list]");
  if (!box || !event.submitter) return;
  event.preventDefault();
  if (box.dataset.busy) return;
  box.dataset.busy = "yes";
  const address = event.submitter.getAttribute("formaction") ?? form.action;
  const body = new FormData(form, event.submitter);
  try {
    const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const { control, notice, since } = await answer.json();
    replace(box, control, since);
    show(notice);
  } catch {
    sendPlainly(form, address, body);
  } finally {
    delete box.dataset.busy;
  }
});

// Made by the server, from what passed its templates.
function replace(box, html, since) {
  const had = box.contains(document.activeElement);
  const made = document.createElement("template");
  made.innerHTML = html;
  const fresh = made.content.querySelector(".list-control");
  const facts = box.closest("[data-row]")?.querySelector("[data-list-since]");
  count(statusOf(box), statusOf(fresh));
  box.replaceWith(fresh);
  if (facts) facts.innerHTML = since;
  const offer = document.querySelector("[data-list-offer]");
  if (offer) offer.hidden = true; // the reader has answered it
  if (had) (fresh.querySelector("[data-list-key], [aria-pressed='true'], button"))?.focus();
}

function statusOf(box) {
  return box.querySelector("[name='status'][aria-pressed='true']")?.value ?? "";
}

// The tabs of /list: one paper more or less in each, and in all of them.
function count(before, after) {
  for (const number of document.querySelectorAll("[data-list-count]")) {
    const status = number.dataset.listCount;
    const isIn = (one) => (status ? one === status : one !== "");
    const papers = Number(number.textContent.replaceAll(",", "")) + isIn(after) - isIn(before);
    number.textContent = papers.toLocaleString("en");
  }
}

function show(html) {
  toast?.remove();
  toast = document.createElement("div");
  toast.className = "toast";
  toast.role = "status";
  document.body.append(toast);
  toast.innerHTML = html;
  leaveLater(toast);
}

function leaveLater(box) {
  let timer;
  const start = () => {
    clearTimeout(timer);
    if (!box.matches(":hover, :focus-within")) timer = setTimeout(() => box.remove(), SHOWN_FOR);
  };
  for (const name of ["pointerenter", "focusin"]) box.addEventListener(name, () => clearTimeout(timer));
  for (const name of ["pointerleave", "focusout"]) box.addEventListener(name, () => setTimeout(start));
  start();
}

// The server's own page then says what is wrong (signed out, too fast, gone).
function sendPlainly(form, address, body) {
  if (body.has("status")) {
    const value = document.createElement("input");
    value.type = "hidden";
    value.name = "status";
    value.value = body.get("status");
    form.append(value);
  }
  form.action = address;
  form.submit();
}

// A menu closes when something else is pressed, and by Escape.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".list-control__menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector(".list-control__menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

const begun = ["reading", "read"].map((status) => `header.paper [value="${status}"][aria-pressed="true"]`).join();

// Who opened the PDF is asked whether they read it, when they come back to this page.
document.addEventListener("click", (event) => {
  const offer = document.querySelector("[data-list-offer]");
  if (offer && event.target.closest?.(".identifiers a")) offer.hidden = Boolean(document.querySelector(begun));
});
