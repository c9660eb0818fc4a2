// What a learner has done is kept in the browser, and sent nowhere. Names and kinds are those of
// lessons_lib/progress. Where the browser keeps nothing, the page works without.

const COURSE = "descent-to-momentum";

function keyOf(kind, name) {
  return [COURSE, kind, name].join(" ");
}

// What there is to say about one thing, or null if it was never kept.
function recall(kind, name) {
  try {
    return localStorage.getItem(keyOf(kind, name));
  } catch {
    return null;
  }
}

function remember(kind, name, value = "") {
  try {
    localStorage.setItem(keyOf(kind, name), value);
  } catch {
    // A private window, or one that is full: it lasts as long as the page.
  }
}
