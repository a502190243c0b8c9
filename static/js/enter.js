// In a box for one line or many, Enter sends what has one line, as it would in a field.
for (const box of document.querySelectorAll("[data-enter-sends]")) {
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || box.value.trim().includes("\n")) return;
    event.preventDefault();
    box.form.requestSubmit();
  });
}
