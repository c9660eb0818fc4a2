// The browser's half of the live figure. matplotlib has painted what stands still; this file paints
// what moves on a canvas above it. The states of all settings are in one table of numbers, so that
// a moving slider asks nobody: not the kernel, not the network.

const PACES = { slow: 4, steady: 15, fast: 60 }; // steps per second
const QUIET = 500; // milliseconds without a change before a screen reader is told

export default { render };

async function render({ model, el, inputs = jupyterInputs }) {
  const spec = model.get("spec");
  const page = build(el, spec, model);
  const hands = await inputs(model);
  const controls = hands.map(({ control }) => control);
  const tables = new Float32Array(bytesOf(model.get("tables")));
  // The state that is shown. Where the kernel computes, it follows the controls with its answers.
  const index = controls.map((control) => control.get("index"));
  const figure = { spec, model, page, controls, index, tables, streamed: [], touched: false };
  choose(figure);

  hands.forEach(({ element }, k) => page.places[k].append(element));
  reserve(page.values, spec.controls);
  const [request, hangUp] = streaming(model, figure, () => schedule());
  const schedule = oncePerFrame(() => paint(figure));
  const changed = () => {
    hands.forEach((hand, k) => nameControl(spec.controls[k], hand, page.values[k]));
    const wanted = controls.map((control) => control.get("index"));
    if (spec.streamed) request(wanted);
    else figure.index = wanted;
    schedule();
  };
  const moved = () => {
    if (!figure.touched) giveHintLater(figure, schedule);
    figure.touched = true;
    changed();
  };
  controls.forEach((control) => control.on("change:index", moved));
  const watcher = new ResizeObserver(() => {
    choose(figure);
    schedule();
  });
  watcher.observe(page.room);
  watcher.observe(page.stage);
  const forget = onZoom(schedule);
  const stop = player(figure);
  const letGo = dragging(figure);
  const giveBack = keepKeys(el);
  changed();

  return () => {
    stop();
    letGo();
    giveBack();
    hangUp();
    clearTimeout(figure.telling);
    clearTimeout(figure.hinting);
    watcher.disconnect();
    forget();
    Object.values(page.pictures).forEach((each) => URL.revokeObjectURL(each));
    controls.forEach((control) => control.off("change:index", moved));
    hands.forEach(({ remove }) => remove());
  };
}

// What a learner moves, one for each control of the figure: `control` is its state (get, set, on,
// off, save_changes, and the number of its value under "index"), `element` is what is shown of it.
// These are Jupyter's own; a page without a kernel gives inputs of its own in their place.
function jupyterInputs(model) {
  const made = async (reference) => {
    const manager = model.widget_manager;
    const control = await manager.get_model(reference.replace(/^(IPY_MODEL_|anywidget:)/, ""));
    const view = await manager.create_view(control);
    return { control, element: view.el, remove: () => view.remove() };
  };
  return Promise.all(model.get("controls").map(made));
}

// --- The page -----------------------------------------------------------------------------------

function build(el, spec, model) {
  el.classList.add("live-figure");
  const room = make("div", "live-room", el); // as wide as the page lets the figure be
  const shown = make("div", "live-shown", el); // the controls stand beside it if there is room
  const stage = make("div", "live-stage", shown);
  const picture = make("img", "live-still", stage);
  picture.alt = ""; // the canvas above it has the words for both
  const names = spec.layouts.flatMap((layout) => layout.pictures);
  const pictures = Object.fromEntries(names.map((name) => [name, address(model.get(name))]));
  const canvas = make("canvas", "live-moving", stage);
  canvas.setAttribute("role", "img");
  const caption = make("p", "live-words", shown);
  const goal = make("p", "live-goal", shown);
  const panel = make("div", "live-controls", make("div", "live-beside", el));
  const places = [];
  const values = [];
  for (const control of spec.controls) {
    const row = make("div", "live-row", panel);
    make("span", "live-label", row).textContent = control.label;
    places.push(make("div", "live-slider", row));
    values.push(make("span", "live-value", row)); // an output would interrupt a screen reader
  }
  const buttons = make("div", "live-buttons", panel);
  const status = make("div", "live-status", el);
  status.setAttribute("role", "status");
  const words = { canvas, caption, goal, values, status };
  return { room, shown, stage, picture, pictures, places, buttons, ...words };
}

