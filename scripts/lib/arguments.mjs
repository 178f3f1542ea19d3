// Reads the flags of a script. A wrong one is named, with what is allowed.
import { parseArgs } from "node:util";
import { Expected } from "./expected.mjs";

/** A flag that cannot be understood; the message is for the person who typed it. */
export class WrongArguments extends Expected {}

/** `flags` maps a name to its `parse(text)`, which throws WrongArguments, or to `null` for a flag without a value. */
export function readArguments(flags, say, given = process.argv.slice(2)) {
  const options = {};
  for (const [name, parse] of Object.entries(flags)) options[name] = { type: parse ? "string" : "boolean" };
  let values;
  try {
    ({ values } = parseArgs({ args: given, options, allowPositionals: false }));
  } catch (error) {
    throw new WrongArguments(say("{0} (see --help)", error.message.split(". ")[0]));
  }
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, flags[name] ? flags[name](value) : value]),
  );
}

/** One of `allowed`. */
export function oneOf(flag, allowed, say) {
  return (text) => {
    if (!allowed.includes(text)) throw new WrongArguments(say("--{0} {1}: use {2}", flag, text, allowed.join(", ")));
    return text;
  };
}

/** A port to listen on. */
export function port(flag, say) {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < 1 || number > 65_535) {
      throw new WrongArguments(say("--{0} {1}: use a number from 1 to 65535", flag, text));
    }
    return number;
  };
}

/** A whole number within limits. */
export function wholeNumber(flag, least, most, say) {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < least || number > most) {
      throw new WrongArguments(say("--{0} {1}: use a number from {2} to {3}", flag, text, least, most));
    }
    return number;
  };
}

/** An http or https address. */
export function address(flag, say) {
  return (text) => {
    if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
      throw new WrongArguments(say("--{0} {1}: use an address such as http://127.0.0.1:11434", flag, text));
    }
    return text;
  };
}

/** Any text that is not empty. */
export function text(flag, say) {
  return (value) => {
    if (value.trim() === "") throw new WrongArguments(say("--{0} needs a value", flag));
    return value;
  };
}
