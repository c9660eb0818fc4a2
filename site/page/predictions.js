// Questions of the lessons, and the ten that are asked twice, with a button for each choice. What
// is chosen stays in the browser.

function askPredictions() {
  for (const place of document.querySelectorAll("[data-prediction]")) {
    const key = place.dataset.prediction;
    const asked = QUESTIONS.asked[key];
    if (!asked) continue;
    const model = questionOf(asked, QUESTIONS.says, "prediction", key);
    model.on("change:chosen", () => remember("prediction", key, model.get("chosen")));
    showQuestion(place, model);
  }
}

function questionOf({ choices, beliefs, key = "" }, says, kind, name, opened = false) {
  const kept = recall(kind, name);
  return modelOf({ choices, beliefs, says, key, chosen: kept in choices ? kept : "", opened });
}

function showQuestion(place, model) {
  place.replaceChildren();
  prediction.render({ model, el: place });
}

// --- The ten questions ----------------------------------------------------------------------------

async function askTwice() {
  const places = [...document.querySelectorAll("[data-before], [data-after], [data-changes]")];
  if (!places.length) return;
  const address = new URL(`twice.js?${TWICE}`, HERE);
  const twice = await loaded(address, (arrived) => (window.course.twice = arrived));
  const changes = places.filter(({ dataset }) => "changes" in dataset);
  const show = () => changes.forEach((place) => showChanges(place, twice));
  for (const place of places.filter(({ dataset }) => !("changes" in dataset))) {
    const kind = "before" in place.dataset ? "before" : "after";
    askOnce(place, kind, twice.questions[place.dataset[kind]], show);
  }
  show();
}

function askOnce(place, kind, asked, changed) {
  const { name } = asked;
  const opened = recall("opened", name) !== null;
  const beliefs = kind === "after" ? toldIn(asked) : {};
  const says = asked.says[kind === "before" && opened ? "late" : kind];
  const model = questionOf({ choices: asked.choices, beliefs }, says, kind, name, opened);
  model.on("change:chosen", () => {
    if (recall("opened", name) === null) remember(kind, name, model.get("chosen"));
    changed();
  });
  model.on("change:opened", () => {
    if (kind === "after" && model.get("chosen")) remember("opened", name);
    changed();
  });
  showQuestion(place, model);
}

// What is told to who chooses a letter now, and chose another, or none, before the course.
function toldIn(asked) {
  const told = Object.entries(asked.told[validIn(asked, recall("before", asked.name))]);
  return Object.fromEntries(told.map(([letter, text]) => [letter, text + asked.answer]));
}

function validIn({ choices }, letter) {
  return letter in choices ? letter : "";
}

// A row for each question whose answer has been opened.
function showChanges(place, { head, questions, nothing }) {
  const rows = Object.values(questions).flatMap((asked) => {
    const now = validIn(asked, recall("after", asked.name));
    const former = validIn(asked, recall("before", asked.name));
    if (!now || recall("opened", asked.name) === null) return [];
    const [title, , , right, shown] = asked.row;
    return [[title, asked.before[former], asked.after[now], right, shown]];
  });
  place.replaceChildren();
  if (!rows.length) return make("p", "", place, nothing);
  const table = make("table", "changes-table", place);
  const cells = (row, kind, texts) => texts.forEach((text) => (make(kind, "", row).innerHTML = text));
  cells(make("tr", "", make("thead", "", table)), "th", head);
  const body = make("tbody", "", table);
  rows.forEach((row) => cells(make("tr", "", body), "td", row));
}
