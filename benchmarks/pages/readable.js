// Whether the lesson can be read: all of its headings stand there, the first one in the window; as
// many formulas are typeset as its cells hold; every font is there; and so is every picture in the
// window and in as much again below it. It has to hold for three frames: a font is asked for only
// when its letters are laid out.

async ({ headings, formulas }) => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const near = (picture) => {
    const { top, bottom } = picture.getBoundingClientRect();
    return bottom > 0 && top < 2 * innerHeight;
  };
  const holds = () => {
    const shown = all("h1, h2, h3, h4");
    const found = headings.map((words) =>
      shown.find((heading) => heading.textContent.trim().startsWith(words)),
    );
    const first = found[0]?.getBoundingClientRect();
    return (
      found.every(Boolean) &&
      first.height > 0 &&
      first.bottom > 0 &&
      first.top < innerHeight &&
      all(".katex, .MathJax_CHTML, mjx-container").length >= formulas &&
      document.fonts.status === "loaded" &&
      all("img").every((image) => !near(image) || (image.complete && image.naturalWidth > 0))
    );
  };
  for (let frame = 0; frame < 3; frame++) {
    if (!holds()) return false;
    await new Promise(requestAnimationFrame);
  }
  return true;
};
