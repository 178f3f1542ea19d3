/**
 * Where the tests of a file are, by the conventions of its language. Pure; which of the paths exist is
 * for the caller to see. Paths are relative to the folder of the workspace, with `/`.
 */

export interface TestPaths {
  /** Where tests may be already, the likeliest first. */
  readonly known: readonly string[];
  /** Where new ones belong: the first whose folder exists, else the last. */
  readonly fresh: readonly string[];
}

export function testPathsOf(path: string): TestPaths {
  const cut = path.lastIndexOf("/") + 1;
  const folder = path.slice(0, cut);
  const dot = path.lastIndexOf(".");
  const name = path.slice(cut, dot > cut ? dot : undefined);
  const extension = dot > cut ? path.slice(dot + 1) : "";
  if (isTest(name, folder, extension)) return both(path);
  switch (extension) {
    case "ts":
    case "tsx":
    case "js":
    case "jsx":
    case "mjs":
    case "cjs":
    case "mts":
    case "cts":
    case "vue":
    case "svelte":
      return script(folder, name, extension);
    case "py":
      return {
        known: [
          `tests/test_${name}.py`,
          `${folder}test_${name}.py`,
          `${folder}tests/test_${name}.py`,
          `${folder}${name}_test.py`,
        ],
        fresh: [`tests/test_${name}.py`, `${folder}test_${name}.py`],
      };
    // Unit tests stand in the file itself.
    case "rs":
      return both(path);
    case "java":
    case "kt":
    case "scala":
    case "groovy":
      return jvm(folder, name, extension);
    case "cs":
      return both(`${folder}${name}Tests.cs`);
    case "swift":
      return both(`Tests/${name}Tests.swift`, `${folder}${name}Tests.swift`);
    case "php":
      return both(`tests/${name}Test.php`, `${folder}${name}Test.php`);
    case "rb": {
      const inside = folder.replace(/^(?:app|lib)\//, "");
      return both(`spec/${inside}${name}_spec.rb`, `test/${inside}${name}_test.rb`, `${folder}${name}_test.rb`);
    }
    case "dart":
      return both(`test/${folder.replace(/^lib\//, "")}${name}_test.dart`);
    case "ex":
      return both(`test/${folder.replace(/^lib\//, "")}${name}_test.exs`);
    default:
      return both(`${folder}${name}_test${extension && `.${extension}`}`);
  }
}

function script(folder: string, name: string, extension: string): TestPaths {
  const own = /^(?:vue|svelte)$/.test(extension) ? "ts" : extension;
  const inside = folder.replace(/^src\//, "");
  const names = [`${name}.test.${own}`, `${name}.spec.${own}`];
  const folders = [folder, `${folder}__tests__/`, `test/${inside}`, `tests/${inside}`, "test/", "tests/"];
  const known = [...new Set(folders.flatMap((one) => names.map((file) => one + file)))];
  return { known, fresh: [`${folder}__tests__/${names[0]}`, `${folder}${names[0]}`] };
}

function jvm(folder: string, name: string, extension: string): TestPaths {
  return both(`${folder.replace(/(^|\/)src\/main\//, "$1src/test/")}${name}Test.${extension}`);
}

function both(...paths: string[]): TestPaths {
  return { known: paths, fresh: paths };
}

/** A test's own tests belong to it. */
function isTest(name: string, folder: string, extension: string): boolean {
  if (/[._](?:test|spec)$/.test(name)) return true;
  if (extension === "py") return name.startsWith("test_");
  if (/^(?:java|kt|scala|groovy|cs|swift|php)$/.test(extension)) return /[a-z0-9]Tests?$/.test(name);
  return /(?:^|\/)__tests__\//.test(folder);
}
