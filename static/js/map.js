// On a narrow screen a map begins with the paper that it is about in view, not with its corner.
for (const box of document.querySelectorAll(".map__box")) {
  const center = box.querySelector(".map__paper--center circle");
  if (!center) continue;
  box.scrollLeft = Number(center.getAttribute("cx")) - box.clientWidth / 2;
  box.scrollTop = Number(center.getAttribute("cy")) - box.clientHeight / 2;
}
