// The browser's own inputs for the controls of an explorer, in the place of Jupyter's.

const PAGE = 5; // positions that Page Up and Page Down go, as in JupyterLab

// What live.js takes for its inputs; they begin at the given positions, where there are any.
function inputsAt(controls, positions) {
  return controls.map((control, k) => inputOf(control, positions[k] ?? control.start));
}

function inputOf(control, start) {
  const state = modelOf({ index: start });
  const element = control.kind === "choice" ? choiceOf(control) : rangeOf(control);
  const show = () => (element.value = String(state.get("index")));
  element.addEventListener("input", () => state.set("index", Number(element.value)));
  state.on("change:index", show);
  show();
  return { control: state, element, remove: () => element.remove() };
}

function choiceOf({ labels }) {
  const select = document.createElement("select");
  select.append(...labels.map((label, k) => new Option(label, k)));
  return select;
}

function rangeOf({ values }) {
  const range = document.createElement("input");
  Object.assign(range, { type: "range", min: 0, max: values.length - 1, step: 1 });
  range.addEventListener("keydown", (event) => {
    const way = { PageUp: 1, PageDown: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    range.value = Number(range.value) + way * PAGE; // which the browser keeps within its ends
    range.dispatchEvent(new Event("input"));
  });
  return range;
}
