// What the instructor's pages share: coming in with the instructor's word, and asking with the secret
// that it brings. The secret lasts as long as the tab, and goes along to the wall, which it opens.

const room = globalThis.courseRoom;

// What one does with a question, in this order.
export const STEPS = [
  ["first", "Open the first vote"],
  ["talk", "Close it: they talk"],
  ["second", "Open the second vote"],
  ["closed", "Close the vote"],
  ["shown", "Show the result"],
];
export const AWAY = ["none", "Put it away"];

export async function ask(path, body) {
  return room.ask(`instructor/${path}`, { body, as: room.instructor });
}

// What usually comes after a state, of what the server allows: it goes forwards.
export function usual(state, allowed) {
  const place = (name) => STEPS.findIndex(([each]) => each === name);
  return STEPS.map(([to]) => to).find((to) => allowed.includes(to) && place(to) > place(state));
}

// Show the form for the word until it is right, then what is inside, and call start.
export async function whenEntered(form, inside, start) {
  const said = form.querySelector(".trouble");
  const open = (isIn) => {
    form.hidden = isIn;
    inside.hidden = !isIn;
    if (isIn) start();
    else form.elements.word.focus();
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = "";
    try {
      const { secret } = await ask("enter", { word: form.elements.word.value });
      room.instructor = secret;
      form.reset();
      open(true);
    } catch (error) {
      said.textContent = error.message;
    }
  });
  open(Boolean(room.instructor));
}

// Follow the room, and come back to the form when the secret is no longer good.
export function follow(query, take, trouble) {
  const stop = new AbortController();
  const fail = (error) => {
    if (stop.signal.aborted) return;
    if (error.status === 401) {
      room.instructor = null;
      location.reload();
    } else trouble(error.message);
  };
  const heard = (state) => {
    trouble("");
    take(state);
  };
  void room.follow(`instructor/now?${query}`, heard, fail, stop.signal, room.instructor);
  return () => stop.abort();
}

let asked = null;

// The words of all questions, by their keys, in order.
export function questions() {
  asked ??= fetch("questions.json").then((answer) => answer.json());
  return asked;
}

export function make(tag, name, parent, text = "") {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.textContent = text;
  parent.append(element);
  return element;
}

// A table's row of texts; those that are numbers stand at the right.
export function row(body, values) {
  const line = make("tr", "", body);
  for (const value of values) make("td", typeof value === "number" ? "number" : "", line, String(value));
  return line;
}

// The instructor's page tells the wall in this browser which side of a result to show.
export const sides = new BroadcastChannel("descent-to-momentum wall");
