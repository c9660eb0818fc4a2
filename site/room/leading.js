// What the instructor's pages share: coming in with the instructor's word, and asking with the secret
// that it brings. The secret lasts as long as the tab, and goes along to the wall, which it opens.

const room = globalThis.courseRoom;
const KEPT = "descent-to-momentum room instructor";

export async function ask(path, body) {
  return room.ask(`instructor/${path}`, { body, as: sessionStorage.getItem(KEPT) });
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
      sessionStorage.setItem(KEPT, secret);
      form.reset();
      open(true);
    } catch (error) {
      said.textContent = error.message;
    }
  });
  open(Boolean(sessionStorage.getItem(KEPT)));
}

// Follow the room, and come back to the form when the secret is no longer good.
export function follow(query, take, trouble) {
  const stop = new AbortController();
  const fail = (error) => {
    if (stop.signal.aborted) return;
    if (error.status === 401) {
      sessionStorage.removeItem(KEPT);
      location.reload();
    } else trouble(error.message);
  };
  const heard = (state) => {
    trouble("");
    take(state);
  };
  void room.follow(`instructor/now?${query}`, heard, fail, stop.signal, sessionStorage.getItem(KEPT));
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
