/** Stands in for the editor where a test needs its words alone: English with the places filled in. */
export const l10n = {
  t: (text: string, ...values: (string | number | boolean)[]): string =>
    text.replace(/\{(\d+)\}/g, (place, index) => String(values[Number(index)] ?? place)),
};
