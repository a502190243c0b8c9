// A video's player takes the place of its link when the reader asks for it, and not before.
const players = {
  youtube: (video, start) => `https://www.youtube-nocookie.com/embed/${video}?autoplay=1${start ? `&start=${start}` : ""}`,
  vimeo: (video) => `https://player.vimeo.com/video/${video}?autoplay=1&dnt=1`,
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-player]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const address = players[link.dataset.player];
  if (!address) return;
  event.preventDefault();
  const frame = document.createElement("iframe");
  frame.className = "player-frame";
  frame.title = link.textContent;
  frame.allow = "autoplay; fullscreen; picture-in-picture";
  // YouTube plays only for pages that say which site they are; it learns no more than that.
  frame.referrerPolicy = "strict-origin-when-cross-origin";
  frame.src = address(encodeURIComponent(link.dataset.video), Number(link.dataset.start) || 0);
  link.replaceWith(frame);
  frame.focus();
});
