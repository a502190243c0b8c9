// A text to start from, offered while there is none.
import { form, source } from "./elements.js";
import { replace } from "./typing.js";

const offer = form.querySelector("[data-outline]");

function show() {
  offer.hidden = source.value.trim() !== "";
}

offer.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const text = offer.dataset.outline;
  const start = text.indexOf("\n\n") + 2;
  replace(0, source.value.length, text, start, text.indexOf("\n", start));
  source.scrollTop = 0;
});
source.addEventListener("input", show);
show();
