// Runs before the first paint, so that neither colours nor controls flash. Classic on purpose.
(function () {
  var root = document.documentElement;
  var choices = ["system", "light", "dark"];

  // Storage may be forbidden; the page then follows the system.
  function read(key) {
    try { return localStorage.getItem(key); } catch (refused) { return null; }
  }

  function show(theme) {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
    document.querySelectorAll("[data-set-theme]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.setTheme === theme));
    });
  }

  function current() {
    var stored = read("theme");
    return choices.indexOf(stored) < 0 ? "system" : stored;
  }

  root.dataset.js = "";
  if (read("welcome") === "seen") root.dataset.welcome = "seen";
  show(current());

  document.addEventListener("DOMContentLoaded", function () { show(current()); });
  window.addEventListener("storage", function () { show(current()); });
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-set-theme]");
    if (!button) return;
    try { localStorage.setItem("theme", button.dataset.setTheme); } catch (refused) { /* this page only */ }
    show(button.dataset.setTheme);
  });
})();