function address(png) {
  return URL.createObjectURL(new Blob([bytesOf(png)], { type: "image/png" }));
}

// Take the widest layout for which there is room. A narrower one is higher: if it brings a scroll
// bar, there is less room still, and the choice stands. The room is measured apart from the figure,
// whose own size changes with its layout.
function choose(figure) {
  const { spec, page } = figure;
  const { layouts } = spec;
  const room = page.room.clientWidth;
  if (figure.layout && !room) return; // not shown now
  const layout = layouts.find(({ least }) => room >= least);
  if (layout === figure.layout) return;
  figure.layout = layout;
  page.shown.style.flexBasis = `${layout.width}px`;
  page.stage.style.maxWidth = `${layout.width}px`;
  page.stage.style.aspectRatio = `${layout.width} / ${layout.height}`;
  page.stage.dataset.layout = layouts.indexOf(layout);
}

function make(tag, name, parent) {
  const element = document.createElement(tag);
  element.className = name;
  parent.append(element);
  return element;
}

const FOCUSABLE = ".noUi-handle, select, input";

// ipywidgets gives its sliders no accessible name, and the number of the option for its value.
function nameControl(control, { element, control: model }, output) {
  const label = control.labels[model.get("index")];
  output.textContent = control.kind === "choice" ? "" : label;
  const handle = element.matches(FOCUSABLE) ? element : element.querySelector(FOCUSABLE);
  handle?.setAttribute("aria-label", control.label);
  if (control.kind === "choice") return;
  handle?.setAttribute("aria-valuetext", label);
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

// Give the values beside the sliders room for the longest, so that no slider changes its length
// while it is moved. A value that is longer than a word and a number takes two lines.
function reserve(outputs, controls) {
  const labels = controls.filter(({ kind }) => kind !== "choice").flatMap((each) => each.labels);
  const words = labels.flatMap((label) => [label.slice(0, 15), ...label.split(" ")]);
  const longest = Math.max(0, ...words.map((word) => word.length));
  for (const output of outputs) output.style.flexBasis = `${Math.max(5, 0.62 * longest)}em`;
}

function bytesOf(view) {
  return view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
}

// Act at once, and in the same frame at most once more, at its end.
function oncePerFrame(action) {
  let [acted, again] = [false, false];
  const act = () => {
    [acted, again] = [true, false];
    action();
    requestAnimationFrame(() => {
      acted = false;
      if (again) act();
    });
  };
  return () => (acted ? (again = true) : act());
}

// Zoom changes how many pixels of the screen there are for one of the page's.
function onZoom(action) {
  let query = null;
  const listen = () => {
    query = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    query.addEventListener("change", zoomed, { once: true });
  };
  const zoomed = () => {
    action();
    listen();
  };
  listen();
  return () => query.removeEventListener("change", zoomed);
}

// --- Numbers ------------------------------------------------------------------------------------

// Where in the table the row of this state begins. A table has an axis for each control that it
// depends on, and perhaps a last one for the points of a line.
function row(figure, table) {
  let start = 0;
  table.over.forEach((control, k) => {
    start += table.strides[k] * figure.index[control];
  });
  return start;
}

function numbers(figure, reference) {
  if (reference.streamed !== undefined) return figure.streamed[reference.streamed] ?? [];
  const table = figure.spec.tables[reference.table];
  const start = table.offset + row(figure, table);
  return figure.tables.subarray(start, start + table.points);
}

// A line's points in this state: all of them, those up to the step, or the one at the step.
function points(figure, artist) {
  let [x, y] = [numbers(figure, artist.x), numbers(figure, artist.y)];
  if (artist.show !== "all") {
    const step = figure.index[artist.steps];
    const first = artist.show === "now" ? step : 0;
    [x, y] = [x.slice(first, step + 1), y.slice(first, step + 1)];
  }
  return Array.from(x, (value, k) => [value, y[k]]);
}

function toPixels(axes, [x, y]) {
  const across = fraction(axes.x, x);
  const up = fraction(axes.y, y);
  return [axes.left + across * axes.width, axes.top + (1 - up) * axes.height];
}

function fraction(axis, value) {
  const scaled = axis.log ? (value <= 0 ? -1000 : Math.log10(value)) : value; // as matplotlib does
  return (scaled - axis.low) / (axis.high - axis.low);
}

function inside(axes, [px, py]) {
  const [right, bottom] = [axes.left + axes.width, axes.top + axes.height];
  return px >= axes.left - 0.5 && px <= right + 0.5 && py >= axes.top - 0.5 && py <= bottom + 0.5;
}

// --- Painting -----------------------------------------------------------------------------------

function paint(figure) {
  const { spec, page, layout } = figure;
  const scale = (page.stage.clientWidth / layout.width) * window.devicePixelRatio;
  if (!scale) return; // not shown now
  const still = page.pictures[layout.pictures.at(window.devicePixelRatio > 1 ? -1 : 0)];
  if (page.picture.src !== still) page.picture.src = still;
  const [width, height] = [Math.round(layout.width * scale), Math.round(layout.height * scale)];
  if (page.canvas.width !== width) page.canvas.width = width;
  if (page.canvas.height !== height) page.canvas.height = height;
  const context = page.canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, layout.width, layout.height);
  const gone = [];
  for (const artist of spec.artists) {
    const axes = layout.axes[artist.axes];
    context.save();
    context.beginPath();
    context.rect(axes.left, axes.top, axes.width, axes.height);
    if (artist.clip) context.clip();
    const drawn = points(figure, artist).map((point) => toPixels(axes, point));
    const last = drawn[drawn.length - 1];
    if (artist.kind === "text") write(context, artist, last, fill(figure, artist.text));
    else drawLine(context, artist, layout, axes, drawn);
    context.restore();
    if (artist.label && last && !inside(axes, last)) gone.push(artist.label);
  }
  say(figure, gone);
  page.canvas.dataset.state = figure.index.join(" ");
}

