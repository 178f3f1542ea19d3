// The editor's report on its start (*Developer: Startup Performance*), as far as it is about one extension.

/** Milliseconds to load its code, to call `activate`, and until that has resolved; undefined when it is not in there. */
export function activationIn(report, extension) {
  const rows = report.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  const head = rows.find((cells) => cells[1] === "Extension" && cells.includes("Load Code"));
  const row = rows.find((cells) => cells[1] === extension && cells.length === head?.length);
  if (!head || !row) return undefined;
  const [load, call, finish] = ["Load Code", "Call Activate", "Finish Activate"].map((name) =>
    Number(row[head.indexOf(name)]),
  );
  return Number.isFinite(load + call + finish) ? { load, call, finish } : undefined;
}
