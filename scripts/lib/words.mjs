// What the scripts say, in English and Korean. The English sentence is the key; a missing Korean one shows the English.
// Which language: the terminal's own setting, as every program of the terminal reads it.
import { english } from "./words.en.mjs";
import { korean } from "./words.ko.mjs";

/** 'ko' or 'en', from the first of LC_ALL, LC_MESSAGES and LANG that is set. */
export function terminalLanguage(env = process.env) {
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG || "";
  return /^ko([_.-]|$)/i.test(locale) ? "ko" : "en";
}

/** A function that says an English sentence in `language`, with `{0}`, `{1}` filled in. */
export function speaker(language = terminalLanguage()) {
  return (key, ...values) => {
    const sentence = (language === "ko" && korean[key]) || (english[key] ?? key);
    return sentence.replace(/\{(\d)\}/g, (_, index) => String(values[Number(index)]));
  };
}