function drawLine(context, artist, picture, axes, drawn) {
  if (artist.width > 0) {
    context.strokeStyle = artist.colour;
    context.lineWidth = artist.width;
    context.setLineDash(artist.dash);
    context.lineCap = artist.dash.length ? "butt" : "square";
    context.lineJoin = "round";
    context.beginPath();
    let down = false; // whether the pen is at the end of the last piece
    for (let k = 1; k < drawn.length; k++) {
      const piece = clip(drawn[k - 1], drawn[k], picture);
      if (piece && !(down && piece.joined)) context.moveTo(...piece.from);
      if (piece) context.lineTo(...piece.to);
      down = piece !== null;
    }
    context.stroke();
  }
  if (artist.marker) drawMarkers(context, artist.marker, axes, drawn);
}

// A run that flies off has points that no canvas can hold. Cut each piece at the picture's edge
// (Liang and Barsky, 1984), as matplotlib does: a line that comes back begins its dashes anew there.
// Where a point is missing, so are both its pieces.
function clip([x0, y0], [x1, y1], { width, height }) {
  if (![x0, y0, x1, y1].every(Number.isFinite)) return null;
  let [enter, leave] = [0, 1];
  const sides = [
    [x0 - x1, x0 + 1],
    [x1 - x0, width + 1 - x0],
    [y0 - y1, y0 + 1],
    [y1 - y0, height + 1 - y0],
  ];
  for (const [direction, distance] of sides) {
    if (direction === 0 && distance < 0) return null;
    if (direction < 0) enter = Math.max(enter, distance / direction);
    if (direction > 0) leave = Math.min(leave, distance / direction);
  }
  if (enter > leave) return null;
  const at = (t) => [x0 + t * (x1 - x0), y0 + t * (y1 - y0)];
  return { from: at(enter), to: at(leave), joined: enter === 0 };
}

