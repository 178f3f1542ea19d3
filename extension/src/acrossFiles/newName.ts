/** Whether an instruction asks for nothing but another name: a language server does that without mistakes. Pure. */

const NAME = String.raw`[\x60'"“‘]?(?<name>[\p{L}_$][\p{L}\p{N}_$]*?)[\x60'"”’]?`;

const FORMS: readonly RegExp[] = [
  new RegExp(
    String.raw`^\s*rename(?:\s+(?:it|this|[\p{L}\p{N}_$\x60'"()]+))*?\s+(?:to|as|into)\s+${NAME}\s*\.?\s*$`,
    "iu",
  ),
  new RegExp(String.raw`이름(?:을|를)?\s*${NAME}\s*(?:으로|로)\s*(?:바꾸|바꿔|변경|고치|고쳐)`, "u"),
  new RegExp(String.raw`(?:^|\s)${NAME}\s*(?:으로|로)\s*이름(?:을|를)?\s*(?:바꾸|바꿔|변경|고치|고쳐)`, "u"),
];

export function newNameIn(instruction: string): string | undefined {
  for (const form of FORMS) {
    const name = form.exec(instruction)?.groups?.name;
    if (name) return name;
  }
  return undefined;
}
