// What live.js and prediction.js ask of a widget's model, without a kernel behind it.

function modelOf(values) {
  const heard = {}; // the listeners of each event
  const each = (events, action) => events.split(" ").forEach(action);
  return {
    get: (name) => values[name],
    set(name, value) {
      if (values[name] === value) return;
      values[name] = value;
      [...(heard[`change:${name}`] ?? [])].forEach((listener) => listener());
    },
    on: (events, listener) => each(events, (event) => (heard[event] ??= new Set()).add(listener)),
    off: (events, listener) => each(events, (event) => heard[event]?.delete(listener)),
    save_changes() {}, // whoever wants to keep something listens to its change
    send() {}, // no kernel computes for a page: its explorers have all states in their tables
  };
}

function make(tag, name, parent, text = "") {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.textContent = text;
  parent.append(element);
  return element;
}