function drawMarkers(context, marker, axes, drawn) {
  const shape = new Path2D(marker.path);
  context.setLineDash([]);
  context.fillStyle = marker.fill;
  context.strokeStyle = marker.edge;
  context.lineWidth = marker.edge_width;
  context.lineCap = "butt";
  context.lineJoin = marker.join;
  const chosen = marker.every ?? drawn.keys();
  for (const k of chosen) {
    if (!drawn[k] || !drawn[k].every(Number.isFinite) || !near(axes, drawn[k])) continue;
    context.save();
    context.translate(...drawn[k]);
    if (marker.filled) context.fill(shape);
    if (marker.edge_width > 0) context.stroke(shape);
    context.restore();
  }
}

function near(axes, [px, py]) {
  const margin = 50;
  return (
    px > axes.left - margin &&
    px < axes.left + axes.width + margin &&
    py > axes.top - margin &&
    py < axes.top + axes.height + margin
  );
}

function write(context, artist, place, text) {
  if (!place) return;
  context.fillStyle = artist.colour;
  context.font = `${artist.size}px "DejaVu Sans", Verdana, sans-serif`;
  context.textAlign = artist.align;
  context.textBaseline = artist.baseline;
  context.fillText(text, ...place);
}

// --- Words --------------------------------------------------------------------------------------

function say(figure, gone) {
  const { spec, page } = figure;
  const words = [fill(figure, spec.words)];
  if (gone.length) words.push(`Outside the frame: ${gone.join(", ")}.`);
  page.caption.textContent = words.join(" ");
  if (spec.goal) {
    const reached = spec.goal.conditions.every((each) => holds(figure, each));
    if (reached && figure.touched) keep(figure);
    const before = figure.model.get("reached") && !reached;
    const said = reached ? "Goal reached" : before ? "Goal, reached before" : "Goal";
    const hint = figure.hinted && !figure.model.get("reached") ? ` ${spec.goal.hint}` : "";
    page.goal.textContent = `${said}: ${spec.goal.text}${hint}`;
    page.goal.classList.toggle("live-reached", reached);
    if (reached) words.push("Goal reached.");
  }
  page.canvas.setAttribute("aria-label", `${spec.title} ${words.join(" ")}`);
  clearTimeout(figure.telling);
  if (figure.touched) figure.telling = setTimeout(() => tell(page.status, words.join(" ")), QUIET);
}

// A goal that was reached stays reached: the kernel writes it into the learner's file.
function keep({ model }) {
  if (model.get("reached")) return;
  model.set("reached", true);
  model.save_changes();
}

// Whoever has tried for a while gets a hint beside the goal.
function giveHintLater(figure, schedule) {
  if (!figure.spec.goal?.hint || figure.model.get("reached")) return;
  figure.hinting = setTimeout(() => {
    figure.hinted = true;
    schedule();
  }, 1000 * figure.spec.goal.after);
}

// Only what has changed: a screen reader says the same words again when they are written again.
function tell(status, words) {
  if (status.textContent !== words) status.textContent = words;
}

function holds(figure, [name, relation, bound]) {
  const value = valueOf(figure, name);
  return relation === "<" ? value < bound : value > bound;
}

function valueOf(figure, name) {
  const readout = figure.spec.readouts[name];
  if (readout) return numbers(figure, readout)[0];
  const control = figure.spec.controls.findIndex((each) => each.name === name);
  return figure.spec.controls[control].values[figure.index[control]];
}

function fill(figure, template) {
  return template.map(([text, name, format]) => text + shown(figure, name, format)).join("");
}

function shown(figure, name, format) {
  if (name === null) return "";
  const control = figure.spec.controls.findIndex((each) => each.name === name);
  if (control >= 0 && !format) return figure.spec.controls[control].labels[figure.index[control]];
  return formatted(valueOf(figure, name), format);
}

