// Notes when the hand acts, and in which frame the picture next differs from what it was.
//
// The picture is what the images and canvases hold that a selector names, in a part that stays. Whenever something may
// have changed it (a canvas is painted on, a new image has been decoded), the next animation frame
// takes the time, and only then compares pixels. That is one rule for every way of making a figure.
// Reading pixels takes some milliseconds, so during a drag none are read before its last event.

([within, pictures]) => {
  const PAINTING = "clearRect drawImage fill fillRect fillText putImageData stroke".split(" ");
  const probe = { expected: 0, inputs: [], frames: 0, changes: [], touched: 0, picture: "" };
  let waiting = false;

  const touch = () => {
    probe.touched = performance.now();
    if (!waiting) requestAnimationFrame(look);
    waiting = true;
  };
  const look = () => {
    const now = performance.now();
    waiting = false;
    probe.frames += 1;
    if (probe.inputs.length < probe.expected) return;
    const seen = picture();
    if (seen !== probe.picture) probe.changes.push(now);
    probe.picture = seen;
  };

  const parts = () => [...document.querySelectorAll(pictures)];
  const picture = () => parts().map((part) => (part.localName === "img" ? image : pixels)(part)).join();
  const image = (part) => (part.complete && part.naturalWidth ? part.src : "");
  const pixels = (canvas) => {
    if (!canvas.width || !canvas.height) return "";
    const all = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let hash = 0; // FNV, over whole pixels
    for (const pixel of new Uint32Array(all.data.buffer)) hash = Math.imul(hash ^ pixel, 16777619);
    return hash;
  };

  for (const name of PAINTING) {
    const original = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...settings) {
      if (this.canvas.isConnected) touch();
      return original.apply(this, settings);
    };
  }
  const isImage = (node) => node.localName === "img";
  const renewed = ({ target, addedNodes }) =>
    isImage(target) || [...addedNodes].some((node) => isImage(node) || node.querySelector?.("img"));
  new MutationObserver((records) => {
    if (!records.some(renewed)) return;
    const decoded = parts().filter(isImage).map((each) => each.decode());
    Promise.allSettled(decoded).then(touch);
  }).observe(document.querySelector(within), {
    attributeFilter: ["src"],
    childList: true,
    subtree: true,
  });

  const note = (event) => {
    if (event.isTrusted) probe.inputs.push(event.timeStamp);
  };
  const noteAll = (event) => event.getCoalescedEvents().forEach(note);
  window.addEventListener("keydown", note, { capture: true });
  window.addEventListener("pointermove", noteAll, { capture: true });

  // Expect so many events from now on.
  probe.begin = (expected) => {
    Object.assign(probe, { expected, inputs: [], frames: 0, changes: [], picture: picture() });
  };

  // Wait until the events have come, the picture has changed after the last, and then nothing has
  // touched it for `quiet` milliseconds.
  probe.settled = (quiet, limit) =>
    new Promise((resolve) => {
      const start = performance.now();
      const timer = setInterval(() => {
        const now = performance.now();
        const still = probe.changes.length && now - probe.touched > quiet;
        if (!still && now - start < limit) return;
        clearInterval(timer);
        const { inputs, frames, changes, picture } = probe;
        resolve({ inputs, frames, changes, picture });
      }, 20);
    });

  // How long a frame lasts here, in milliseconds.
  probe.frame = async (n) => {
    const times = [];
    for (let k = 0; k <= n; k++) times.push(await new Promise(requestAnimationFrame));
    return (times[n] - times[0]) / n;
  };
  window.probe = probe;
};
