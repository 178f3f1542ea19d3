/** Names that are typed in Hangul, one letter of a syllable after another. Pure. */

/** Whether a name begins like what is typed; half a syllable counts: ㅍ and 파 are the beginning of 파일. */
export function beginsLike(name: string, typed: string): boolean {
  return name.normalize("NFD").startsWith(typed.replace(/[ㄱ-ㅎ]$/, toInitial).normalize("NFD"));
}

/** The consonant that a syllable begins with, for the one that stands alone while it is typed. */
function toInitial(jamo: string): string {
  const at = INITIALS.indexOf(jamo);
  return at < 0 ? jamo : String.fromCharCode(FIRST_INITIAL + at);
}

const INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const FIRST_INITIAL = 0x1100;
