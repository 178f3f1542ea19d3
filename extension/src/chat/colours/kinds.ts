/** The few kinds of tokens that have a colour, and what modes and themes call them. */

/** Each kind with the scopes by which a theme says its colour, the more exact ones first. */
export const KIND_SCOPES = {
  attribute: ["entity.other.attribute-name"],
  comment: ["comment"],
  constant: ["constant.language"],
  function: ["entity.name.function"],
  inserted: ["markup.inserted"],
  keyword: ["keyword.control", "keyword"],
  meta: ["meta.preprocessor", "keyword.control"],
  number: ["constant.numeric"],
  property: ["variable.other.property", "support.type.property-name", "variable"],
  removed: ["markup.deleted"],
  string: ["string"],
  tag: ["entity.name.tag"],
  type: ["entity.name.type", "support.type", "support.class"],
  variable: ["variable"],
} as const satisfies Record<string, readonly string[]>;

export type TokenKind = keyof typeof KIND_SCOPES;

/** The kind of what a mode calls a token, such as `variableName.definition` or `string.special`. */
export function kindOf(style: string | null | undefined): TokenKind | undefined {
  if (!style) return undefined;
  for (const name of style.split(" ")) {
    const kind = EXACT[name] ?? BASES[name.split(".")[0] ?? ""];
    if (kind) return kind;
  }
  return undefined;
}

const EXACT: Readonly<Record<string, TokenKind>> = {
  "variableName.definition": "function",
  "variableName.function": "function",
  "variableName.standard": "function",
  "string.special": "string",
};

const BASES: Readonly<Record<string, TokenKind>> = {
  angleBracket: "tag",
  annotation: "meta",
  atom: "constant",
  attribute: "attribute",
  attributeName: "attribute",
  attributeValue: "string",
  bool: "constant",
  builtin: "function",
  character: "string",
  className: "type",
  comment: "comment",
  controlKeyword: "keyword",
  def: "function",
  deleted: "removed",
  heading: "keyword",
  inserted: "inserted",
  keyword: "keyword",
  link: "string",
  literal: "constant",
  macroName: "function",
  meta: "meta",
  modifier: "keyword",
  null: "constant",
  number: "number",
  operatorKeyword: "keyword",
  processingInstruction: "meta",
  propertyName: "property",
  qualifier: "meta",
  regexp: "string",
  string: "string",
  "string-2": "string",
  tag: "tag",
  tagName: "tag",
  type: "type",
  typeName: "type",
  url: "string",
  variableName: "variable",
  variable: "variable",
};
