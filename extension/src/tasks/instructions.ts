/**
 * The rows of the refactor's quick pick: what was typed, the last instruction, the common ones.
 * Pure; showing them is refactor.ts.
 */

/** A common instruction: short for the list and the title, whole for the model. */
export interface Instruction {
  readonly label: string;
  /** What the model is told. */
  readonly text: string;
}

export interface Row extends Instruction {
  readonly origin: "typed" | "last" | "common";
}

/** Typed text is the first row, so that Enter takes it; a row is never offered twice. */
export function rowsFor(typed: string, last: Instruction | undefined, common: readonly Instruction[]): Row[] {
  const free = typed.trim();
  const rows: Row[] = [];
  const add = (instruction: Instruction, origin: Row["origin"]): void => {
    const taken = rows.some((row) => sameLabel(row.label, instruction.label));
    if (!taken) rows.push({ ...instruction, origin });
  };
  const named = common.find((one) => sameLabel(one.label, free));
  if (free !== "") add(named ?? { label: free, text: free }, named ? "common" : "typed");
  if (last) add(last, "last");
  for (const one of common) add(one, "common");
  return rows;
}

function sameLabel(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}
