import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { Metafile } from 'esbuild';
import { beforeAll, expect, it } from 'vitest';
import { auditFunctions } from '../../lambdas/audit/functions.ts';
import type { Operation } from '../../lambdas/operation.ts';
import { operations } from '../../lambdas/operations/index.ts';
import { usesOf } from '../../lambdas/pipeline/uses.ts';
import { schedules } from '../../lambdas/schedules/index.ts';
import { sizesOf } from '../../scripts/bundle.ts';
import { newDocument, newTestAuthority } from '../attestation.ts';
import { bundled } from '../bundled.ts';
import { gatewayEvent } from '../lambdas/gateway-event.ts';

const all: readonly Operation[] = operations;
const others = ['Router', 'KeyResource'];
const runnable = [...operations, ...schedules, ...auditFunctions].map(({ name }) => name);
const names: readonly string[] = [...runnable, ...others];
let outdir: string;
let metafile: Metafile;
beforeAll(async () => {
  ({ folder: outdir, metafile } = await bundled());
});

const inputsOf = (name: string): string[] => {
  const found = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint?.endsWith(`:${name}`));
  return Object.entries(found?.inputs ?? {}).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : []));
};
const operationFile = /^lambdas\/operations\/([a-z-]+)\.ts$/;

/** Libraries that lie beside a bundle, and the files that need them; or itself, where a file needs it for some of its functions. */
const aside = {
  'asn1js.cjs': 'core/crypto/enveloped-data.ts',
  'cborg.cjs': 'core/attestation/cose-sign1.ts',
  'noble-curves-ed25519.cjs': 'set-aside:@noble/curves/ed25519.js',
  'noble-curves-nist.cjs': 'core/crypto/ecdsa.ts',
  'noble-curves-secp256k1.cjs': 'core/crypto/ecdsa.ts',
  'noble-post-quantum-ml-dsa.cjs': 'set-aside:@noble/post-quantum/ml-dsa.js',
  'noble-post-quantum-ml-kem.cjs': 'set-aside:@noble/post-quantum/ml-kem.js',
  'sm-crypto-v2.cjs': 'core/crypto/sm2.ts',
} as const;

it('makes a folder for each operation, schedule and function of the audit log: a file, and what it seldom needs', async () => {
  expect((await readdir(outdir)).toSorted()).toEqual(names.toSorted());
  for (const name of names) {
    const inputs = inputsOf(name);
    const beside = Object.entries(aside).flatMap(([file, user]) => (inputs.includes(user) ? [file] : []));
    expect([name, (await readdir(join(outdir, name))).toSorted()]).toEqual([name, [...beside, 'index.cjs'].toSorted()]);
  }
});

it('puts each operation into its bundle, and no other', () => {
  const found = all.map(({ name }) => inputsOf(name).flatMap((file) => operationFile.exec(file)?.[1] ?? []));
  expect(found.map((files) => files.map((file) => file.replaceAll('-', '')))).toEqual(
    all.map(({ name }) => [name.toLowerCase()]),
  );
});

it.each(all.map((operation) => [operation.name, usesOf(operation).material !== undefined] as const))(
  'gives %s access to key material: %s',
  (name, material) => {
    const inputs = inputsOf(name);
    expect(inputs).not.toHaveLength(0);
    expect(inputs.includes('lambdas/root-secret.ts')).toBe(material);
    expect(inputs.includes('lambdas/keyring.ts')).toBe(material);
    expect(inputs.some((file) => file.startsWith('core/crypto/'))).toBe(material || attested.includes(name));
  },
);

const withMaterial: readonly string[] = ['RotateKeys', 'RewrapMaterial'];
it.each(schedules.map(({ name }) => [name, withMaterial.includes(name)] as const))(
  'puts the schedule %s into its bundle alone, with access to key material: %s',
  (name, material) => {
    const inputs = inputsOf(name);
    const found = inputs.filter((file) => /^lambdas\/(operations|schedules)\/(?!all-pages)/.test(file));
    expect(found.map((file) => file.replaceAll('-', '').toLowerCase())).toEqual([
      `lambdas/schedules/${name.toLowerCase()}.ts`,
    ]);
    expect(inputs.includes('lambdas/root-secret.ts')).toBe(material);
    expect(inputs.includes('lambdas/keyring.ts')).toBe(material);
  },
);

