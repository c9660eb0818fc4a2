// The instructor's page: open a vote and lead it, see how far the room is, find lost secrets.

import { AWAY, STEPS, ask, follow, make, questions, row, sides, usual, whenEntered } from "./leading.js";

const at = (id) => document.getElementById(id);

const SAID = {
  new: "Not asked yet.",
  first: "The first vote is open.",
  talk: "They talk. The first vote is closed.",
  second: "The second vote is open.",
  closed: "The vote is closed.",
  shown: "The result is shown.",
};
const OPEN = ["first", "talk", "second"];
const START = "00"; // the start page, on which there are no notes

let texts = {};
let now = { question: null, states: {}, steps: {} }; // as the server says
let stop = () => undefined;
let seen = { view: 0, notes: "" };

// --- The vote -------------------------------------------------------------------------------------

async function start() {
  texts = await questions();
  fillQuestions();
  makeSteps();
  show();
  startFollowing();
}

function fillQuestions() {
  const lessons = Map.groupBy?.(Object.keys(texts), (key) => texts[key].lesson) ?? grouped();
  at("question").replaceChildren();
  for (const [lesson, keys] of lessons) {
    const group = make("optgroup", "", at("question"));
    group.label = lesson;
    for (const key of keys) group.append(new Option(`${key} · ${short(texts[key].asks)}`, key));
  }
}

// For browsers of before 2024.
function grouped() {
  const lessons = new Map();
  for (const [key, { lesson }] of Object.entries(texts)) {
    lessons.set(lesson, [...(lessons.get(lesson) ?? []), key]);
  }
  return lessons;
}

// The sentence that asks is the last one with a question mark.
function short(html) {
  const text = textOf(html).replace(/\s+/g, " ");
  return (text.match(/[^.?!:]*\?/g) ?? [text]).at(-1).trim();
}

function textOf(html) {
  return new DOMParser().parseFromString(html, "text/html").body.textContent;
}

function startFollowing() {
  stop();
  const trouble = (sentence) => (at("trouble").textContent = sentence);
  stop = follow(at("peek").checked ? "peek=1&" : "", take, trouble);
}

function take(state) {
  const opened = state.question && state.question.key !== now.question?.key;
  now = state;
  if (opened) at("question").value = state.question.key;
  at("people").textContent = `${counted(state.here, "is", "are")} here, ${state.people} joined.`;
  fill("handed-in", Object.entries(state.handed_in));
  show();
  void showView();
}

function counted(number, one, many) {
  return `${number} ${number === 1 ? one : many}`;
}

function show() {
  const key = at("question").value;
  const question = now.question?.key === key ? now.question : null;
  const state = question?.state ?? now.states[key] ?? "new";
  at("state").textContent = said(state, question);
  at("asks").innerHTML = texts[key].asks;
  at("slides").hidden = !texts[key].slides;
  at("slides").dataset.address = `../slides/${texts[key].slides}`;
  at("sides").hidden = !question || state !== "shown";
  showSteps(state, Boolean(question));
  showResult(key, question?.result);
  void showNotes(key);
}

function said(state, question) {
  if (state === "new") return SAID.new;
  if (!question) return `${SAID[state]} It is not on the wall.`;
  return `${SAID[state]} ${counted(question.voted, "has", "have")} voted.`;
}

// Made once: a button that is made anew under the hand would lose its click.
function makeSteps() {
  for (const [to, said] of [...STEPS, AWAY]) {
    const button = make("button", "", at("steps"), said);
    button.dataset.to = to;
    button.addEventListener("click", () => go(at("question").value, to));
  }
}

function showSteps(state, isOnWall) {
  const allowed = isOnWall ? [...now.steps[state], "none"] : [...(now.steps[state] ?? [])];
  if (!isOnWall && state !== "new") allowed.push(state); // to the wall once more
  const other = now.question && !isOnWall && OPEN.includes(now.question.state);
  const next = usual(state, allowed);
  const focused = document.activeElement;
  for (const button of at("steps").children) {
    button.disabled = other || !allowed.includes(button.dataset.to);
    button.classList.toggle("main", button.dataset.to === next && !other);
  }
  if (focused?.disabled) (at("steps").querySelector(".main") ?? at("question")).focus();
  at("refused").textContent = other
    ? `The vote on ${now.question.key} is still open. Close it, or put it away, before you open another.`
    : "";
}

async function go(key, to) {
  try {
    await ask("question", { key, to });
  } catch (error) {
    at("refused").textContent = error.message;
  }
}

