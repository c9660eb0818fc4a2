// The button that hands an exercise in to a room: an extension of JupyterLab, in the browser's own
// and in `make lab`. It tells the room, too, in which lesson somebody is and what came of a check;
// room.js sends that only if they have agreed to be counted. Outside a room it does nothing.

(() => {
  "use strict";
  const NAME = "descent-to-momentum-room";
  const COMMAND = `${NAME}:hand-in`;
  const CHECKED = "application/vnd.descent-to-momentum.check+json"; // lessons_lib/feedback/notebook.py
  const FIRST = "Hand in";
  const AGAIN = "Hand in again";
  const JOIN = "Join the room first: its page opens beside this one. Then hand in.";

  const panels = new Map(); // every open exercise, by its panel's id: {panel, assignment, label, receipt}
  let shared; // the modules that JupyterLab has loaded

  // --- The room -----------------------------------------------------------------------------------

  /** Return what the page was told: its address, and in `make lab` where the room is. */
  function told() {
    return JSON.parse(document.getElementById("jupyter-config-data").textContent);
  }

  /** Return the script of the room: of the page that its server sent, or the one that is added here. */
  function roomScript() {
    const found = document.querySelector('script[src$="/room/room.js"]');
    const { baseUrl, courseRoom } = told();
    if (found || !courseRoom) {
      return found;
    }
    const script = document.createElement("script");
    script.src = new URL("room/room.js", new URL(baseUrl, location.href));
    document.head.append(script);
    return script;
  }

  /** Return the room, as soon as its script has run. */
  function entered(script) {
    return new Promise((done) => {
      const look = () => globalThis.courseRoom && done(globalThis.courseRoom);
      script.addEventListener("load", look);
      look();
    });
  }

  /** Return one of JupyterLab's own modules. */
  async function load(name) {
    const versions = Object.values(shared[name]);
    const module = versions.find((each) => each.loaded) ?? versions[0];
    return (await module.get())();
  }

  /**
   * Bring somebody into the room. Its page does, where it has sent this one. On a learner's own
   * machine the secret is asked for, which that page has given.
   */
  async function comeIn(room) {
    const { courseRoom } = told();
    if (!courseRoom) {
      openPage(); // at once: a browser lets a page open another only while it answers a click
    }
    const { InputDialog, Notification } = await load("@jupyterlab/apputils");
    if (!courseRoom) {
      Notification.warning(JOIN, { autoClose: 10000 });
      return;
    }
    const { button, value } = await InputDialog.getText({
      title: "Who are you in the room?",
      label: `Your secret, which ${courseRoom}/room/ gave you:`,
      placeholder: "k7mp-2xqd-…",
      okLabel: "Come in",
    });
    if (button.accept && value) {
      await room.comeBack(value).catch(({ message }) => {
        Notification.error(message, { autoClose: 10000 });
      });
    }
  }

  /** Open the room's page beside this one, or go to it if it is open. */
  function openPage() {
    window.open(new URL("./", roomScript().src), "room");
  }

  /** Let the room's line at the foot of the page leave this page where it is. */
  function stayHere(room) {
    document.addEventListener("click", (event) => {
      if (event.defaultPrevented || !event.target.closest?.(".room-bar")) {
        return;
      }
      event.preventDefault();
      if (room.me) {
        openPage();
      } else {
        void comeIn(room);
      }
    });
  }

  // --- What there is to say -----------------------------------------------------------------------

  /** Return the assignment of an exercise, whatever a copy of it is called. */
  function assignmentOf(path) {
    return path.match(/(?:^|\/)exercise_(\d\d_[a-z0-9_]+)[^/]*\.ipynb$/)?.[1];
  }

  /** Write when something was handed in, by this machine's clock. */
  function clock(time) {
    return new Date(time).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  }

  /** Return the latest receipt for an assignment. */
  function latest(room, assignment) {
    return room.me?.receipts?.filter((each) => each.assignment === assignment).pop();
  }

  /** Say what the button does, and what it has done. */
  function caption({ receipt }) {
    const about = "Send this notebook to your instructor. The latest one counts.";
    return receipt
      ? `${about} Handed in at ${clock(receipt.time)}: receipt ${receipt.receipt}.`
      : about;
  }

  // --- Handing in ---------------------------------------------------------------------------------

  /** Return a notebook as it is saved. */
  async function saved(app, { context }) {
    await context.save();
    const { content } = await app.serviceManager.contents.get(context.path, { content: true });
    return new TextEncoder().encode(JSON.stringify(content));
  }

  /** Hand in the notebook of a panel, and say what came of it. */
  async function handIn(app, room, exercise) {
    if (!room.me) {
      await comeIn(room);
    }
    if (!room.me) {
      return;
    }
    const { Notification } = await load("@jupyterlab/apputils");
    const before = latest(room, exercise.assignment);
    exercise.busy = true;
    try {
      const bytes = await saved(app, exercise.panel);
      const receipt = await room.handIn(exercise.assignment, bytes);
      const same = before?.receipt === receipt.receipt ? "This is what you have handed in" : "Handed in";
      Notification.success(
        `${same} at ${clock(receipt.time)}, attempt ${receipt.attempt}. Your receipt: ${receipt.receipt}`,
        { autoClose: false },
      );
      Object.assign(exercise, { receipt, label: `Handed in ${clock(receipt.time)}` });
    } catch (error) {
      Notification.error(`Not handed in. ${error.message}`, { autoClose: false });
    } finally {
      exercise.busy = false;
      app.commands.notifyCommandChanged(COMMAND);
    }
  }

  /** Let the command be there, for the button of each exercise and for the one in front. */
  function addCommand(app, room) {
    const meant = (args) => panels.get(args.panel ?? app.shell.currentWidget?.id);
    app.commands.addCommand(COMMAND, {
      label: (args) => meant(args)?.label ?? FIRST,
      caption: (args) => caption(meant(args) ?? {}),
      isEnabled: (args) => meant(args)?.busy === false,
      execute: (args) => handIn(app, room, meant(args)),
      describedBy: { args: { type: "object", properties: { panel: { type: "string" } } } },
    });
  }

  /** Give an exercise its button. */
  async function addButton(app, room, panel) {
    const assignment = assignmentOf(panel.context.path);
    if (!assignment || panel.isDisposed) {
      return;
    }
    const { CommandToolbarButton } = await load("@jupyterlab/apputils");
    const receipt = latest(room, assignment);
    panels.set(panel.id, { panel, assignment, receipt, busy: false, label: receipt ? AGAIN : FIRST });
    panel.disposed.connect(() => panels.delete(panel.id));
    panel.model.contentChanged.connect(() => changed(app, panel.id));
    const args = { panel: panel.id };
    const button = new CommandToolbarButton({ commands: app.commands, id: COMMAND, args });
    await filled(panel.toolbar);
    panel.toolbar.insertBefore("spacer", "hand-in", button); // without a spacer it comes last
  }

  /** Wait until JupyterLab has put its own buttons into a toolbar, but not for ever. */
  async function filled(toolbar) {
    for (let tries = 0; tries < 50 && ![...toolbar.names()].includes("spacer"); tries += 1) {
      await new Promise((done) => setTimeout(done, 100));
    }
  }

  /** Offer an exercise again that was handed in and is not the same any more. */
  function changed(app, id) {
    const exercise = panels.get(id);
    if (exercise?.receipt && !exercise.busy && exercise.label !== AGAIN) {
      exercise.label = AGAIN;
      app.commands.notifyCommandChanged(COMMAND);
    }
  }

  /** Show what the room knows: somebody has joined, and has handed in before. */
  function follow(app, room) {
    room.subscribe(() => {
      for (const exercise of panels.values()) {
        const receipt = latest(room, exercise.assignment);
        if (!exercise.busy && receipt?.receipt !== exercise.receipt?.receipt) {
          Object.assign(exercise, { receipt, label: receipt ? AGAIN : FIRST });
          app.commands.notifyCommandChanged(COMMAND);
        }
      }
    });
  }

  // --- What the room is told, with consent --------------------------------------------------------

  /** Tell what came of the checks in an exercise. */
  function tellChecks(room, panel) {
    panel.sessionContext.iopubMessage.connect((_, message) => {
      const checked = message.content.data?.[CHECKED];
      const assignment = assignmentOf(panel.context.path);
      if (checked && assignment) {
        room.progress({ assignment, ...checked }).catch(() => undefined);
      }
    });
  }

  /** Tell which lesson is in front, whenever it is another one or somebody begins to share it. */
  function tellLessons(app, room) {
    let told = "";
    const tell = () => {
      const path = app.shell.currentWidget?.context?.path ?? "";
      const lesson = path.match(/^(?:notebooks|exercises|solutions)\/(\d\d)_/)?.[1];
      if (!room.me?.sharing) {
        told = "";
      } else if (lesson && lesson !== told) {
        told = lesson;
        room.progress({ lesson }).catch(() => undefined);
      }
    };
    app.shell.currentChanged.connect(tell);
    room.subscribe(tell);
  }

  // --- All of it ----------------------------------------------------------------------------------

  const plugin = {
    id: `${NAME}:plugin`,
    description: "Hands exercises in to a room.",
    autoStart: true,
    activate: (app) => {
      const script = roomScript();
      if (!script) {
        return;
      }
      const arriving = entered(script);
      void arriving.then((room) => {
        addCommand(app, room);
        follow(app, room);
        stayHere(room);
        tellLessons(app, room);
      });
      app.docRegistry.addWidgetExtension("Notebook", {
        createNew: (panel) => {
          void Promise.all([arriving, panel.context.ready]).then(([room]) => {
            tellChecks(room, panel);
            void addButton(app, room, panel);
          });
        },
      });
    },
  };

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB[NAME] = {
    init: (scope) => {
      shared = scope;
    },
    get: async () => () => ({ __esModule: true, default: plugin }),
  };
})();
