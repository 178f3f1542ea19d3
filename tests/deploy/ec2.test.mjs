// deploy/ec2: the template by cfn-lint and by what must hold of it (the server alone is reached, nothing may do more than it
// needs), and the scripts of an instance run for real into a folder. AWS itself is stood in for by a program named aws.
import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { program } from "../../scripts/lib/rust.mjs";
import { deploy, pythonTool, readSettings, readYaml, run } from "./support.mjs";

const here = path.join(deploy, "ec2");
const file = path.join(here, "template.yaml");

describe("the template", () => {
  let template;
  let resources;
  const ofType = (type) => resources.filter((resource) => resource.Type === type).map(({ Properties }) => Properties);
  const only = (type) => {
    const found = ofType(type);
    assert.equal(found.length, 1, type);
    return found[0];
  };

  before(async () => {
    [template] = await readYaml(file);
    resources = Object.values(template.Resources);
  });

  test("cfn-lint has nothing to say", async () => {
    const { code, stdout, stderr } = await pythonTool("cfn-lint", ["--include-checks", "I", "--", file]);
    assert.equal(code, 0, stdout + stderr);
  });

  test("only the load balancer is reached, by TLS, from where the team is; the server only from it", () => {
    const ways = ofType("AWS::EC2::SecurityGroup").flatMap(({ SecurityGroupIngress }) => SecurityGroupIngress);
    assert.deepEqual(
      ways.map(({ FromPort, ToPort, CidrIp, SourceSecurityGroupId }) => [
        FromPort,
        ToPort,
        CidrIp ?? SourceSecurityGroupId,
      ]),
      [
        [443, 443, { Ref: "AllowedCidr" }],
        [7411, 7411, { Ref: "BalancerGroup" }],
      ],
    );
    assert.deepEqual(ofType("AWS::EC2::SecurityGroupIngress"), []);
    const allowed = new RegExp(template.Parameters.AllowedCidr.AllowedPattern);
    assert.ok(allowed.test("203.0.113.0/24") && !allowed.test("0.0.0.0/0"));
    assert.equal(template.Parameters.AllowedCidr.Default, undefined);
    const listener = only("AWS::ElasticLoadBalancingV2::Listener");
    assert.equal(listener.Protocol, "HTTPS");
    assert.match(listener.SslPolicy, /TLS13-1-2/);
  });

  test("there is no SSH, and metadata needs a token that leaves no container", () => {
    const { LaunchTemplateData: server } = only("AWS::EC2::LaunchTemplate");
    assert.equal(server.KeyName, undefined);
    assert.equal(server.NetworkInterfaces, undefined);
    const { HttpTokens, HttpPutResponseHopLimit } = server.MetadataOptions;
    assert.deepEqual([HttpTokens, HttpPutResponseHopLimit], ["required", 1]);
  });

  test("every disk is encrypted", () => {
    const disks = only("AWS::EC2::LaunchTemplate").LaunchTemplateData.BlockDeviceMappings;
    assert.equal(disks.length, 2);
    for (const { Ebs, DeviceName } of disks) assert.equal(Ebs.Encrypted, true, DeviceName);
  });

  test("the role reads the named secrets, signals its own stack, and may nothing else", () => {
    const role = only("AWS::IAM::Role");
    assert.equal(role.ManagedPolicyArns.length, 1);
    assert.match(role.ManagedPolicyArns[0]["Fn::Sub"], /:policy\/AmazonSSMManagedInstanceCore$/);
    const statements = role.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    const actions = statements.flatMap(({ Action }) => Action);
    assert.deepEqual(actions, ["ssm:GetParameter", "cloudformation:SignalResource"]);
    const named = JSON.stringify(statements.map(({ Resource }) => Resource));
    assert.match(named, /parameter\$\{KeysParameter\}"/);
    assert.match(named, /stack\/\$\{AWS::StackName\}\/\*/);
    assert.equal(named.match(/\*/g).length, 1);
  });

  test("no secret is a parameter or an output", () => {
    const said = JSON.stringify([template.Parameters, template.Outputs, template.Resources]);
    assert.doesNotMatch(said, /cs_[0-9a-f]{8}|password|AKIA/i);
    assert.match(template.Parameters.KeysParameter.Description, /SecureString/);
  });

  test("what is fetched is pinned, and an instance counts once its model is loaded", () => {
    for (const name of ["BundleSha256", "OllamaSha256", "ModelDigest"]) {
      const { AllowedPattern, Default } = template.Parameters[name];
      assert.deepEqual([AllowedPattern, Default], ["^[0-9a-f]{64}$", undefined], name);
    }
    const { ServerFleet } = template.Resources;
    assert.equal(ServerFleet.UpdatePolicy.AutoScalingRollingUpdate.WaitOnResourceSignals, true);
    assert.ok(ServerFleet.CreationPolicy.ResourceSignal);
    assert.equal(only("AWS::ElasticLoadBalancingV2::TargetGroup").HealthCheckPath, "/readyz");
  });

  test("user data is a script without faults, whatever the parameters say", async () => {
    const [text, more] = only("AWS::EC2::LaunchTemplate").LaunchTemplateData.UserData["Fn::Base64"]["Fn::Sub"];
    const values = { ...more, "AWS::Region": "ap-northeast-2", "AWS::StackName": "codesaga" };
    const filled = text.replaceAll(/\$\{([\w:]+)\}/g, (_, name) => {
      assert.ok(name in values || name in template.Parameters, name);
      return values[name] ?? template.Parameters[name].Default ?? "value";
    });
    assert.ok(Buffer.byteLength(filled) < 16_384, "AWS takes 16 KiB");
    const folder = await mkdtemp(path.join(tmpdir(), "codesaga-user-data-"));
    try {
      const script = path.join(folder, "user-data.sh");
      await writeFile(script, filled);
      const checked = await pythonTool("shellcheck", [script]);
      assert.equal(checked.code, 0, checked.stdout);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe("an instance", () => {
  let folder;
  let root;
  const settings = {
    REGION: "ap-northeast-2",
    OLLAMA_URL: "https://example.com/ollama-linux-amd64.tgz",
    OLLAMA_SHA256: "0".repeat(64),
    MODEL: "team/model-Q4_K_M:v1",
    MODEL_DIGEST: "a".repeat(64),
    KEYS_PARAMETER: "/codesaga/keys",
    REDIS_URL_PARAMETER: "/codesaga/redis",
    BALANCERS: "10.0.0.0/8,172.16.0.0/12",
  };

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "codesaga-ec2-"));
    root = path.join(folder, "root");
    await mkdir(root);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test("is set up from the archive, with the stack's settings", async () => {
    const archive = path.join(folder, "bundle.tar.gz");
    // Without its symbols, as a release is: packing those would take most of the test's time.
    const server = path.join(folder, "codesaga-proxy");
    assert.equal((await run("strip", ["-o", server, program("codesaga-proxy")])).code, 0);
    const bundle = () => run(path.join(here, "bundle.sh"), [server, archive]);
    const first = await bundle();
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /^[0-9a-f]{64}\n$/);
    assert.equal((await bundle()).stdout, first.stdout, "the same content is the same archive");
    const unpacked = await run("tar", ["-xzf", archive, "-C", folder]);
    assert.equal(unpacked.code, 0, unpacked.stderr);

    const given = path.join(folder, "settings");
    const lines = Object.entries(settings).map(([name, value]) => `${name}='${value}'\n`);
    await writeFile(given, lines.join(""));
    const script = path.join(folder, "codesaga", "deploy", "ec2", "set-up.sh");
    const { code, stdout, stderr } = await run(script, [given], { env: { ...process.env, DESTDIR: root } });
    assert.equal(code, 0, stdout + stderr);

    const proxy = await readSettings(path.join(root, "etc", "codesaga", "proxy.env"));
    assert.equal(proxy.CODESAGA_LISTEN, "0.0.0.0:7411");
    assert.equal(proxy.CODESAGA_KEYS_FILE, "/var/lib/codesaga/keys.json");
    assert.equal(proxy.CODESAGA_MODEL, settings.MODEL);
    assert.equal(proxy.CODESAGA_TRUSTED_PROXIES, settings.BALANCERS);
    const model = await readSettings(path.join(root, "etc", "codesaga", "model.env"));
    assert.deepEqual([model.MODEL, model.MODEL_DIGEST], [settings.MODEL, settings.MODEL_DIGEST]);
    const dropIn = path.join(root, "etc/systemd/system/codesaga-proxy.service.d/secrets.conf");
    assert.match(await readFile(dropIn, "utf8"), /Requires=codesaga-secrets.service/);
  });

  test("keeps models on the empty disk of EBS, and on no other", async () => {
    const tools = path.join(folder, "lsblk");
    await mkdir(tools);
    const disks = {
      nvme0n1: ["Amazon Elastic Block Store", "nvme0n1\n├─nvme0n1p1\n└─nvme0n1p15", "\next4\nvfat"],
      nvme1n1: ["Amazon EC2 NVMe Instance Storage", "nvme1n1", ""],
      nvme2n1: ["Amazon Elastic Block Store", "nvme2n1", "ext4"],
      nvme3n1: ["Amazon Elastic Block Store", "nvme3n1", ""],
    };
    const show = (present) => {
      const models = present.map((name) => `/dev/${name} ${disks[name][0]}\n`).join("");
      const cases = present.map((name) => {
        const [, parts, systems] = disks[name];
        return `  *NAME*${name}) echo '${parts}' ;;\n  *FSTYPE*${name}) echo '${systems}' ;;\n`;
      });
      return `#!/bin/bash\ncase "$*" in\n  *NAME,MODEL) echo '${models}' ;;\n${cases.join("")}esac\n`;
    };
    const found = async (...present) => {
      await writeFile(path.join(tools, "lsblk"), show(present), { mode: 0o755 });
      const env = { ...process.env, PATH: `${tools}:${process.env.PATH}` };
      return run(path.join(here, "empty-disk.sh"), [], { env });
    };
    assert.equal((await found("nvme0n1", "nvme1n1", "nvme2n1", "nvme3n1")).stdout, "/dev/nvme3n1\n");
    const none = await found("nvme0n1", "nvme1n1", "nvme2n1");
    assert.equal(none.code, 1);
    assert.match(none.stderr, /no empty disk/);
  });

  test("brings its secrets from Parameter Store, and keeps them when AWS does not answer", async () => {
    const keys = path.join(folder, "state", "keys.json");
    const address = path.join(folder, "run", "redis.env");
    const store = path.join(folder, "store");
    const tools = path.join(folder, "tools");
    await mkdir(tools);
    // Answers as AWS's own program would: the value of the parameter that is named, decrypted.
    const stand = ["#!/bin/bash", 'echo "$*" >>"$STORE.asked"', "while [ $# -gt 0 ]; do"];
    stand.push('  [ "$1" = --name ] && exec cat "$STORE/$(basename "$2")"', "  shift", "done", "exit 1", "");
    await writeFile(path.join(tools, "aws"), stand.join("\n"));
    await chmod(path.join(tools, "aws"), 0o755);
    await mkdir(store);
    await writeFile(path.join(store, "keys"), '{"keys":[]}\n');
    await writeFile(path.join(store, "redis"), "rediss://cache.internal:6379\n");
    const env = {
      PATH: `${tools}:${process.env.PATH}`,
      STORE: store,
      AWS_REGION: settings.REGION,
      KEYS_PARAMETER: settings.KEYS_PARAMETER,
      REDIS_URL_PARAMETER: settings.REDIS_URL_PARAMETER,
      KEYS_FILE: keys,
      REDIS_FILE: address,
      OWNER: userInfo().username,
    };
    const fetch = () => run(path.join(here, "fetch-secrets.sh"), [], { env });

    assert.equal((await fetch()).code, 0);
    assert.equal(await readFile(keys, "utf8"), '{"keys":[]}\n');
    assert.equal((await stat(keys)).mode & 0o777, 0o600);
    assert.equal(
      await readFile(address, "utf8"),
      "CODESAGA_REDIS_URL=rediss://cache.internal:6379\nCODESAGA_BUS=redis\n",
    );
    const asked = await readFile(`${store}.asked`, "utf8");
    assert.match(asked, /^ssm get-parameter --region ap-northeast-2 --with-decryption --name \/codesaga\/keys /);

    const before = (await stat(keys)).mtimeMs;
    assert.equal((await fetch()).code, 0);
    assert.equal((await stat(keys)).mtimeMs, before, "the same keys are not written again");
    await rm(store, { recursive: true });
    assert.notEqual((await fetch()).code, 0);
    assert.equal(await readFile(keys, "utf8"), '{"keys":[]}\n');
  });
});
