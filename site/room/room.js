// The room of a workshop, in every page that its server hands out. Where this script is missing,
// nothing is asked and nothing changes. Others see of it what `courseRoom` has:
//
//   me          who joined here, {student, name, sharing, receipts}, or null
//   now         {version, question}, or null; what has been opened for a vote, as the server says
//   trouble     a sentence, while the server does not answer
//   subscribe   (f) -> unsubscribe; f(courseRoom) is called whenever one of these has changed
//   vote        (key, letter) -> Promise, kept when it is fulfilled
//   progress    ({assignment, task, right, mistake} or {lesson: "06"}) -> Promise, sends with consent only
//   handIn      (assignment, bytes) -> Promise of the receipt
//   join, comeBack, leave, share, secret, ask, follow, instructor   what the room's own pages need
//
// A promise that fails brings an Error whose message is a sentence for people, with its `status`.

(() => {
  "use strict";
  if (globalThis.courseRoom) return;

  const HERE = new URL(".", document.currentScript.src);
  const KEPT = "descent-to-momentum room secret"; // in the browser, beside what a page keeps
  const LEADS = "descent-to-momentum room instructor";
  const IN_JUPYTER = Boolean(document.getElementById("jupyter-config-data"));
  const IN_SLIDES = /\/slides\//.test(location.pathname);
  const SOON = 1000; // milliseconds until the server is asked again, twice as long each time
  const LATE = 20000;
  const AWAY = "The room does not answer. Are you still in its network? Your page goes on asking.";

  const heard = new Set();
  const room = { me: null, now: null, trouble: "" };
  let secret = stored();
  let asking = null; // what stops the question that waits for an answer
  let sending = Promise.resolve(); // votes, one after the other, so that the latest counts

  // --- Asking the server --------------------------------------------------------------------------

  // Ask as whoever has a secret; without a body it is a question, with one it is told.
  async function ask(path, { body, as = secret, signal } = {}) {
    const headers = as ? { Authorization: `Bearer ${as}` } : {};
    const options = { headers, signal, cache: "no-store", credentials: "omit" };
    if (body !== undefined) {
      const isData = body instanceof Blob || ArrayBuffer.isView(body);
      headers["Content-Type"] = isData ? "application/octet-stream" : "application/json";
      Object.assign(options, { method: "POST", body: isData ? body : JSON.stringify(body) });
    }
    const answer = await fetch(new URL(`api/${path}`, HERE), options).catch((error) => {
      throw error.name === "AbortError" ? error : new Error(AWAY);
    });
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) return told;
    const sentence = told.error ?? `The room answered with ${answer.status}. Try it once more.`;
    throw Object.assign(new Error(sentence), { status: answer.status });
  }

  // Ask again and again for what is new, with pauses while nobody answers, until it is stopped. The
  // path ends where ?after= or &after= goes on.
  async function follow(path, take, fail, signal, as = undefined) {
    let [version, pause] = ["", SOON];
    while (!signal.aborted) {
      try {
        const began = Date.now();
        const state = await ask(`${path}after=${version}`, { as, signal });
        if (String(state.version) === version && Date.now() - began < SOON) await sleep(SOON);
        version = String(state.version);
        pause = SOON;
        take(state);
      } catch (error) {
        if (signal.aborted || error.status === 401) return fail(error);
        fail(error);
        await sleep(pause);
        pause = Math.min(2 * pause, LATE);
      }
    }
  }

  function sleep(milliseconds) {
    return new Promise((done) => setTimeout(done, milliseconds));
  }

  // --- Who is here --------------------------------------------------------------------------------

  function stored() {
    try {
      return localStorage.getItem(KEPT);
    } catch {
      return null;
    }
  }

  function keep(value) {
    secret = value;
    try {
      if (value) localStorage.setItem(KEPT, value);
      else localStorage.removeItem(KEPT);
    } catch {
      // A private window: it lasts as long as the page.
    }
  }

  // The instructor's secret lasts as long as the tab, and goes along to tabs that it opens.
  function instructorsSecret() {
    try {
      return sessionStorage.getItem(LEADS);
    } catch {
      return null;
    }
  }

  function keepInstructors(value) {
    if (value) sessionStorage.setItem(LEADS, value);
    else sessionStorage.removeItem(LEADS);
  }

  async function join(name, word) {
    const joined = await ask("join", { body: { name, word }, as: null });
    keep(joined.secret);
    await arrive();
    return joined;
  }

  async function comeBack(written) {
    const wanted = written.trim().toLowerCase();
    await ask("return", { body: { secret: wanted }, as: null });
    keep(wanted);
    await arrive();
  }

  function leave() {
    keep(null);
    stop();
    change({ me: null, now: null, trouble: "" });
  }

  // In another tab somebody has joined, or left.
  function comeFromElsewhere() {
    secret = stored();
    if (secret) void arrive();
    else leave();
  }

  // Ask who this is, and follow the room while somebody looks. A tab in the background asks for
  // nothing: a browser has few connections for one server.
  async function arrive() {
    stop();
    if (!secret || document.hidden) return;
    asking = new AbortController();
    const { signal } = asking;
    const fail = (error) => {
      if (signal.aborted) return;
      if (error.status === 401) leave(); // the room was cleared, or it is another one
      else change({ trouble: error.message });
    };
    const take = async (now) => {
      if (signal.aborted) return;
      if (room.me) return change({ now, trouble: "" });
      const me = await ask("me", { signal });
      change({ me, now, trouble: "" });
      tellWhere();
    };
    try {
      const me = await ask("me", { signal });
      change({ me, trouble: "" });
      tellWhere();
    } catch (error) {
      fail(error);
    }
    if (secret && !signal.aborted) void follow("now?", take, fail, signal);
  }

  function stop() {
    asking?.abort();
    asking = null;
  }

  // --- What changes, and what is sent -------------------------------------------------------------

  function change(values) {
    Object.assign(room, values);
    showBar();
    for (const listener of [...heard]) listener(room);
  }

  function subscribe(listener) {
    heard.add(listener);
    return () => heard.delete(listener);
  }

  function vote(key, letter) {
    const sent = sending.then(() => ask("vote", { body: { question: key, letter } }));
    sending = sent.catch(() => undefined);
    return sent.then((told) => {
      const question = room.now?.question;
      if (question?.key !== key) return told;
      const mine = { ...question.mine, [question.state]: letter };
      change({ now: { ...room.now, question: { ...question, mine } } });
      return told;
    });
  }

  async function progress(told) {
    if (room.me?.sharing) await ask("progress", { body: told });
  }

  // The page of a lesson or an exercise says which lesson it is, for those who share it.
  // JupyterLab has several open, and tells it by itself: course_tools/jupyter/room/.
  function tellWhere() {
    if (IN_JUPYTER) return;
    const found = location.pathname.match(/\/(?:notebooks|exercises|solutions)\/(\d\d)_/);
    if (found) progress({ lesson: found[1] }).catch(() => undefined);
  }

  async function share(on) {
    await ask("sharing", { body: { on } });
    change({ me: { ...room.me, sharing: on } });
  }

  async function handIn(assignment, bytes) {
    const receipt = await ask(`hand-in/${encodeURIComponent(assignment)}`, { body: bytes });
    const others = (room.me?.receipts ?? []).filter((each) => each.receipt !== receipt.receipt);
    change({ me: { ...room.me, receipts: [...others, receipt] } });
    return receipt;
  }

  // --- A line below every page that is not the room's own -----------------------------------------

  const isShown = window === window.top && !IN_SLIDES && !location.href.startsWith(HERE);
  let bar = null;

  function makeBar() {
    const style = document.createElement("link");
    Object.assign(style, { rel: "stylesheet", href: new URL("bar.css", HERE) });
    document.head.append(style);
    const place = document.createElement("div");
    place.setAttribute("role", "status");
    bar = document.createElement("a");
    bar.className = "room-bar";
    bar.addEventListener("click", goToBallot);
    place.append(bar);
    document.body.append(place);
    sayWhatIsSent();
  }

  // Below a page of the site stands that it sends nothing, which is not all in a room.
  function sayWhatIsSent() {
    const foot = document.querySelector(".bottom-of-page");
    if (!foot) return;
    const line = document.createElement("p");
    const link = document.createElement("a");
    link.href = new URL("./", HERE);
    link.textContent = "what is kept";
    line.append("In this room your votes go to your instructor's computer, and what you hand in: ", link, ".");
    foot.append(line);
  }

  function showBar() {
    if (!bar) return;
    const state = room.now?.question?.state;
    const open = state === "first" || state === "second";
    bar.href = new URL("./", HERE);
    bar.target = IN_JUPYTER ? "room" : ""; // whose work would be gone from this tab
    bar.classList.toggle("room-open", open);
    bar.textContent = said(open);
  }

  function said(open) {
    if (!room.me) return "Join the room";
    if (room.trouble) return "The room does not answer";
    if (!open) return `In the room: ${room.me.name}`;
    const { mine, state } = room.now.question;
    return mine[state] ? `The vote is open. You chose ${mine[state]}.` : "The vote is open: choose";
  }

  // A page that asks the question itself is scrolled to it.
  function goToBallot(event) {
    const key = room.now?.question?.key;
    const ballot = key && document.querySelector(`[data-ballot="${CSS.escape(key)}"]`);
    if (!ballot) return;
    event.preventDefault();
    ballot.scrollIntoView({ block: "center" });
    ballot.querySelector("button")?.focus({ preventScroll: true });
  }

  // --- All of it ----------------------------------------------------------------------------------

  Object.assign(room, { subscribe, vote, progress, handIn });
  Object.assign(room, { join, comeBack, leave, share, ask, follow });
  Object.defineProperty(room, "secret", { get: () => secret });
  Object.defineProperty(room, "instructor", { get: instructorsSecret, set: keepInstructors });
  globalThis.courseRoom = room;

  function start() {
    if (isShown) makeBar();
    if (IN_SLIDES && instructorsSecret()) void import(new URL("deck.js", HERE));
    showBar();
    document.addEventListener("visibilitychange", arrive);
    addEventListener("storage", ({ key }) => key === KEPT && comeFromElsewhere());
    void arrive();
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
