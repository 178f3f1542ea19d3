// Rows of equal shape as a table of plain text: numbers to the right, names to the left.

export function table(rows) {
  const names = Object.keys(rows[0]);
  const cells = [
    names.map((name) => name.replaceAll("_", " ")),
    ...rows.map((row) => names.map((name) => `${row[name]}`)),
  ];
  const widths = names.map((_, column) => Math.max(...cells.map((line) => line[column].length)));
  const isNumber = names.map((name) => typeof rows[0][name] === "number");
  return cells
    .map((line) =>
      line
        .map((cell, column) => (isNumber[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The same rows for a document. */
export function markdown(rows) {
  const names = Object.keys(rows[0]);
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const head = names.map((name) => name.replaceAll("_", " "));
  return [
    line(head),
    line(names.map(() => "---")),
    ...rows.map((row) => line(names.map((name) => `${row[name]}`))),
  ].join("\n");
}
