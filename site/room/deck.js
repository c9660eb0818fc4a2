// On slides that were opened from the instructor's page a vote is led from the slide that asks: how
// many have voted, what comes next, and in the end what was chosen, beside the choices themselves.

import { AWAY, STEPS, ask, follow, make, usual } from "./leading.js";

const SAID = {
  new: "",
  first: "First vote:",
  talk: "Talk: convince your neighbour.",
  second: "Second vote:",
  closed: "The vote is closed.",
  shown: "",
};
const OPEN = ["first", "second"];
const WORDS = new Map([...STEPS, AWAY]);

const ballots = [...document.querySelectorAll("[data-ballot]")].map((place) => {
  const line = document.createElement("div");
  line.className = "room-lead";
  place.append(line);
  const said = make("span", "", line);
  said.setAttribute("role", "status");
  const button = make("button", "", line);
  button.type = "button";
  const ballot = { key: place.dataset.ballot, place, said, button };
  button.addEventListener("click", () => go(ballot));
  return ballot;
});

async function go({ key, said, button }) {
  try {
    await ask("question", { key, to: button.dataset.to });
  } catch (error) {
    said.textContent = error.message;
  }
}

function show(ballot, { question, states, steps, here }) {
  const mine = question?.key === ballot.key ? question : null;
  const state = mine?.state ?? states[ballot.key] ?? "new";
  const next = mine || state === "new" ? (usual(state, steps[state]) ?? AWAY[0]) : state;
  ballot.button.dataset.to = next;
  ballot.button.textContent = mine || state === "new" ? WORDS.get(next) : "To the wall once more";
  const counted = mine && OPEN.includes(state) ? `${mine.voted} of ${Math.max(here, mine.voted)} here` : "";
  ballot.said.textContent = mine ? `${SAID[state]} ${counted}`.trim() : "";
  showCounts(ballot.place, mine?.state === "shown" ? mine.result : null);
}

// Beside each choice how many took it at first, and in the end.
function showCounts(place, result) {
  place.querySelectorAll(".room-count").forEach((each) => each.remove());
  if (!result) return;
  const twice = Object.values(result.second).some(Boolean);
  for (const button of place.querySelectorAll(".prediction-choice")) {
    const letter = button.querySelector("b").textContent;
    const counts = [result.first[letter] ?? 0, ...(twice ? [result.second[letter] ?? 0] : [])];
    make("span", "room-count", button, counts.join(" → "));
  }
}

function take(state) {
  ballots.forEach((ballot) => show(ballot, state));
  dispatchEvent(new Event("resize")); // slides measure what fits
}

if (ballots.length) {
  const style = make("link", "", document.head);
  Object.assign(style, { rel: "stylesheet", href: new URL("deck.css", import.meta.url) });
  follow("", take, (sentence) => ballots.forEach(({ said }) => sentence && (said.textContent = sentence)));
}
