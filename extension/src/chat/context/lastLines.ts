/** As many whole lines from the end as fit; part of the last one when not even that does. */
export function lastLines(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  const kept = text.slice(-charactersMax);
  const begin = kept.indexOf("\n") + 1;
  return begin === 0 || begin === kept.length ? kept : kept.slice(begin);
}
