// A deck: slides by reveal.js, explorers and questions by the page's own script, and notes in a window of their own.
"use strict";

(() => {
  const SMALLEST = 0.6; // so small text may become where there is too much of it
  const STEP = 0.02;
  const NOTES = "notes.html";
  const S = 83; // the key
  const OWN_KEYS = { BUTTON: [" ", "Enter"], A: ["Enter"], SUMMARY: [" ", "Enter"] }; // that they answer to

  // --- Keys: what has been touched takes those that it knows -------------------------------------------------------

  function isForSlides({ target, key }) {
    const touched = target.closest?.("input, select, textarea, button, a, summary, canvas");
    if (!touched) return true;
    if (key !== "Escape") return OWN_KEYS[touched.tagName] ? !OWN_KEYS[touched.tagName].includes(key) : false;
    touched.blur();
    return false;
  }

  // --- Room: text becomes smaller until all of it is to be seen ----------------------------------------------------

  function fit(slide) {
    const text = slide?.querySelector(".body");
    if (!text) return;
    let size = 1;
    const set = () => text.style.setProperty("--fit", size.toFixed(2));
    for (set(); isTooMuch(slide, text) && size > SMALLEST; set()) size -= STEP;
  }

  function isTooMuch(slide, text) {
    const over = (box) => box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1;
    return over(slide) || over(text) || [...text.querySelectorAll("pre, .math")].some(isTooWide);
  }

  const isTooWide = (box) => box.scrollWidth > box.clientWidth + 1;

  function fitSoon() {
    requestAnimationFrame(() => fit(Reveal.getCurrentSlide()));
  }

  // --- Notes: in a window of their own, which shows what this one tells it ------------------------------------------

  let speaker = null;
  const place = location.protocol === "file:" ? "*" : location.origin; // files have no origin to name

  function openNotes() {
    speaker = window.open(NOTES, "notes", "width=720,height=900");
  }

  function tell() {
    if (!speaker || speaker.closed) return;
    const slides = Reveal.getSlides();
    const at = slides.indexOf(Reveal.getCurrentSlide());
    speaker.postMessage(
      {
        heading: titleOf(slides[at]),
        notes: slides[at].querySelector("aside.notes")?.innerHTML ?? "",
        place: `${at + 1} of ${slides.length}`,
        following: slides[at + 1] ? titleOf(slides[at + 1]) : "the end",
      },
      place,
    );
  }

  function titleOf(slide) {
    const title = slide.querySelector("h1, h2");
    const copy = title.cloneNode(true);
    copy.querySelectorAll(".katex-mathml").forEach((twice) => twice.remove());
    return copy.textContent;
  }

  window.addEventListener("message", ({ source, data }) => {
    if (!speaker || source !== speaker) return;
    if (data === "ready") tell();
    if (data === "next") Reveal.next();
    if (data === "prev") Reveal.prev();
  });

  // --- All of it ---------------------------------------------------------------------------------------------------

  async function start() {
    // A link to a state of an explorer names its cell, which is the slide: 04.html#explore-valley?kappa=20.
    const [asked, settings] = location.hash.slice(1).split("?");
    await Reveal.initialize({
      hash: true,
      disableLayout: true, // the style sheet measures everything by the window, so that pictures stay sharp
      display: "flex",
      center: false,
      transition: "none",
      controlsTutorial: false,
      slideNumber: "c/t",
      scrollActivationWidth: 0,
      keyboardCondition: isForSlides,
      keyboard: { [S]: openNotes },
    });
    document.body.classList.toggle("in-room", Boolean(globalThis.courseRoom));
    if (settings !== undefined) Reveal.slide(Reveal.getSlides().findIndex(({ id }) => id === asked));
    fitSoon();
    document.fonts.ready.then(fitSoon);
  }
  Reveal.on("slidechanged", () => {
    document.activeElement?.blur(); // a slider that is not to be seen takes no keys
    fit(Reveal.getCurrentSlide());
    tell();
  });
  window.addEventListener("resize", fitSoon);
  document.addEventListener("click", fitSoon); // what a button says may take room
  globalThis.courseRoom?.subscribe(fitSoon); // and so may what is said of a vote
  document.addEventListener("DOMContentLoaded", start); // after the page's script has read the address
})();
