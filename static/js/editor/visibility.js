// The button that saves a new summary says whether that publishes it.
import { form } from "./elements.js";

const button = form.querySelector("[data-labels]");
const labels = button && JSON.parse(button.dataset.labels);

function say() {
  button.textContent = labels[form.elements.visibility.value] ?? labels.public;
}

if (button) {
  say();
  form.addEventListener("change", say);
}
