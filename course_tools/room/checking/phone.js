// Tells the laptop that another device is here, and what time it is there.

async function tell() {
  const body = JSON.stringify({ clock: Date.now() });
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch("phone/seen", { method: "POST", body, headers });
  const { said } = await answer.json();
  document.getElementById("said").textContent = said;
}

tell().catch(() => {
  document.getElementById("said").textContent = "The laptop does not answer. Open this page again.";
});
