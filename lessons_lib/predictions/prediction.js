// A question's choices as buttons. The browser answers by itself; the kernel only keeps the choice.

export default { render };

function render({ model, el }) {
  el.classList.add("prediction");
  const group = make("div", "prediction-choices", el);
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Your prediction");
  const said = make("p", "prediction-said", el);
  said.setAttribute("role", "status");
  const answer = make("details", "prediction-answer", el);
  const summary = make("summary", "", answer);
  const belief = make("div", "", answer);

  const buttons = Object.entries(model.get("choices")).map(([letter, text]) => {
    const button = make("button", "prediction-choice", group);
    button.type = "button";
    // JupyterLab takes single letters for commands, such as "a" for a new cell.
    button.dataset.lmSuppressShortcuts = "true";
    make("b", "", button).textContent = letter;
    make("span", "", button).innerHTML = text;
    button.addEventListener("click", () => {
      if (answer.classList.contains("prediction-opened")) return;
      model.set("chosen", letter);
      model.save_changes();
    });
    return [letter, button];
  });
  summary.dataset.lmSuppressShortcuts = "true";
  answer.addEventListener("toggle", () => {
    if (!answer.open) return;
    answer.classList.add("prediction-opened"); // from here on the choice stands
    show();
  });

  function show() {
    const chosen = model.get("chosen");
    const opened = answer.classList.contains("prediction-opened");
    for (const [letter, button] of buttons) {
      button.setAttribute("aria-pressed", String(letter === chosen));
      button.setAttribute("aria-disabled", String(opened));
    }
    answer.hidden = !chosen;
    said.textContent = chosen
      ? `You chose ${chosen}. Run the cells below, and see.`
      : "Choose before you go on. Nobody marks it.";
    summary.textContent = `Seen? Then open this: if you chose ${chosen}`;
    belief.innerHTML = model.get("beliefs")[chosen] ?? "";
  }

  model.on("change:chosen", show);
  show();
  return () => model.off("change:chosen", show);
}

function make(tag, name, parent) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  parent.append(element);
  return element;
}
