// What every page does: folds that open for print and for links, boxes that scroll by key, terms that tell their
// meaning. It works from a folder, too: it loads nothing.
"use strict";

(() => {
  const SCROLLING = { pre: "Code", ".table-wrapper": "Table", "div.math": "Formula", ".cell_output": "Figure" };
  const GAP = 6; // pixels between a term and its tip

  // --- Folds ---------------------------------------------------------------------------------------------------

  function openForPrint() {
    // The answer below a question's buttons stays: whoever opens it lets a choice stand.
    const opened = [...document.querySelectorAll("article details:not([open], .prediction-answer)")];
    for (const fold of opened) fold.open = true;
    for (const picture of document.images) picture.loading = "eager";
    addEventListener("afterprint", () => opened.forEach((fold) => (fold.open = false)), { once: true });
  }

  function openAround(element) {
    for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  }

  function followAnchor() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target || !target.closest("details:not([open])")) return;
    openAround(target);
    target.scrollIntoView();
  }

  // --- Boxes that scroll ---------------------------------------------------------------------------------------

  function letKeysScroll() {
    for (const [selector, name] of Object.entries(SCROLLING)) {
      for (const box of document.querySelectorAll(`article ${selector}`)) {
        if (box.scrollWidth <= box.clientWidth + 1) {
          for (const each of ["tabindex", "role", "aria-label"]) box.removeAttribute(each);
        } else if (getComputedStyle(box).overflowX === "auto") {
          box.tabIndex = 0;
          box.setAttribute("role", "group");
          box.setAttribute("aria-label", name);
        }
      }
    }
  }

  // --- Terms ---------------------------------------------------------------------------------------------------

  function makeTips() {
    const tip = document.createElement("div");
    tip.className = "term-tip";
    tip.id = "term-tip";
    tip.setAttribute("role", "tooltip");
    tip.hidden = true;
    document.body.append(tip);
    let term = null;
    let leaving = 0;

    function show(link) {
      clearTimeout(leaving);
      if (term === link) return;
      hide();
      term = link;
      tip.textContent = link.dataset.tip;
      link.setAttribute("aria-describedby", tip.id);
      tip.hidden = false;
      place(link);
    }
    function place(link) {
      const [box, own, page] = [link.getClientRects()[0], tip.getBoundingClientRect(), document.documentElement];
      const left = Math.max(8, Math.min(box.left, page.clientWidth - own.width - 8));
      const above = box.bottom + GAP + own.height > innerHeight && box.top > own.height + GAP;
      tip.style.left = `${left + scrollX}px`;
      tip.style.top = `${(above ? box.top - own.height - GAP : box.bottom + GAP) + scrollY}px`;
    }
    function hide() {
      clearTimeout(leaving);
      term?.removeAttribute("aria-describedby");
      term = null;
      tip.hidden = true;
    }
    function hideSoon() {
      leaving = setTimeout(hide, 200); // long enough to move onto the tip
    }
    for (const link of document.querySelectorAll("a.term")) {
      let shownBefore = false;
      link.addEventListener("pointerdown", () => (shownBefore = term === link));
      link.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && show(link));
      link.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && hideSoon());
      link.addEventListener("focus", () => show(link));
      link.addEventListener("blur", hideSoon);
      link.addEventListener("click", (event) => {
        // Where nothing hovers, the first touch shows what the term means, and the second follows the link.
        if (!matchMedia("(hover: none)").matches || shownBefore) return;
        event.preventDefault();
        show(link);
      });
    }
    tip.addEventListener("pointerenter", () => clearTimeout(leaving));
    tip.addEventListener("pointerleave", hideSoon);
    addEventListener("keydown", (event) => event.key === "Escape" && hide());
    addEventListener("resize", hide);
  }

  // --- All of it -----------------------------------------------------------------------------------------------

  // Without a server the search cannot read the pages that it finds; it lists them all the same.
  if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") {
    DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  }
  addEventListener("beforeprint", openForPrint);
  addEventListener("hashchange", followAnchor);
  addEventListener("resize", letKeysScroll);
  addEventListener("load", letKeysScroll);
  addEventListener("toggle", letKeysScroll, true);
  document.addEventListener("DOMContentLoaded", () => {
    followAnchor();
    letKeysScroll();
    makeTips();
  });
})();
