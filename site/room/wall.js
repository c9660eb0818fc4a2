// What is projected: how to come in, the question that is open and how many have voted, and in the
// end what was chosen. The server says nothing of a distribution before the instructor shows it.

import { ask, follow, make, questions, sides, whenEntered } from "./leading.js";

const at = (id) => document.getElementById(id);
const PHASES = {
  first: "First vote: choose for yourself",
  talk: "Talk: convince your neighbour",
  second: "Second vote: choose again",
  closed: "The vote is closed",
  shown: "What you chose",
};
const ROUNDS = { first: "1st", second: "2nd" };
const LARGEST = 5; // hundredths of the window's width for a letter, and no less than the smallest
const SMALLEST = 1.5;

let texts = {};
let joining = {};
let now = null;
let side = "votes";

async function start() {
  const trouble = (sentence) => (at("trouble").textContent = sentence);
  try {
    [texts, joining] = await Promise.all([questions(), ask("joining")]);
  } catch (error) {
    trouble(error.message);
  }
  follow("", take, trouble);
}

function take(state) {
  if (state.question?.key !== now?.question?.key) side = "votes";
  now = state;
  show();
}

function show() {
  const { question, here, people } = now;
  const state = question?.state;
  const parts = { joining: !question, asking: question && state !== "shown" };
  parts.votes = state === "shown" && side === "votes";
  parts.beliefs = state === "shown" && side === "beliefs";
  for (const [id, isThere] of Object.entries(parts)) at(id).hidden = !isThere;
  at("phase").textContent = question ? phaseOf(state) : "Come into the room";
  at("lesson").textContent = question ? texts[question.key].lesson : "";
  at("late").textContent = question && state !== "shown" ? `${joining.address} · ${joining.word}` : "";
  at("turn").hidden = state !== "shown";
  at("turn").textContent = side === "votes" ? "What one believes" : "The votes";
  showCount(question, here, people);
  if (!question) showJoining();
  else if (state === "shown") showResult(texts[question.key], question.result);
  else showQuestion(texts[question.key]);
  fit();
}

function phaseOf(state) {
  return state === "shown" && side === "beliefs" ? "What one believes who chooses …" : PHASES[state];
}

function showCount(question, here, people) {
  const isOpen = question && ["first", "second"].includes(question.state);
  const most = Math.max(here, question?.voted ?? 0);
  at("bar").hidden = !isOpen;
  if (!question) at("count").textContent = `${people} ${people === 1 ? "has" : "have"} joined.`;
  else at("count").textContent = `Voted: ${question.voted}${isOpen ? ` of ${most} here` : ""}`;
  if (!isOpen) return;
  at("bar").max = Math.max(most, 1);
  at("bar").value = question.voted;
}

function showJoining() {
  at("address").textContent = joining.address;
  at("join-word").textContent = joining.word;
  at("qr").hidden = !joining.qr;
  if (joining.qr) at("qr").src = joining.qr;
}

function showQuestion({ asks, choices }) {
  at("asks").innerHTML = asks;
  list(at("choices"), choices);
}

function list(place, parts) {
  place.replaceChildren();
  for (const [letter, text] of Object.entries(parts)) {
    make("dt", "", place, letter);
    make("dd", "", place).innerHTML = text;
  }
}

// --- The result -----------------------------------------------------------------------------------

function showResult({ choices, beliefs }, result) {
  list(at("believed"), beliefs);
  const rounds = Object.keys(ROUNDS).filter((round) => sum(result[round]) > 0);
  const most = Math.max(1, ...rounds.flatMap((round) => Object.values(result[round])));
  at("bars").replaceChildren();
  for (const [letter, text] of Object.entries(choices)) {
    make("dt", "", at("bars"), letter);
    make("dd", "", at("bars")).innerHTML = text;
    const place = make("dd", "rounds", at("bars"));
    for (const round of rounds) showBar(place, round, result[round][letter] ?? 0, most);
  }
  const moved = result.moved.map(({ from, to, count }) => `${from} → ${to}: ${count}`);
  at("moved").textContent = moved.length ? `Changed their mind: ${moved.join(" · ")}` : "";
}

function sum(counts) {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}

function showBar(place, round, count, most) {
  make("small", "", place, ROUNDS[round]);
  const line = make("div", "", place);
  if (count) make("div", `votes-bar ${round}`, line).style.width = `${(100 * count) / most}%`;
  make("span", "number", place, String(count));
}

// --- How large ------------------------------------------------------------------------------------

// The largest letters with which everything fits on the wall; half a pixel is not seen.
function fit() {
  const wall = at("inside");
  const content = at("content");
  const fits = (size) => {
    wall.style.setProperty("--fit", size);
    return content.scrollHeight <= content.clientHeight + 1 && content.scrollWidth <= content.clientWidth + 1;
  };
  let [small, large] = [SMALLEST, LARGEST];
  while (large - small > 0.05) {
    const middle = (small + large) / 2;
    if (fits(middle)) small = middle;
    else large = middle;
  }
  fits(small);
}

function turn(to) {
  side = to;
  if (now) show();
}

at("turn").addEventListener("click", () => turn(side === "votes" ? "beliefs" : "votes"));
sides.addEventListener("message", ({ data }) => turn(data));
addEventListener("resize", () => now && fit());
void whenEntered(at("enter"), at("inside"), start);
