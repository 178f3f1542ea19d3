// Apache Kafka, which the proxy's tests start for themselves: its jars from Maven, once, into the ignored folder.
// It starts none; kafka-broker.sh does.
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { canInstall, install, installCommand } from "./debian.mjs";
import { Expected } from "./expected.mjs";
import { findProgram } from "./find.mjs";
import { cache, root } from "./places.mjs";

const kafka = "4.1.0";
const slf4j = "1.7.36";
const home = path.join(cache, "kafka", `${kafka}-${slf4j}`);

/** The folder with its jars; the tests look for it in this place. */
export const kafkaJars = path.join(home, "libs");

/** Starts a broker with one node: `kafka-broker.sh JARS FOLDER PORT CONTROLLER_PORT`. */
export const kafkaBroker = path.join(root, "scripts", "lib", "kafka-broker.sh");

/** Installs it once, with Java and Maven where they are missing. */
export async function installKafka({ processes, say, progress }) {
  await program("java", "openjdk-17-jre-headless", { processes, say, progress });
  if (existsSync(path.join(home, "installed"))) return;
  await program("mvn", "maven", { processes, say, progress });
  await rm(home, { recursive: true, force: true });
  await mkdir(home, { recursive: true });
  await writeFile(path.join(home, "pom.xml"), manifest());
  await progress.step(say("Install Kafka (54 MB)"), (detail) =>
    processes.run(
      "kafka-jars",
      "mvn",
      ["-B", "-q", "dependency:copy-dependencies", "-DincludeScope=runtime", `-DoutputDirectory=${kafkaJars}`],
      { cwd: home, onLine: (line) => /Download/.test(line) && detail(line.slice(0, 60)) },
    ),
  );
  await writeFile(path.join(home, "installed"), `${kafka}\n`);
}

async function program(name, debian, { processes, say, progress }) {
  if (findProgram(name)) return;
  if (canInstall()) {
    await progress.step(say("Install {0}", debian), (detail) => install([debian], { processes }, detail));
    if (findProgram(name)) return;
  }
  const known = process.platform === "darwin" && name === "java" ? "openjdk@17" : debian;
  throw new Expected(say("Kafka needs {0}: {1}", name, installCommand([known])));
}

function manifest() {
  const dependency = (group, artifact, version) =>
    `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>codesaga</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    ${dependency("org.apache.kafka", "kafka_2.13", kafka)}
    ${dependency("org.slf4j", "slf4j-simple", slf4j)}
  </dependencies>
</project>
`;
}
