// A question's choices as buttons. The browser answers by itself; the kernel only keeps the choice.
// In a room, which `courseRoom` stands for, the buttons are a ballot while there is a vote.

export default { render };

function render({ model, el }) {
  const says = model.get("says");
  el.classList.add("prediction");
  const group = make("div", "prediction-choices", el);
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", says.label);
  const said = make("p", "prediction-said", el);
  said.setAttribute("role", "status");
  const answer = make("details", "prediction-answer", el);
  const summary = make("summary", "", answer);
  const belief = make("div", "", answer);

  const buttons = Object.entries(model.get("choices")).map(([letter, text]) => {
    const button = make("button", "prediction-choice", group);
    button.type = "button";
    make("b", "", button).textContent = letter;
    make("span", "", button).innerHTML = text;
    button.addEventListener("click", () => {
      const ballot = ballotOf(model);
      if (ballot) return cast(ballot, letter);
      if (!model.get("opened")) choose(letter);
    });
    return [letter, button];
  });
  answer.addEventListener("toggle", () => {
    if (!answer.open || model.get("opened")) return;
    model.set("opened", true); // from here on the choice stands
    model.save_changes();
  });

  function choose(letter) {
    model.set("chosen", letter);
    model.save_changes();
  }

  let failed = { state: "", message: "" };
  function cast(ballot, letter) {
    const { key, state } = ballot;
    if (!isOpen(ballot)) return;
    const kept = () => {
      failed = { state, message: "" };
      choose(letter);
    };
    const lost = ({ message }) => (failed = { state, message });
    globalThis.courseRoom.vote(key, letter).then(kept, lost).then(show);
  }

  function show() {
    const ballot = ballotOf(model);
    const chosen = ballot ? votedIn(ballot) : model.get("chosen");
    const stands = ballot ? !isOpen(ballot) : model.get("opened");
    for (const [letter, button] of buttons) {
      button.setAttribute("aria-pressed", String(letter === chosen));
      button.setAttribute("aria-disabled", String(stands));
    }
    el.toggleAttribute("data-voting", Boolean(ballot) && isUndecided(ballot));
    const text = model.get("beliefs")[chosen] ?? "";
    answer.hidden = !text || Boolean(ballot && ballot.state !== "shown");
    const alone = chosen ? (stands ? says.stands : says.chosen) : says.ask;
    const trouble = failed.state === ballot?.state ? failed.message : "";
    said.textContent = ballot ? [trouble, ...saidOf(ballot)].join(" ").trim() : fill(alone, chosen);
    summary.textContent = fill(says.open, chosen);
    belief.innerHTML = text;
    belief.querySelectorAll("a[href]").forEach(openInJupyterLab);
  }

  model.on("change:chosen change:opened", show);
  const leave = globalThis.courseRoom?.subscribe(show);
  if (leave) el.dataset.ballot = model.get("key");
  const giveBack = keepKeys(el);
  show();
  return () => {
    giveBack();
    leave?.();
    model.off("change:chosen change:opened", show);
  };
}

// --- A ballot -------------------------------------------------------------------------------------

// The vote on this question, for who has joined a room in which there is one.
function ballotOf(model) {
  const room = globalThis.courseRoom;
  const question = room?.me ? room.now?.question : null;
  return question?.key === model.get("key") ? question : null;
}

function isOpen({ state }) {
  return state === "first" || state === "second";
}

// While it is, a page in a room waits with what stands below: that would answer the question.
function isUndecided({ state }) {
  return isOpen({ state }) || state === "talk";
}

function votedIn({ state, mine }) {
  return (isOpen({ state }) ? mine[state] : (mine.second ?? mine.first)) ?? "";
}

function saidOf({ state, mine, result }) {
  const before = mine.first ? `At first you chose ${mine.first}.` : "";
  const both = [mine.first, mine.second].filter(Boolean).join(", and then ");
  const own = both ? `You chose ${both}.` : "You did not vote.";
  const change = "Until the vote is closed, you may change it.";
  return {
    first: mine.first
      ? [`You chose ${mine.first}.`, change]
      : ["The vote is open: choose. Nobody sees more of it than how many chose what."],
    talk: ["The first vote is closed.", own, "Convince your neighbour; then vote once more."],
    second: mine.second
      ? [before, `Now you chose ${mine.second}.`, change]
      : ["The second vote is open: choose again.", before],
    closed: ["The vote is closed.", own],
    shown: [own, counted("First vote", result?.first), counted("Second vote", result?.second)],
  }[state];
}

function counted(when, votes) {
  const counts = Object.entries(votes ?? {}).map(([letter, count]) => `${letter} ${count}`);
  return counts.length ? `${when}: ${counts.join(", ")}.` : "";
}

// Keys that a control understands are its own. Jupyter takes letters for commands, and Notebook 7 the
// arrows, too. Its commands with Ctrl, Alt or ⌘ stay, and so does Shift+Enter. (It looks for the mark
// at what has the focus, and at nothing around it.)
function keepKeys(el) {
  const decide = (event) => {
    const { target, ctrlKey, altKey, metaKey } = event;
    const runs = event.shiftKey && event.key === "Enter";
    if (!el.contains(target)) return;
    target.toggleAttribute("data-lm-suppress-shortcuts", !(ctrlKey || altKey || metaKey || runs));
  };
  window.addEventListener("keydown", decide, true); // Jupyter listens at the document, after this
  return () => window.removeEventListener("keydown", decide, true);
}

function fill(text, letter) {
  return text.replace("{}", letter);
}

// JupyterLab follows links in Markdown by a command, beside the notebook. Let it follow ours, too.
// Elsewhere the browser follows them, from the notebook's own address.
function openInJupyterLab(link) {
  const [, here] = decodeURIComponent(location.pathname).split("/tree/");
  if (!here) return;
  const [name, heading] = decodeURIComponent(link.getAttribute("href")).split("#");
  const path = [...here.split("/").slice(0, -1), name].join("/");
  link.dataset.commandlinkerCommand = "rendermime:handle-local-link";
  link.dataset.commandlinkerArgs = JSON.stringify({ path, id: heading ? `#${heading}` : "" });
}

function make(tag, name, parent) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  parent.append(element);
  return element;
}
