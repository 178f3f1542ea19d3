// What every part of the scripts is given: where to show progress, which language to say it in, and who ends the programs.

import { Expected } from "./expected.mjs";
import { ProgramFailed, withProcesses } from "./processes.mjs";
import { openProgress } from "./progress.mjs";
import { speaker, terminalLanguage } from "./words.mjs";

/**
 * Runs a script: `work(kit)` gives the exit code. An error becomes one sentence and, where a program failed,
 * its last lines; everything that was started is ended first. `interruptedCode` is the exit code after Ctrl+C.
 */
export async function runScript(work, { interruptedCode = 130 } = {}) {
  const language = terminalLanguage();
  const say = speaker(language);
  const progress = openProgress();
  let code;
  try {
    code = await withProcesses(
      (processes, interrupted) => work({ processes, interrupted, progress, say, language }),
      interruptedCode,
    );
    progress.done();
  } catch (error) {
    progress.done();
    code = 1;
    tell(error, say);
  }
  process.exit(code ?? 0);
}

function tell(error, say) {
  if (error.tail?.length > 0) console.error(`\n${error.tail.join("\n")}\n`);
  const known = error instanceof ProgramFailed || error instanceof Expected;
  console.error(known ? error.message : (error.stack ?? error.message));
  if (typeof error.log === "string") console.error(say("The whole output is in {0}", error.log));
}