function showResult(key, result) {
  at("result").hidden = !result;
  if (!result) return;
  const body = at("result").querySelector("tbody");
  body.replaceChildren();
  for (const [letter, choice] of Object.entries(texts[key].choices)) {
    row(body, [letter, result.first[letter] ?? 0, result.second[letter] ?? 0, textOf(choice)]);
  }
  const moved = result.moved.map(({ from, to, count }) => `${from} → ${to}: ${count}`);
  at("moved").textContent = moved.length ? `Moved: ${moved.join(", ")}.` : "";
}

// --- Notes ----------------------------------------------------------------------------------------

async function showNotes(key) {
  if (seen.notes === key) return;
  seen.notes = key;
  const [lesson, name] = key.split("/");
  at("notes-title").textContent = lesson === START ? "No notes on the start page" : "Your notes";
  at("notes").replaceChildren();
  at("notes-question").replaceChildren();
  at("notes-question").hidden = at("notes").parentElement.hidden = lesson === START;
  if (lesson === START) return;
  try {
    const { html } = await ask(`notes/${lesson}`);
    if (seen.notes !== key) return;
    at("notes").innerHTML = html;
    at("notes").querySelectorAll("a[href]").forEach(lead);
    at("notes-question").append(...partOf(`predict-${name}`));
  } catch (error) {
    at("notes-question").textContent = error.message;
  }
}

// What stands below the heading with this name, as copies.
function partOf(name) {
  const headings = [...at("notes").querySelectorAll("h3")];
  const found = headings.find((heading) => heading.textContent.trim() === name);
  const part = [];
  for (let each = found?.nextElementSibling; each && !/^H[1-3]$/.test(each.tagName); ) {
    part.push(each.cloneNode(true));
    each = each.nextElementSibling;
  }
  return part.length ? part : ["There are no notes on this question."];
}

// Notes lead to notebooks; here to the pages that are made of them.
function lead(link) {
  const address = new URL(link.getAttribute("href"), new URL("../instructors/", location));
  link.href = address.href.replace(/README\.md/, "index.html").replace(/\.(ipynb|md)(?=#|$)/, ".html");
  link.target = "_blank";
}

// --- The view of the room -------------------------------------------------------------------------

const PAUSE = 3000; // milliseconds between two looks

async function showView() {
  if (Date.now() - seen.view < PAUSE) {
    clearTimeout(seen.later);
    seen.later = setTimeout(showView, PAUSE);
    return;
  }
  seen.view = Date.now();
  const view = await ask("view").catch(() => null);
  if (!view) return;
  at("sharing").textContent = `${counted(view.sharing, "lets", "let")} themselves be counted.`;
  fill("lessons", view.lessons.map(({ lesson, people }) => [titleOf(lesson), people]));
  const tasks = view.tasks.map(({ assignment, task, tried, right }) => [assignment, task, tried, right]);
  fill("tasks", tasks);
  fill("mistakes", view.mistakes.map(({ task, mistake, people }) => [task, mistake, people]));
}

function titleOf(lesson) {
  const found = Object.keys(texts).find((key) => key.startsWith(`${lesson}/`));
  return found ? texts[found].lesson : lesson;
}

function fill(id, lines) {
  document.querySelector(`[data-none="${id}"]`).hidden = lines.length > 0;
  at(id).hidden = !lines.length;
  const body = at(id).querySelector("tbody");
  body.replaceChildren();
  for (const line of lines) row(body, line);
}

// --- Lost secrets ---------------------------------------------------------------------------------

async function showNames() {
  try {
    at("names-trouble").textContent = "";
    const people = await ask("people");
    at("everybody").replaceChildren();
    if (!people.length) row(at("everybody"), ["Nobody has joined yet."]);
    for (const { student, name } of people) {
      const button = make("button", "", make("td", "", row(at("everybody"), [name, student])), "New secret");
      button.setAttribute("aria-label", `New secret for ${name}, ${student}`);
      button.addEventListener("click", () => renew(student, name));
    }
  } catch (error) {
    at("names-trouble").textContent = error.message;
  }
}

async function renew(student, name) {
  try {
    const { secret } = await ask(`people/${student}/secret`, {});
    at("renewed").hidden = false;
    at("renewed").replaceChildren(`For ${name}, ${student}: `);
    make("span", "secret", at("renewed"), secret);
    at("renewed").scrollIntoView({ block: "nearest" });
  } catch (error) {
    at("names-trouble").textContent = error.message;
  }
}

// --- All of it ------------------------------------------------------------------------------------

at("question").addEventListener("change", show);
at("peek").addEventListener("change", startFollowing);
at("names").addEventListener("click", showNames);
at("wall").addEventListener("click", () => window.open("wall.html", "wall"));
at("slides").addEventListener("click", () => window.open(at("slides").dataset.address, "slides"));
at("sides").addEventListener("click", ({ target }) => {
  if (target.dataset.side) sides.postMessage(target.dataset.side);
});
void whenEntered(at("enter"), at("inside"), start);
