// A warning before a form that holds somebody's text is left without sending it.
const form = document.querySelector("[data-unsaved]");
let sending = false;

form.addEventListener("submit", () => { sending = true; });
window.addEventListener("pageshow", () => { sending = false; });
window.addEventListener("beforeunload", (event) => {
  if (!sending) event.preventDefault();
});
