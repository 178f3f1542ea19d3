#!/usr/bin/env bash
# Runs an Apache Kafka of one node in the foreground: kafka-broker.sh JARS FOLDER PORT CONTROLLER_PORT.
# What it keeps is in FOLDER, so that it can be killed and started again. It says "Kafka Server started" on stderr.
set -euo pipefail
jars=$1 folder=$2 port=$3 controller=$4

kafka() { # kafka CLASS ARGUMENT...
  # A test's broker lives for seconds: quick to start matters more than quick to run.
  exec java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -cp "$jars/*" \
    -Dorg.slf4j.simpleLogger.showThreadName=false "$@"
}

if [ ! -f "$folder/data/meta.properties" ]; then
  mkdir -p "$folder"
  cat >"$folder/broker.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
log.dirs=$folder/data
auto.create.topics.enable=false
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.cleaner.dedupe.buffer.size=4194304
PROPERTIES
  # Any 16 bytes in this form name a cluster.
  (kafka kafka.tools.StorageTool format -t Y29kZXNhZ2EtdGVzdHMtMQ -c "$folder/broker.properties") >&2
fi
kafka kafka.Kafka "$folder/broker.properties"
