// What the last request has to say goes away by itself, unless somebody is at it or has to decide
// something; and where the page opens below its top, it goes there.
const SHOWN_FOR = 8000; // ms
const GAP = 8; // px above it
const box = document.querySelector("[data-flashes]");

function remove(message) {
  message.remove();
  if (!box.querySelector("[data-flash]")) box.remove();
}

// Not while it is read: the time begins again when pointer and focus have left.
function leaveLater(message) {
  let timer;
  const stop = () => clearTimeout(timer);
  const start = () => {
    stop();
    if (message.matches(":hover, :focus-within")) return;
    timer = setTimeout(remove, SHOWN_FOR, message);
  };
  message.addEventListener("pointerenter", stop);
  message.addEventListener("pointerleave", start);
  message.addEventListener("focusin", stop);
  message.addEventListener("focusout", () => setTimeout(start));
  start();
}

// Above the summary that the page opens at, which leaves room for it.
function moveToTarget() {
  // `:target` may not be known yet.
  const target = document.getElementById(location.hash.slice(1))?.closest("article");
  if (!target) return;
  target.before(box);
  const room = target.getBoundingClientRect().top - box.getBoundingClientRect().top + GAP;
  target.style.scrollMarginBlockStart = `${room}px`;
  target.scrollIntoView();
}

for (const message of box.querySelectorAll("[data-flash]")) {
  message.querySelector("[data-close]").addEventListener("click", () => remove(message));
  if (!("stays" in message.dataset)) leaveLater(message);
}
moveToTarget();
