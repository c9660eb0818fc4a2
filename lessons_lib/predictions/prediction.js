// A question's choices as buttons. The browser answers by itself; the kernel only keeps the choice.

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
      if (model.get("opened")) return;
      model.set("chosen", letter);
      model.save_changes();
    });
    return [letter, button];
  });
  answer.addEventListener("toggle", () => {
    if (!answer.open || model.get("opened")) return;
    model.set("opened", true); // from here on the choice stands
    model.save_changes();
  });

  function show() {
    const chosen = model.get("chosen");
    const opened = model.get("opened");
    for (const [letter, button] of buttons) {
      button.setAttribute("aria-pressed", String(letter === chosen));
      button.setAttribute("aria-disabled", String(opened));
    }
    const text = model.get("beliefs")[chosen] ?? "";
    answer.hidden = !text;
    said.textContent = fill(chosen ? (opened ? says.stands : says.chosen) : says.ask, chosen);
    summary.textContent = fill(says.open, chosen);
    belief.innerHTML = text;
    belief.querySelectorAll("a[href]").forEach(openInJupyterLab);
  }

  model.on("change:chosen change:opened", show);
  const giveBack = keepKeys(el);
  show();
  return () => {
    giveBack();
    model.off("change:chosen change:opened", show);
  };
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
