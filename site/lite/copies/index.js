// A reader's own copies of the notebooks, and the versions that the course gives: an extension of
// JupyterLite, which shows what was saved in the browser in place of what the site serves.
//
// When the course has changed since the last visit, each notebook is looked at once, before any is
// opened. A copy that the reader has not changed gives way to the new version. One that they have
// changed is kept, and the new version is put beside it: as `make lab` does with a folder.
// What is saved holds an explorer's picture and words, without the widget, which would be dead.

(() => {
  const NAME = "descent-to-momentum";
  const MARK = ".new-version";
  const PROGRESS = "progress.jsonl";
  const VIEW = "application/vnd.jupyter.widget-view+json";
  const MARKDOWN = "text/markdown";
  const LINE = "*This is a picture. To move it, run its cell again, and the cells above it.*";

  /** Join what a notebook holds as one text or as lines. */
  function text(source) {
    return Array.isArray(source) ? source.join("") : source;
  }

  /** Return what stands for the sources of a notebook: `fingerprint` in contents.py, again. */
  function fingerprint(notebook) {
    const cells = notebook.cells.map((cell) => `${cell.cell_type}\n${text(cell.source)}\0`);
    const bytes = new TextEncoder().encode(cells.join(""));
    let state = 0x811c9dc5;
    for (const byte of bytes) {
      state = Math.imul(state ^ byte, 0x01000193) >>> 0;
    }
    return `${bytes.length}-${state.toString(16).padStart(8, "0")}`;
  }

  /** Return what the course gave when this copy was made; nothing for what is not the course's. */
  function givenTo(notebook) {
    return notebook.metadata?.course?.given;
  }

  /** Say what becomes of a copy, now that the course gives this. */
  function fate(copy, given) {
    const before = givenTo(copy);
    if (before === given) {
      return "same";
    }
    const here = fingerprint(copy);
    return here === before || here === given ? "renewed" : "beside";
  }

  /** Give names for a new version of a notebook, the best one first. */
  function* namesBeside(path) {
    for (let number = 1; ; number += 1) {
      const more = number > 1 ? `-${number}` : "";
      yield path.replace(/\.ipynb$/, `${MARK}${more}.ipynb`);
    }
  }

  /** Return what a notebook says; nothing if it is not there. */
  async function read(contents, path) {
    try {
      return (await contents.get(path, { content: true })).content;
    } catch {
      return undefined;
    }
  }

  /** Put a new version beside a reader's notebook, and return its name. */
  async function putBeside(contents, path, notebook) {
    for (const name of namesBeside(path)) {
      const there = await read(contents, name);
      if (there === undefined || fingerprint(there) === givenTo(there)) {
        await contents.save(name, { type: "notebook", format: "json", content: notebook });
        return name;
      }
    }
  }

  /** Bring one notebook up to date; return the name of a new version that was put beside it. */
  async function settle(contents, path, given) {
    const copy = await read(contents, path);
    const due = copy === undefined ? "same" : fate(copy, given);
    if (due === "same") {
      return undefined;
    }
    const address = new URL(`files/${path}`, settings().base);
    const answer = await fetch(address, { cache: "reload" }); // the browser may keep an older one
    if (due === "beside") {
      return putBeside(contents, path, await answer.json());
    }
    await contents.delete(path); // the served one is what is left
    return undefined;
  }

  /** Return what the site says: its address, the course's version, and what it gives. */
  function settings() {
    const page = JSON.parse(document.getElementById("jupyter-config-data").textContent);
    const base = new URL(page.baseUrl, document.location.href);
    return { base, ...page.litePluginSettings[`${NAME}:copies`] };
  }

  /** Bring all notebooks up to date, if the course has changed since the last visit. */
  async function update(contents) {
    const { base, version, given } = settings();
    const key = `${NAME}:version:${base.pathname}`;
    if (localStorage.getItem(key) === version) {
      return [];
    }
    const beside = await Promise.all(
      Object.entries(given).map(([path, now]) => settle(contents, path, now)),
    );
    localStorage.setItem(key, version);
    return beside.filter((name) => name !== undefined);
  }

  /**
   * Keep what Python tells of progress, and answer what is kept: lessons_lib/progress/page.py. It
   * does so where it does not see the files, which is over plain http from another machine.
   */
  function keepProgress(contents) {
    const channel = new BroadcastChannel(`${NAME}:progress:${settings().base.pathname}`);
    const answer = async ({ ask, line }) => {
      const kept = (await read(contents, PROGRESS)) ?? "";
      if (ask) {
        channel.postMessage(JSON.stringify({ kept }));
      } else if (line && kept.trimEnd().split("\n").pop() !== line) { // two windows hear the same
        const content = `${kept}\n${line}\n`;
        await contents.save(PROGRESS, { type: "file", format: "text", content });
      }
    };
    let before = Promise.resolve(); // one after the other
    channel.onmessage = ({ data }) => {
      before = before.then(() => answer(JSON.parse(data))).catch((error) => {
        console.error("Progress could not be kept.", error);
      });
    };
  }

  /** Tell the reader which new versions there are, with a button that opens each. */
  function tell(app, names) {
    for (const path of names) {
      const file = path.split("/").pop(); // JupyterLab shows 140 letters
      const message = `The course has corrected a notebook that you have changed. Yours stays. The new one: ${file}`;
      const action = { label: "Open it", commandId: "docmanager:open", args: { path } };
      const options = { autoClose: false, actions: [action] };
      void app.commands.execute("apputils:notify", { message, type: "info", options });
    }
  }

  /**
   * Bring the notebook of a link to the front: what was open the last time may have come last. The
   * list on the left goes to its folder, for whoever wants to take it away or to bring it back.
   */
  async function bringToFront(app, path) {
    if (path !== null) {
      await app.commands.execute("docmanager:open", { path });
      await app.commands.execute("filebrowser:go-to-path", { path, dontShowBrowser: true });
    }
  }

  /**
   * Follow links to notebooks that stand in a widget, such as the answer to a question. JupyterLab
   * follows those in Markdown, and has put its mark on them; a browser would leave the page.
   */
  function followLinks(app) {
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.("a[href]");
      const here = app.shell.currentWidget?.context?.path;
      const [name, heading] = (link?.getAttribute("href") ?? "").split("#").map(decodeURIComponent);
      if (!link || !here || "commandlinkerCommand" in link.dataset || !/^[^:]+\.ipynb$/.test(name)) {
        return;
      }
      event.preventDefault();
      const path = new URL(name, `file:///${here}`).pathname.slice(1);
      const id = heading ? `#${heading}` : "";
      void app.commands.execute("rendermime:handle-local-link", { path, id });
    });
  }

  /** Return the outputs of a cell as they are saved: `drop_widgets` of course_tools, again. */
  function asleep(outputs) {
    return outputs.flatMap((output) => {
      const { [VIEW]: view, ...data } = output.data ?? {};
      if (view === undefined || !("image/png" in data || MARKDOWN in data)) {
        return [output];
      }
      const said = { [MARKDOWN]: LINE, "text/plain": LINE.replaceAll("*", "") };
      const line = { output_type: "display_data", data: said, metadata: {} };
      return MARKDOWN in data ? [{ ...output, data }] : [{ ...output, data }, line];
    });
  }

  /** Leave widgets out of what is saved. */
  function leaveWidgetsOut(contents) {
    const save = contents.save.bind(contents);
    contents.save = (path, model) => {
      if (model?.type !== "notebook" || !Array.isArray(model.content?.cells)) {
        return save(path, model);
      }
      const cells = model.content.cells.map((cell) =>
        cell.outputs ? { ...cell, outputs: asleep(cell.outputs) } : cell,
      );
      return save(path, { ...model, content: { ...model.content, cells } });
    };
  }

  const plugin = {
    id: `${NAME}:copies`,
    description: "Keeps what a reader has written, and shows what the course has corrected.",
    autoStart: true,
    activate: async (app) => {
      const { contents } = app.serviceManager;
      const wanted = new URLSearchParams(document.location.search).get("path");
      leaveWidgetsOut(contents);
      keepProgress(contents);
      followLinks(app);
      try {
        const names = await update(contents);
        void app.restored.then(() => tell(app, names));
        void app.restored.then(() => bringToFront(app, wanted));
      } catch (error) {
        console.error("The notebooks could not be brought up to date.", error);
      }
    },
  };

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB[NAME] = {
    init: () => undefined,
    get: async () => () => ({ __esModule: true, default: plugin }),
  };
})();
