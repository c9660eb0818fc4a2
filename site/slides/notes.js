// The speaker's window: it shows what the deck that has opened it tells, and hands keys on to it.
"use strict";

(() => {
  const deck = window.opener;
  const place = location.protocol === "file:" ? "*" : location.origin; // files have no origin to name
  const KEYS = {
    next: ["ArrowRight", "ArrowDown", "PageDown", " "],
    prev: ["ArrowLeft", "ArrowUp", "PageUp"],
  };
  const at = (id) => document.getElementById(id);
  let began = Date.now();

  function go(way) {
    deck?.postMessage(way, place);
  }

  window.addEventListener("message", ({ source, data }) => {
    if (!deck || source !== deck) return;
    at("heading").textContent = data.heading;
    at("notes").innerHTML = data.notes; // of the deck, which is one of the same site's pages
    at("place").textContent = data.place;
    at("following").textContent = data.following;
    window.scrollTo(0, 0);
  });

  document.addEventListener("keydown", (event) => {
    const onButton = event.key === " " && event.target.closest("button");
    const way = Object.keys(KEYS).find((each) => KEYS[each].includes(event.key));
    if (!way || onButton || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    go(way);
  });
  document.querySelectorAll("[data-go]").forEach((button) => {
    button.addEventListener("click", () => go(button.dataset.go));
  });

  function tick() {
    const seconds = Math.floor((Date.now() - began) / 1000);
    at("clock").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
  at("clock").addEventListener("click", () => {
    began = Date.now();
    tick();
  });
  setInterval(tick, 1000);
  go("ready");
})();
