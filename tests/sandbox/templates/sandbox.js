"use strict";
// Fetches the page again and puts its new content in place, so that nothing jumps while somebody reads.
const PERIOD_MS = 3000;
const live = document.getElementById("live");
const pause = document.getElementById("pause");
let paused = false;
pause.hidden = false;
pause.addEventListener("click", () => {
  paused = !paused;
  pause.textContent = paused ? pause.dataset.resume : pause.dataset.pause;
});
setInterval(async () => {
  if (paused || document.hidden || live.contains(document.activeElement) || live.querySelector("details[open]")) return;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) return;
    const page = await answer.text();
    // Only the content: the new page's styles carry a nonce that this one's policy does not know.
    const content = page.slice(page.indexOf("<main"), page.indexOf("</main>"));
    const next = new DOMParser().parseFromString(content, "text/html").getElementById("live");
    if (next && next.innerHTML !== live.innerHTML) live.replaceChildren(...next.childNodes);
  } catch {
    // The sandbox has stopped: what it showed last stays.
  }
}, PERIOD_MS);
