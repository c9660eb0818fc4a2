// Once the page is there, it comes to life.

function start() {
  askPredictions();
  askTwice();
  watchExplorers();
  showAsked();
  window.addEventListener("hashchange", showAsked);
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
