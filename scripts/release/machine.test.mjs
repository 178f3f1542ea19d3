import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { root } from "../lib/places.mjs";
import { machineOf, runsWithGlibc } from "./machine.mjs";
import { addonName, hostTarget, proxyProgram, targetNamed, targets } from "./targets.mjs";

/** A file of 256 bytes with numbers where the headers of programs have them. */
function header(...fields) {
  const bytes = Buffer.alloc(256);
  for (const [write, value, at] of fields) {
    if (write === "text") bytes.write(value, at, "latin1");
    else bytes[write](value, at);
  }
  return bytes;
}

const elf = ["writeUInt32BE", 0x7f454c46, 0];
const windows = [
  ["writeUInt16BE", 0x4d5a, 0],
  ["writeUInt32LE", 0x80, 0x3c],
  ["writeUInt32BE", 0x50450000, 0x80],
];

test("a program says itself for which system it is", () => {
  const cases = [
    [header(elf, ["writeUInt16LE", 62, 18], ["text", "libc.so.6\0", 64]), { target: "linux-x64", glibc: "2.0" }],
    [
      header(elf, ["writeUInt16LE", 183, 18], ["text", "libc.so.6\0GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.9\0", 64]),
      { target: "linux-arm64", glibc: "2.34" },
    ],
    [header(elf, ["writeUInt16LE", 62, 18], ["text", "libc.musl-x86_64.so.1\0", 64]), { target: "alpine-x64" }],
    [header(["writeUInt32BE", 0xcffaedfe, 0], ["writeUInt32LE", 0x0100000c, 4]), { target: "darwin-arm64" }],
    [header(["writeUInt32BE", 0xcffaedfe, 0], ["writeUInt32LE", 0x01000007, 4]), { target: "darwin-x64" }],
    [header(...windows, ["writeUInt16LE", 0x8664, 0x84]), { target: "win32-x64" }],
    [header(windows[0], ["writeUInt32LE", 0xffffff00, 0x3c]), undefined],
    [header(elf, ["writeUInt16LE", 1, 18]), undefined],
    [Buffer.from("#!/bin/sh\n"), undefined],
    [Buffer.alloc(0), undefined],
  ];
  for (const [bytes, machine] of cases) assert.deepEqual(machineOf(bytes), machine);
});

test("a real program of this system is one", () => {
  assert.equal(machineOf(readFileSync(process.execPath)).target, hostTarget());
});

test("numbers of glibc are compared as numbers", () => {
  assert.ok(runsWithGlibc("2.9", "2.28") && runsWithGlibc("2.28", "2.28"));
  assert.ok(!runsWithGlibc("2.34", "2.28"));
});

test("what the extension loads has the name that every VSIX is checked for", () => {
  const engine = readFileSync(path.join(root, "extension", "src", "engine.ts"), "utf8");
  const loaded = [...engine.matchAll(/"([^"]+\.node)"/g)].map(([, name]) => name);
  assert.deepEqual([...new Set(loaded)], [addonName]);
  const { napi, main } = JSON.parse(readFileSync(path.join(root, "native", "package.json"), "utf8"));
  assert.deepEqual([`${napi.binaryName}.node`, main], [addonName, addonName]);
});

test("each target has its own triple, and only known ones are built", () => {
  assert.equal(new Set(targets.map(({ triple }) => triple)).size, targets.length);
  for (const { target, triple } of targets) assert.equal(targetNamed(target).triple, triple);
  assert.throws(() => targetNamed("solaris-x64"), /none of linux-x64, /);
  assert.equal(proxyProgram("win32-x64"), "codesaga-proxy.exe");
});
