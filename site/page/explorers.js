// Explorers come alive when they come near: the script with their numbers is loaded then, and what
// moves takes the place of the picture.

const NEAR = "1000px 0px"; // so far from the window
const HERE = document.currentScript.src; // that of the page's own script, wherever the site stands
const arriving = {}; // by name, who waits for an explorer's script
const lives = new WeakMap(); // by its place in the page, the promise of an explorer, or of null

function watchExplorers() {
  const seen = (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      if (!lives.has(target)) enliven(target);
    }
  };
  const near = new IntersectionObserver(seen, { rootMargin: NEAR });
  document.querySelectorAll("[data-live]").forEach((place) => near.observe(place));
}

// Show the explorer of a place, one time after the other; its controls begin where `positionsIn`
// says, or where they always do. Return what can be moved then, or null.
function enliven(place, positionsIn = () => []) {
  const before = lives.get(place) ?? Promise.resolve(null);
  const next = before.then((explorer) => shownAfresh(place, positionsIn, explorer));
  lives.set(place, next);
  return next;
}

async function shownAfresh(place, positionsIn, before) {
  const stills = before?.stills ?? [...place.children];
  const note = before ? null : noteIn(place);
  try {
    const data = before?.data ?? (await dataOf(place.dataset.live));
    const model = await modelOfExplorer(data);
    const hands = inputsAt(model.get("spec").controls, positionsIn(model.get("spec").controls));
    const shown = make("div", "live-coming", place); // unseen, until it is painted
    const stop = await live.render({ model, el: shown, inputs: () => hands });
    await painted(shown);
    before?.stop();
    before?.shown.remove();
    stills.forEach((still) => (still.hidden = true));
    shown.classList.remove("live-coming");
    note?.remove();
    const explorer = { stills, data, model, hands, shown, stop };
    offerLink(place, explorer);
    return explorer;
  } catch (error) {
    place.querySelector(".live-coming")?.remove();
    sayWhy(place, note ?? noteIn(place), error);
    return before;
  }
}

// Wait for the picture. Another one takes its place meanwhile if the window becomes narrow, and
// where a closed fold hides it there is none.
async function painted(shown) {
  const still = shown.querySelector(".live-still");
  for (let source = ""; source !== still.src; ) {
    source = still.src;
    try {
      await still.decode();
    } catch (error) {
      if (source === still.src) throw error;
    }
  }
}

async function modelOfExplorer({ goal, values, numbers, bytes }) {
  const told = { ...values, reached: goal !== "" && recall("goal", goal) !== null };
  for (const [trait, text] of Object.entries(bytes)) told[trait] = bytesOf(text);
  for (const [trait, text] of Object.entries(numbers)) told[trait] = await numbersOf(text);
  const model = modelOf(told);
  model.on("change:reached", () => goal && remember("goal", goal));
  return model;
}

// --- Their scripts --------------------------------------------------------------------------------

// Every script of an explorer calls this when it has come.
window.course = Object.assign(window.course ?? {}, {
  explorer: (name, data) => arriving[name]?.(data),
});

function dataOf(name) {
  const address = new URL(`live/${name}.js?${EXPLORERS[name].version}`, HERE);
  return loaded(address, (arrived) => (arriving[name] = arrived));
}

// Load a script, and return what it hands to the function that is given to `wait`. Pages from a
// memory stick may load nothing else.
function loaded(address, wait) {
  return new Promise((resolve, reject) => {
    wait(resolve);
    const script = make("script", "", document.head);
    script.onload = () => reject(new Error("its file is not complete")); // or it has been heard
    script.onerror = () => reject(new Error("its file did not arrive"));
    script.src = address;
  });
}

function noteIn(place) {
  const { bytes } = EXPLORERS[place.dataset.live] ?? { bytes: 0 };
  const note = make("p", "live-note", place);
  note.setAttribute("role", "status");
  note.textContent = `Loading the explorer (${(bytes / 1e6).toFixed(1)} MB) …`;
  return note;
}

function sayWhy(place, note, error) {
  console.warn(place.dataset.live, error);
  note.classList.add("live-failed");
  note.textContent = `The explorer cannot be shown: ${error.message}. The picture stays. `;
  const again = make("button", "live-button", note, "Try again");
  again.type = "button";
  again.addEventListener("click", () => {
    note.remove();
    enliven(place);
  });
}
