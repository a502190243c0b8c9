// Hides the welcome for good; theme.js keeps it hidden from the next first paint on.
document.querySelector("[data-dismiss-welcome]")?.addEventListener("click", () => {
  document.documentElement.dataset.welcome = "seen";
  try {
    localStorage.setItem("welcome", "seen");
  } catch {
    // Storage is forbidden: hidden on this page only.
  }
  document.getElementById("page-main").focus({ preventScroll: true });
});