// Python's ".3f" and ".4g", so that both halves of the figure say the same words. (A half is rounded
// away from zero, and what has an exponent is written as one reads it; sentences.py does so, too.)
function formatted(value, format) {
  if (value === undefined) return "…";
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  const digits = Number(format.slice(1, -1));
  if (format.endsWith("f")) {
    const written = Math.abs(value) < 1e21 ? value.toFixed(digits) : wholly(value, digits);
    return Number(written) === 0 ? written.replace("-", "") : written;
  }
  if (value === 0) return "0";
  const [mantissa, power] = value.toExponential(digits - 1).split("e");
  if (power >= -4 && power < digits) return String(Number(value.toPrecision(digits)));
  if (power > 0 && power < 7) return Number(value.toPrecision(digits)).toLocaleString("en-US");
  const raised = String(Number(power)).replace(/./g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]);
  return `${Number(mantissa)} × 10${raised}`;
}

// Numbers as large as this are whole, but toFixed gives up on them.
function wholly(value, digits) {
  return BigInt(value) + (digits ? "." + "0".repeat(digits) : "");
}

// --- States that the kernel computes ------------------------------------------------------------

// One question is under way at a time. When the kernel is done with it, the newest state is asked
// for, and whatever lay between is never computed. A kernel that was interrupted is done, too: it
// says that it is idle, without an answer. What another view of the figure asked for is not ours.
function streaming(model, figure, arrived) {
  let [asked, wanted, waiting] = [null, null, false];
  const ask = () => {
    const index = wanted;
    const said = ({ content }) => content.execution_state === "idle" && asked === index && next();
    [asked, waiting] = [index, true];
    model.send({ kind: "compute", index }, { iopub: { status: said } });
  };
  const next = () => {
    waiting = false;
    if (asked !== wanted) ask();
  };
  const take = (message, buffers) => {
    if (message.kind !== "computed" || String(message.index) !== String(asked)) return;
    figure.streamed = buffers.map((buffer) => new Float32Array(bytesOf(buffer)));
    figure.index = asked;
    arrived();
    next();
  };
  model.on("msg:custom", take);
  const request = (index) => {
    wanted = index;
    if (!waiting) ask();
  };
  return [request, () => model.off("msg:custom", take)];
}

// --- Taking things by the hand --------------------------------------------------------------------

// A mark that can be dragged hands the state in which it comes nearest to the pointer to its
// controls. A click into its panel does the same. A finger that begins elsewhere scrolls the page.
function dragging(figure) {
  const { spec, page } = figure;
  const handles = spec.artists.filter((artist) => artist.drag.length);
  let held = null;
  const take = (event) => {
    const pointer = onPicture(event, figure);
    const handle = nearest(figure, handles, pointer);
    if (!handle || event.button > 0 || (event.pointerType === "touch" && !handle.close)) return;
    held = { ...inHand(figure, handle.artist), layout: figure.layout };
    page.canvas.setPointerCapture(event.pointerId);
    page.canvas.classList.add("live-held");
    move(event);
  };
  const move = (event) => {
    const pointer = onPicture(event, figure);
    if (held && held.layout !== figure.layout) drop(); // a turned phone has another
    if (held) return handOver(figure, held, pointer);
    const handle = nearest(figure, handles, pointer);
    page.canvas.style.cursor = handle ? (handle.close ? "grab" : "pointer") : "";
  };
  const drop = () => {
    held = null;
    page.canvas.classList.remove("live-held");
  };
  const click = (event) => {
    const handle = nearest(figure, handles, onPicture(event, figure));
    if (!handle) return;
    handOver(figure, inHand(figure, handle.artist), onPicture(event, figure));
  };
  const keepStill = (event) => {
    const handle = nearest(figure, handles, onPicture(event.touches[0], figure));
    if (handle?.close) event.preventDefault(); // or the page would scroll under the finger
  };
  const heard = { pointerdown: take, pointermove: move, pointerup: drop, pointercancel: drop, click };
  if (handles.length) {
    page.canvas.addEventListener("touchstart", keepStill, { passive: false });
    Object.entries(heard).forEach(([name, action]) => page.canvas.addEventListener(name, action));
  }
  return drop;
}

const HAND = 24; // pixels of the page within which a finger or a pointer has hold of a mark

