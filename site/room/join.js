// A learner's page in the room: come in, vote, see what was handed in, agree to be counted or not.

import prediction from "./prediction.js";

const room = globalThis.courseRoom;
const at = (id) => document.getElementById(id);
const SAYS = {
  label: "Your vote",
  ask: "",
  chosen: "",
  stands: "",
  open: "If you chose {}",
};
const MINUTE = { dateStyle: "medium", timeStyle: "short" };

let texts = null; // of all questions, once one is open
let voting = { key: null, remove: () => undefined };

// --- Coming in ------------------------------------------------------------------------------------

function onSubmit(form, act) {
  const said = form.querySelector(".trouble");
  const button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    said.textContent = "";
    try {
      await act(form.elements);
      form.reset();
    } catch (error) {
      said.textContent = error.message;
    }
    button.disabled = false;
  });
}

async function join({ name, word }) {
  const { secret } = await room.join(name.value, word.value);
  at("secret").textContent = secret;
  at("secret-box").hidden = false;
  at("written-down").focus();
}

// The code on the wall brings the word along, behind the address's #: it never leaves the browser.
function takeWord() {
  if (location.hash.length < 2) return;
  at("word").value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
}

// --- The vote -------------------------------------------------------------------------------------

async function showVote({ key }) {
  if (key === voting.key) return;
  voting.remove();
  voting = { key, remove: () => undefined };
  at("no-vote").hidden = Boolean(key);
  at("vote").hidden = !key;
  if (!key) return;
  texts ??= await (await fetch("questions.json")).json();
  if (key !== voting.key) return; // meanwhile it has been put away
  const { lesson, asks, choices, beliefs } = texts[key];
  at("asks").innerHTML = asks;
  at("vote-title").textContent = `The vote: lesson ${lesson}`;
  const model = globalThis.modelOf({ choices, beliefs, key, says: SAYS, chosen: "", opened: false });
  const place = at("ballot");
  place.replaceChildren();
  voting.remove = prediction.render({ model, el: place });
}

// --- What stands there ----------------------------------------------------------------------------

function show() {
  const { me, now, trouble } = room;
  const known = Boolean(me) || Boolean(room.secret);
  at("outside").hidden = known;
  at("inside").hidden = !known;
  at("trouble").textContent = trouble;
  at("who").textContent = me?.name ?? "…";
  if (!me) return;
  at("student").textContent = me.student;
  at("sharing").checked = me.sharing;
  showReceipts(me.receipts);
  void showVote(now?.question ?? { key: null });
}

function showReceipts(receipts) {
  at("no-receipts").hidden = receipts.length > 0;
  at("receipts").hidden = !receipts.length;
  const rows = receipts.map(({ assignment, time, receipt }) => {
    const row = document.createElement("tr");
    const when = new Date(time).toLocaleString(undefined, MINUTE);
    for (const text of [assignment, when, receipt]) {
      row.insertCell().textContent = text;
    }
    return row;
  });
  at("receipts").querySelector("tbody").replaceChildren(...rows);
}

async function share({ target }) {
  const on = target.checked;
  at("sharing-trouble").textContent = "";
  at("sharing-said").textContent = "";
  try {
    await room.share(on);
    at("sharing-said").textContent = on
      ? "You are counted from now on."
      : "You are not counted, and what was counted of you is deleted.";
  } catch (error) {
    target.checked = !on;
    at("sharing-trouble").textContent = error.message;
  }
}

function hideSecret() {
  at("secret").textContent = "";
  at("secret-box").hidden = true;
  at("vote-title").scrollIntoView({ block: "nearest" });
}

function leave() {
  hideSecret();
  room.leave();
  at("name").focus();
}

takeWord();
addEventListener("hashchange", takeWord);
onSubmit(at("join"), join);
onSubmit(at("return"), ({ written }) => room.comeBack(written.value));
at("sharing").addEventListener("change", share);
at("written-down").addEventListener("click", hideSecret);
at("leave").addEventListener("click", leave);
room.subscribe(show);
show();