it.each([
  ['DeliverAuditRecords', ['client-dynamodb', 'client-s3', 'client-sqs']],
  ['MakeAuditDigests', ['client-s3', 'client-secrets-manager']],
])('gives %s the clients it needs, and nothing of calls and keys', (name, clients) => {
  const inputs = inputsOf(name);
  const found = new Set(inputs.flatMap((file) => /@aws-sdk\/(client-[a-z0-9-]+)/.exec(file)?.[1] ?? []));
  expect([...found].toSorted()).toEqual(clients);
  const calls = /^lambdas\/(operations|schedules|pipeline|keyring|runtime)|^core\/(policy|attestation)\//;
  expect(inputs.filter((file) => calls.test(file))).toEqual([]);
});

const attested = all.flatMap(({ name, recipient }) => (recipient ? [name] : []));

it('verifies attestation documents in the functions that answer for recipients, and carries it in no other', () => {
  expect(attested).toHaveLength(5);
  for (const { name } of all) {
    const inputs = inputsOf(name);
    for (const part of ['core/attestation/verify.ts', 'set-aside:cborg', 'set-aside:asn1js']) {
      expect(inputs.some((file) => file.includes(part))).toBe(attested.includes(name));
    }
    expect(inputs.some((file) => file.includes('pkijs'))).toBe(false); // for tests alone
  }
});

it('keeps local and deployment code out of every bundle', () => {
  const strangers = Object.keys(metafile.inputs).filter((file) =>
    /^(local|lib|cli|test|scripts)\/|dynalite|aws-cdk/.test(file),
  );
  expect(strangers).toEqual([]);
});

const usagesOf = (name: string) =>
  Object.values(all.find((operation) => operation.name === name)?.keys ?? {}).map(({ usage }) => usage);

it.each([
  ['core/crypto/ecdsa.ts', (name: string) => usagesOf(name).includes('SIGN_VERIFY')],
  ['core/crypto/rsa-signature.ts', (name: string) => usagesOf(name).includes('SIGN_VERIFY')],
  ['core/crypto/ecdh.ts', (name: string) => usagesOf(name).includes('KEY_AGREEMENT')],
  ['core/crypto/data-key-pair.ts', (name: string) => name.startsWith('GenerateDataKeyPair')],
] as const)('carries %s only where keys are used so', (file, needed) => {
  for (const { name } of all) expect([name, inputsOf(name).includes(file)]).toEqual([name, needed(name)]);
});

it('carries post-quantum algorithms only where such keys are used, made in pairs, or told of', () => {
  const carrying = (file: string) =>
    all.flatMap(({ name }) => (inputsOf(name).some((input) => input.includes(file)) ? [name] : []));
  const told = all.flatMap((operation) =>
    usesOf(operation).material && usagesOf(operation.name).includes(undefined) ? [operation.name] : [],
  );
  const pairs = names.filter((name) => name.startsWith('GenerateDataKeyPair'));
  const within = [...told, ...pairs, 'Sign', 'Verify', 'Encapsulate', 'Decapsulate'];
  const found = carrying('@noble/post-quantum/ml-');
  expect(found.filter((name) => !within.includes(name))).toEqual([]);
  expect(found).toEqual(expect.arrayContaining(['Decapsulate', 'Encapsulate', 'GetPublicKey', 'Sign', 'Verify']));
});

it('keeps each bundle small enough to start quickly', async () => {
  const most = (name: string) => {
    if (others.includes(name)) return 40;
    return all.some((operation) => operation.name === name) ? 330 : 390;
  };
  for (const name of names) {
    const { size } = await stat(join(outdir, name, 'index.cjs'));
    expect([name, size < most(name) * 1024]).toEqual([name, true]);
  }
});

