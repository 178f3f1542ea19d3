/** What earlier commits say of how messages are written here. Pure. */

const EXAMPLES_MAX = 10;
const SUBJECT_CHARACTERS_MAX = 120;

/** The subjects of messages that people wrote, the newest first. */
export function subjectsOf(messages: readonly string[]): string[] {
  return messages
    .map((message) => message.split("\n", 1)[0]?.trim() ?? "")
    .filter(
      (subject) => subject !== "" && !/^(?:Merge (?:branch|pull request|remote)|Revert "|fixup!|squash!)/.test(subject),
    )
    .map((subject) => [...subject].slice(0, SUBJECT_CHARACTERS_MAX).join(""))
    .slice(0, EXAMPLES_MAX);
}

/** The language most of them are in; the editor's where there are none. */
export function languageOf(subjects: readonly string[], editor: string): "ko" | "en" {
  if (subjects.length === 0) return editor.startsWith("ko") ? "ko" : "en";
  const korean = subjects.filter((subject) => /\p{Script=Hangul}/u.test(subject)).length;
  return korean * 2 > subjects.length ? "ko" : "en";
}
