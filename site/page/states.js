// A link to a state of an explorer: page.html#explore-valley?kappa=20&lr=0.5&step=12.

// Among the buttons of an explorer stands one that copies the address of what is shown. What is
// said about it stands below, and stays when the explorer is shown once more.
function offerLink(place, explorer) {
  const row = place.querySelector(".live-link") ?? saidBelow(place);
  const buttons = explorer.shown.querySelector(".live-buttons");
  const button = make("button", "live-button", buttons, "Copy link to this state");
  button.type = "button";
  button.addEventListener("click", () => copyLink(row, addressOf(place, explorer)));
}

function saidBelow(place) {
  const row = make("div", "live-link", place);
  make("span", "live-said", row).setAttribute("role", "status");
  return row;
}

async function copyLink(row, address) {
  const said = row.querySelector(".live-said");
  row.querySelector("input")?.remove();
  try {
    await navigator.clipboard.writeText(address);
    said.textContent = "Copied.";
  } catch {
    said.textContent = "This browser lets no page copy. Take the address from here:";
    const field = make("input", "", row);
    Object.assign(field, { readOnly: true, value: address, ariaLabel: "Address of this state" });
    field.focus();
    field.select();
  }
}

function addressOf(place, { model, hands }) {
  const settings = model.get("spec").controls.map((control, k) => {
    return [control.name, writtenIn(control, hands[k].control.get("index"))];
  });
  const [page] = location.href.split("#");
  return `${page}#${cellOf(place)}?${new URLSearchParams(settings)}`;
}

// A value as it is shown, if that is enough to find it again.
function writtenIn(control, index) {
  const label = control.labels[index];
  return nearestTo(control, label) === index ? label : String(control.values[index]);
}

function cellOf(place) {
  return place.dataset.live.split("--")[1];
}

// The position of a control whose value is nearest to what is written; -1 if none is.
function nearestTo(control, written) {
  if (control.kind === "choice") return control.labels.indexOf(written);
  const wanted = Number(written);
  if (written.trim() === "" || !Number.isFinite(wanted)) return -1;
  const far = control.values.map((value) => Math.abs(value - wanted));
  return far.indexOf(Math.min(...far));
}

// Show the state that the page's address asks for, if it asks for one.
async function showAsked() {
  const [cell, query] = location.hash.slice(1).split("?");
  const places = [...document.querySelectorAll("[data-live]")];
  const place = places.find((each) => cellOf(each) === decodeURIComponent(cell));
  if (!place || query === undefined) return;
  place.scrollIntoView();
  const top = window.scrollY;
  let sentence = "";
  const positionsIn = (controls) => {
    const asked = understood(controls, new URLSearchParams(query));
    sentence = asked.sentence;
    return asked.positions;
  };
  if (!(await enliven(place, positionsIn))) return;
  if (Math.abs(window.scrollY - top) < 2) place.scrollIntoView(); // unless somebody has gone on
  const said = place.querySelector(".live-said");
  said.textContent = sentence;
  make("span", "live-unseen", said, place.querySelector(".live-words").textContent);
}

// Where the controls have to stand, and a sentence about the link.
function understood(controls, settings) {
  const unknown = new Set(settings.keys());
  const positions = controls.map((control) => {
    const written = settings.get(control.name);
    const index = written === null ? -1 : nearestTo(control, written);
    if (index < 0) return undefined;
    unknown.delete(control.name);
    return index;
  });
  const names = [...unknown].map((name) => `${name} = ${settings.get(name)}`);
  const left = names.length ? `, but for ${names.join(" and ")}: the explorer has no such setting` : "";
  return { positions, sentence: `This is the state of the link${left}. ` };
}
