// `npm start`: from a fresh clone to an editor with completion, refactoring and chat, and everything ended at Ctrl+C.
// It installs into the ignored folder .cache/ only, and leaves the user's own editor as it is.
import path from "node:path";
import { address, oneOf, port, readArguments, text } from "./lib/arguments.mjs";
import { findDesktopEditor, hasDisplay, installDesktopExtension, openDesktopEditor } from "./lib/desktop.mjs";
import { installEditor, installExtension, startEditor } from "./lib/editor.mjs";
import { Expected } from "./lib/expected.mjs";
import { packExtension } from "./lib/extension.mjs";
import { runScript } from "./lib/kit.mjs";
import { installNodeModules } from "./lib/node-modules.mjs";
import { run } from "./lib/places.mjs";
import { isFree } from "./lib/ports.mjs";
import { sampleProject, speakKorean, whenNewExtension, writeSettings } from "./lib/profile.mjs";
import { startProxy, state } from "./lib/proxy.mjs";
import { buildPrograms } from "./lib/rust.mjs";
import { checkTools } from "./lib/tools.mjs";
import { chooseUpstream, openUpstream } from "./lib/upstream.mjs";

const statusEveryMs = 2_000;
// Ctrl+C is how this ends, and no failure.
const usualWayOut = { interruptedCode: 0 };

await runScript(async (kit) => {
  const { say, progress } = kit;
  const flags = readArguments(
    {
      editor: oneOf("editor", ["cursor", "code", "browser", "none"], say),
      upstream: address("upstream", say),
      model: text("model", say),
      port: port("port", say),
      help: null,
    },
    say,
  );
  if (flags.help) {
    progress.line(say("start-help"));
    return 0;
  }
  const editor = chooseEditor(flags.editor, say);
  if (flags.port && !(await isFree(flags.port))) throw new Expected(say("Port {0} is in use.", flags.port));

  await checkTools(kit);
  const choice = await chooseUpstream(
    { named: flags.upstream ?? process.env.CODESAGA_UPSTREAM, model: flags.model },
    kit,
  );
  await installNodeModules(kit);
  await buildPrograms(["codesaga-proxy"], kit);
  const vsix = editor === "none" ? undefined : await packExtension(kit);

  const upstream = await openUpstream(choice, kit);
  const proxy = await progress.step(say("Start the server"), () =>
    startProxy({ ...kit, upstream: upstream.url, model: upstream.model, port: flags.port }),
  );
  const opened = await openEditor(editor, { vsix, serverUrl: proxy.url }, kit);

  tellWhatToTry({ opened, proxy }, kit);
  const programs = [upstream.program, proxy, opened.program].filter(Boolean);
  return untilTheEnd({ programs, proxy, opened, model: upstream.model }, kit);
}, usualWayOut);

function chooseEditor(wanted, say) {
  const desktop = wanted === "cursor" || wanted === "code" ? [wanted] : ["cursor", "code"];
  if (wanted === "browser" || wanted === "none") return wanted;
  const found = hasDisplay() ? findDesktopEditor(desktop) : undefined;
  if (found) return found;
  if (!wanted) return "browser";
  if (!hasDisplay()) throw new Expected(say("There is no display for {0}: use --editor browser", wanted));
  throw new Expected(say("{0} is not on the PATH: install its shell command, or use --editor browser", wanted));
}

async function openEditor(editor, { vsix, serverUrl }, kit) {
  if (editor === "none") return {};
  const { say, progress, language } = kit;
  const profile = path.join(run, `profile-${editor}`);
  const folder = await sampleProject();
  await writeSettings(profile, { "codesaga.serverUrl": serverUrl });

  if (editor !== "browser") {
    await whenNewExtension(profile, vsix, () =>
      progress.step(say("Install the extension"), () =>
        installDesktopExtension({ ...kit, command: editor, profile, vsix }),
      ),
    );
    return { name: editor, program: openDesktopEditor({ ...kit, command: editor, profile, folder }) };
  }
  const entry = await installEditor(kit);
  if (language === "ko") await speakKorean(profile);
  await whenNewExtension(profile, vsix, () =>
    progress.step(say("Install the extension"), () => installExtension({ ...kit, entry, profile, vsix })),
  );
  const program = await progress.step(say("Open the editor"), () =>
    startEditor({ ...kit, entry, profile, folder, locale: language }),
  );
  return { name: "browser", url: program.url, program };
}

function tellWhatToTry({ opened, proxy }, { say, progress }) {
  progress.line("");
  if (opened.url) progress.line(say("The editor is open at {0}", opened.url));
  else if (opened.name) progress.line(say("{0} is open on a sample project, with a profile of its own.", opened.name));
  else progress.line(say("Set codesaga.serverUrl to {0} in your editor.", proxy.url));
  progress.line("");
  progress.line(say("try-complete"));
  progress.line(say("try-refactor"));
  progress.line(say("try-chat"));
  progress.line("");
}

/** Shows one status line until a program ends; Ctrl+C is the usual way out and is handled for every script alike. */
async function untilTheEnd({ programs, proxy, opened, model }, { say, progress }) {
  const show = async () => {
    const now = await state(proxy.url);
    const parts = ["CodeSaga", now === "ready" ? say("ready") : say("not ready ({0})", now ?? "-"), model, proxy.url];
    progress.status([...parts, say("Ctrl+C ends everything")].filter(Boolean).join(" · "));
  };
  await show();
  const timer = setInterval(show, statusEveryMs);
  const { program, failure } = await Promise.race(
    programs.map(async (program) => ({ program, failure: await program.ended })),
  );
  clearInterval(timer);
  progress.done();
  if (program === opened.program && !failure) {
    await program.end();
    return 0;
  }
  throw failure ?? new Expected(say("{0} ended.", program.name));
}