it('calls services for one operation each without their clients, but for the functions that write log files', () => {
  const clients = Object.entries(metafile.outputs)
    .filter(([file]) => !auditFunctions.some(({ name }) => file.includes(`/${name}/`)))
    .flatMap(([, { inputs }]) => Object.keys(inputs))
    .flatMap((file) => /@aws-sdk\/(client-[\w-]+)\//.exec(file)?.[1] ?? []);
  expect(new Set(clients)).toEqual(new Set(['client-dynamodb']));
});

it('tells the size of each bundle, largest first', () => {
  const lines = sizesOf(metafile).split('\n');
  expect(lines.map((line) => line.split(/ +/).at(-1)).toSorted()).toEqual(names.toSorted());
  const sizes = lines.map((line) => Number(/^ +(\d+) KiB {2}[A-Z]/.exec(line)?.[1]));
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
});

/** Answers as DynamoDB, SQS and Secrets Manager do, and keeps what it was asked. */
const startAws = async () => {
  const asked: { target: string; input: Record<string, unknown> }[] = [];
  const answers: Record<string, (input: Record<string, unknown>) => object> = {
    PutItem: () => ({}),
    SendMessage: ({ MessageBody }) => ({
      MessageId: 'm',
      MD5OfMessageBody: createHash('md5').update(String(MessageBody)).digest('hex'),
    }),
    GetSecretValue: () => ({ SecretString: 'Sample00'.repeat(8) }),
  };
  const server = createServer(async (request, response) => {
    const target = String(request.headers['x-amz-target']).replace(/^.*\./, '');
    const input = (await json(request)) as Record<string, unknown>; // every AWS JSON request is an object
    asked.push({ target, input });
    response.end(JSON.stringify(answers[target]?.(input) ?? {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // listens on TCP
  return { asked, endpoint: `http://127.0.0.1:${port}`, stop: () => server.close() };
};

/** Calls a bundle as Lambda does, in a process of its own. @returns the lines it printed, the last of them the result */
const run = async (name: string, event: object, env: Record<string, string>) => {
  const context = '{ getRemainingTimeInMillis: () => 300_000 }';
  const script = `require(process.argv[1]).handler(${JSON.stringify(event)}, ${context})
    .then((result) => { console.log(JSON.stringify(result ?? null)); process.exit(); });`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script, join(outdir, name, 'index.cjs')], {
    cwd: outdir,
    env,
  });
  return stdout.trim().split('\n');
};
const invoke = async (name: string, input: unknown, env: Record<string, string>) => {
  const lines = await run(name, gatewayEvent(name, input), env);
  const { statusCode, body } = JSON.parse(lines.at(-1) ?? '');
  return { statusCode, ...JSON.parse(body) };
};

it('runs in a process of its own against the endpoints of AWS', async () => {
  const aws = await startAws();
  try {
    const env = {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLEEXAMPLE00',
      AWS_SECRET_ACCESS_KEY: 'none',
      AWS_ENDPOINT_URL: aws.endpoint,
      AUDIT_QUEUE_URL: `${aws.endpoint}/audit`,
    };
    const audit = { AUDIT_BUCKET: 'log', AUDIT_CLAIMS_TABLE: 'claims', UNDELIVERED_QUEUE_URL: `${aws.endpoint}/aside` };
    const delivered = await run(
      'DeliverAuditRecords',
      { Records: [{ messageId: 'm', body: 'x' }] },
      { ...env, ...audit },
    );
    expect(JSON.parse(delivered.at(-1) ?? '')).toEqual({ batchItemFailures: [] });
    expect(aws.asked.splice(0)).toMatchObject([{ target: 'SendMessage', input: { MessageBody: 'x' } }]);

    expect(await invoke('GenerateRandom', { NumberOfBytes: 4 }, env)).toMatchObject({ statusCode: 200 });
    expect(aws.asked.splice(0).map(({ target }) => target)).toEqual(['SendMessage']);

    const now = { from: new Date(Date.now() - 60_000), to: new Date(Date.now() + 60_000) };
    const authority = await newTestAuthority({ root: now, between: now, leaf: now });
    const AttestationDocument = (await newDocument(authority)).toString('base64');
    const Recipient = { KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256', AttestationDocument };
    const attesting = { ...env, ATTESTATION_ROOTS: authority.root.pem };
    const enveloped = await invoke('GenerateRandom', { NumberOfBytes: 4, Recipient }, attesting); // by libraries set aside
    expect(enveloped).toMatchObject({ statusCode: 200, CiphertextForRecipient: expect.any(String) });
    expect(aws.asked.splice(0).map(({ target }) => target)).toEqual(['SendMessage']);

    const lines = await run('ExpireKeyMaterial', {}, { ...env, KEYS_TABLE: 'kms-keys' });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ message: 'ExpireKeyMaterial: 0 done, 0 failed' });
    const queries = aws.asked.splice(0);
    expect(queries.map(({ target }) => target)).toEqual(['Query', 'Query', 'Query', 'Query']); // a bucket each
    expect(queries[0]?.input).toMatchObject({ TableName: 'kms-keys', IndexName: 'due' });

    const more = { KEYS_TABLE: 'kms-keys', ROOT_ARNS: 'arn:root-1', INSTALLATION_ID: 'kms' };
    const { statusCode, KeyMetadata } = await invoke(
      'CreateKey',
      { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
      { ...env, ...more },
    );
    expect([statusCode, KeyMetadata.KeyState]).toEqual([200, 'Enabled']);
    expect(aws.asked.map(({ target }) => target)).toEqual([
      'GetSecretValue',
      'Query', // how many keys the account has
      'PutItem',
      'PutItem',
      'SendMessage',
    ]);
    expect(aws.asked[2]?.input).toMatchObject({ TableName: 'kms-keys', Item: { KeyId: { S: KeyMetadata.KeyId } } });
  } finally {
    aws.stop();
  }
});