// Where the pointer is, in the picture's own pixels.
function onPicture({ clientX, clientY }, { layout, page }) {
  const box = page.canvas.getBoundingClientRect();
  return [clientX - box.left, clientY - box.top].map((each) => (each * layout.width) / box.width);
}

// The handle in the pointer's panel whose mark is nearest, and whether it is close enough to grab.
function nearest(figure, handles, pointer) {
  const { layout, page } = figure;
  const reach = (HAND * layout.width) / page.stage.clientWidth;
  const found = handles
    .filter((artist) => inside(layout.axes[artist.axes], pointer))
    .map((artist) => ({ artist, distance: distance(placeOf(figure, artist), pointer) }))
    .sort((one, other) => one.distance - other.distance)[0];
  return found && { artist: found.artist, close: found.distance < reach };
}

function placeOf(figure, artist) {
  const drawn = points(figure, artist);
  return toPixels(figure.layout.axes[artist.axes], drawn[drawn.length - 1] ?? [NaN, NaN]);
}

// A mark, and where it is in every state of the controls that it drags, the others being as they are.
function inHand(figure, artist) {
  const here = figure.index;
  const [first, second = null] = artist.drag;
  const places = [];
  const counted = (control) => [...figure.spec.controls[control].values.keys()];
  for (const k of counted(first)) {
    for (const j of second === null ? [null] : counted(second)) {
      figure.index = here.map((at, n) => (n === first ? k : n === second ? j : at));
      places.push([placeOf(figure, artist), figure.index]);
    }
  }
  figure.index = here;
  return { artist, places };
}

function handOver(figure, { artist, places }, pointer) {
  let [best, least] = [null, Infinity];
  for (const [place, index] of places) {
    const far = distance(place, pointer);
    if (far < least) [best, least] = [index, far];
  }
  for (const k of best ? artist.drag : []) {
    if (figure.controls[k].get("index") !== best[k]) put(figure.controls[k], best[k]);
  }
}

function distance([x0, y0], [x1, y1]) {
  const far = Math.hypot(x0 - x1, y0 - y1);
  return Number.isNaN(far) ? Infinity : far;
}

// --- Play and reset -----------------------------------------------------------------------------

// Play begins at step 0. It goes on from another step where a learner has stopped it, or has moved
// the step to; the last step, and the one that a figure starts with, are nobody's choice.

function player(figure) {
  const { spec, page, controls } = figure;
  const starts = controls.map((control, k) => spec.controls[k].start);
  const steps = spec.controls.findIndex((control) => control.kind === "steps");
  let timer = null;
  const stop = () => {
    clearInterval(timer);
    timer = null;
    if (play) play.textContent = "Play";
  };
  const go = () => {
    const control = controls[steps];
    const last = spec.controls[steps].values.length - 1;
    if (control.get("index") >= last || !figure.stepped) put(control, 0);
    play.textContent = "Pause";
    timer = setInterval(() => {
      if (control.get("index") >= last) stop();
      else put(control, control.get("index") + 1);
    }, 1000 / PACES[pace.value]);
  };
  const play = steps >= 0 ? button("Play", page.buttons, () => (timer ? stop() : go())) : null;
  const pace = steps >= 0 ? paces(page.buttons, () => timer && (stop(), go())) : null;
  button("Reset", page.buttons, () => {
    stop();
    controls.forEach((control, k) => put(control, starts[k]));
    figure.stepped = false;
  });
  controls[steps]?.on("change:index", () => (figure.stepped = true));
  return stop;
}

function put(control, index) {
  control.set("index", index);
  control.save_changes();
}

function button(text, parent, action) {
  const element = make("button", "live-button jupyter-button", parent);
  element.type = "button";
  element.textContent = text;
  element.addEventListener("click", action);
  return element;
}

function paces(parent, action) {
  const select = make("select", "live-pace", parent);
  select.setAttribute("aria-label", "pace");
  for (const name of Object.keys(PACES)) select.append(new Option(name, name, name === "steady"));
  select.value = "steady";
  select.addEventListener("change", action);
  return select;
}
