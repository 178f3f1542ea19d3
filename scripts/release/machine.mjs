// For which system a program or an addon was compiled, read from its own header: a file name can be wrong.

const elfArchitectures = { 62: "x64", 183: "arm64", 40: "armhf" };
const peArchitectures = { 34404: "x64", 43620: "arm64" };
const machArchitectures = { 16777223: "x64", 16777228: "arm64" };

/**
 * The editor's name for the system of the file that `bytes` are, such as `linux-x64`; `glibc` is the oldest version
 * that a Linux file runs with, where it uses glibc. Undefined when they are no program.
 */
export function machineOf(bytes) {
  if (bytes.length < 64) return undefined;
  const start = bytes.readUInt32BE(0);
  if (start === 0x7f454c46) return elf(bytes);
  if (start === 0xcffaedfe) return named("darwin", machArchitectures[bytes.readUInt32LE(4)]);
  if (bytes.readUInt16BE(0) === 0x4d5a) return pe(bytes);
  return undefined;
}

function elf(bytes) {
  const architecture = elfArchitectures[bytes.readUInt16LE(18)];
  // Names of libraries and of versions stand in the file as they are written.
  if (bytes.includes("libc.so.6\0")) return { ...named("linux", architecture), glibc: newestGlibc(bytes) };
  return named("alpine", architecture);
}

function pe(bytes) {
  const header = bytes.readUInt32LE(0x3c);
  if (header + 6 > bytes.length || bytes.readUInt32BE(header) !== 0x50450000) return undefined;
  return named("win32", peArchitectures[bytes.readUInt16LE(header + 4)]);
}

function named(system, architecture) {
  return architecture && { target: `${system}-${architecture}` };
}

function newestGlibc(bytes) {
  const versions = bytes.toString("latin1").matchAll(/\0GLIBC_2\.(\d+)(?=\0|\.)/g);
  const minor = Math.max(0, ...[...versions].map(([, number]) => Number(number)));
  return `2.${minor}`;
}

/** Whether a file that needs `glibc` runs where there is `most`. */
export function runsWithGlibc(glibc, most) {
  return Number(glibc.split(".")[1]) <= Number(most.split(".")[1]);
}
