import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCliModel } from '../../clients/cli-model/write.ts';
import type { ProxyServer } from '../../clients/proxy/server.ts';
import { newThrowawayKey } from '../../clients/proxy/throwaway-key.ts';
import { findAwsCli } from '../aws-cli.ts';
import { proxyTo } from '../clients/proxy-to.ts';
import { compiledFolder } from '../compiled-folder.ts';
import { alice, type Deployed, startDeployed } from '../gateway/deployed.ts';
import { newFolder, removeFolders } from './folders.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/clients.md'), 'utf8');

/** The fenced block of a section, as people copy it. */
const recipe = (title: string, language: string): string => {
  const section = page.split(/^## /m).find((each) => each.startsWith(title)) ?? '';
  const block = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'ms').exec(section)?.[1];
  if (block === undefined) throw new Error(`docs/clients.md has no ${language} under "${title}"`);
  return block;
};

const answers = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;
const python = answers('python3', '-c', 'from importlib.util import find_spec; exit(not find_spec("boto3"))');
const cli = await findAwsCli(dirname(await newFolder()));
if (!python) console.warn('SKIPPED, NOTHING PROVED: there is no boto3 on this machine');
if (!cli) console.warn('SKIPPED, NOTHING PROVED: there is no AWS CLI of 1.29, or 2.13, or newer, on this machine');

describe('the recipes of docs/clients.md', () => {
  let deployed: Deployed;
  let proxy: ProxyServer;
  let models: string;
  const key = newThrowawayKey();
  beforeAll(async () => {
    deployed = await startDeployed();
    proxy = await proxyTo(deployed, key);
    models = await newFolder();
    await writeCliModel(models);
    await deployed.service.newKey({ Description: 'the one that is listed' });
  });
  afterAll(async () => {
    cli?.stop();
    await proxy.stop();
    await deployed.close();
    await removeFolders();
  });

  const environment = (more: Readonly<Record<string, string>>) => ({
    PATH: cli?.path ?? process.env.PATH,
    HOME: process.env.HOME,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    ...more,
  });
  /** Somebody with credentials of their own, and nothing else. */
  const native = (more: Readonly<Record<string, string>> = {}) =>
    environment({
      AWS_ACCESS_KEY_ID: alice.accessKeyId,
      AWS_SECRET_ACCESS_KEY: alice.secretAccessKey,
      ...more,
    });
  const withModel = () => native({ AWS_DATA_PATH: models, AWS_ENDPOINT_URL_KMS: deployed.endpoint });
  /** Somebody who has pasted the lines of the proxy. */
  const proxied = () =>
    environment({
      AWS_ENDPOINT_URL_KMS: `http://127.0.0.1:${proxy.port}`,
      AWS_ACCESS_KEY_ID: key.accessKeyId,
      AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    });
  /** With what the stack printed. */
  const filledIn = (text: string) =>
    text
      .replaceAll('https://ID.execute-api.REGION.amazonaws.com/prod', deployed.endpoint)
      .replaceAll('REGION', 'us-east-1');

  const keyArn = /arn:aws:kms:us-east-1:111122223333:key\/[0-9a-f-]{36}/;
  /** The last call came as the user, whoever signed it on the way. */
  const expectAlice = (eventName: string) =>
    expect(deployed.service.audited.at(-1)).toMatchObject({ eventName, userIdentity: { arn: alice.arn } });

  it('JavaScript lists the keys', async () => {
    const code = filledIn(recipe('JavaScript', 'js')).replace(
      './for-api-gateway.ts',
      new URL('../../clients/for-api-gateway.ts', import.meta.url).href,
    );
    const options = { cwd: root, env: { ...native(), NODE_COMPILE_CACHE: compiledFolder } };
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], options);
    expect(stdout).toMatch(keyArn);
    expectAlice('ListKeys');
  });

  describe.skipIf(!cli)('the AWS CLI', () => {
    const aws = async (env: Record<string, string | undefined>, ...args: string[]) =>
      JSON.parse((await run('aws', ['kms', ...args], { env })).stdout || '{}');

    it('lists the keys with the model, by the lines of the page', async () => {
      const lines = filledIn(recipe('AWS CLI', 'sh'))
        .replace('$PWD/dist/cli-model', models)
        .replace('npm run cli-model', '');
      const { stdout } = await run('sh', ['-c', lines], { env: native() });
      expect(stdout).toMatch(keyArn);
      expectAlice('ListKeys');
    });

    it('with the model, makes a key with tags, and uses it', async () => {
      const { KeyMetadata } = await aws(withModel(), 'create-key', '--tags', 'TagKey=team,TagValue=blue');
      const context = ['--encryption-context', 'tenant=42'];
      const bytes = async (name: string, content: string | Buffer) => {
        await writeFile(join(models, name), content);
        return `fileb://${join(models, name)}`; // which version 1 and 2 read alike
      };
      const plaintext = await bytes('plain', 'at dawn');
      const sealed = await aws(
        withModel(),
        'encrypt',
        '--key-id',
        KeyMetadata.KeyId,
        '--plaintext',
        plaintext,
        ...context,
      );
      const ciphertext = await bytes('sealed', Buffer.from(sealed.CiphertextBlob, 'base64'));
      const opened = await aws(withModel(), 'decrypt', '--ciphertext-blob', ciphertext, ...context);
      expect(Buffer.from(opened.Plaintext, 'base64').toString()).toBe('at dawn');
      expectAlice('Decrypt');
    });

    it.each([
      ['with the model', withModel],
      ['through the proxy', proxied],
    ])('%s, walks pages', async (_, env) => {
      await deployed.service.newKey();
      const { Keys } = await aws(env(), 'list-keys', '--page-size', '1');
      expect(Keys.length).toBeGreaterThan(1);
      expectAlice('ListKeys');
    });

    it.each([
      ['with the model', withModel],
      ['through the proxy', proxied],
    ])('%s, shows errors by their names', async (_, env) => {
      const failed = aws(env(), 'describe-key', '--key-id', 'alias/nobody');
      await expect(failed).rejects.toThrow(/\(NotFoundException\) when calling the DescribeKey operation/);
    });
  });

  describe.skipIf(!python)('boto3', () => {
    const python3 = async (code: string, env: Record<string, string | undefined>) =>
      (await run('python3', ['-c', code], { env })).stdout;

    it('lists the keys by the lines of the page', async () => {
      expect(await python3(filledIn(recipe('boto3', 'python')), native())).toMatch(keyArn);
      expectAlice('ListKeys');
    });

    const session = `
import boto3
kms = boto3.client("kms")
key = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]
assert key["CreationDate"].year >= 2026, key
assert type(kms.get_parameters_for_import(KeyId=key["KeyId"], WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048")["PublicKey"]) is bytes
key = kms.create_key(Tags=[{"TagKey": "team", "TagValue": "blue"}])["KeyMetadata"]
sealed = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"at dawn", EncryptionContext={"tenant": "42"})
opened = kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext={"tenant": "42"})
assert opened["Plaintext"] == b"at dawn", opened
kms.disable_key(KeyId=key["KeyId"])
try:
    kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    raise SystemExit("a disabled key encrypted")
except kms.exceptions.DisabledException as error:
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400
try:
    kms.decrypt(DryRun=True, DryRunModifiers=["IGNORE_CIPHERTEXT"], KeyId=key["KeyId"])
except kms.exceptions.DisabledException:
    pass
pages = kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 1})
keys = [key for page in pages for key in page["Keys"]]
assert len(keys) > 2, keys
print(kms.list_resource_tags(KeyId=key["KeyId"])["Tags"])
`;
    it.each([
      ['with the model', withModel],
      ['through the proxy', proxied],
    ])('%s, has values of the right types, exceptions by name, and pages', async (_, env) => {
      expect(await python3(session, env())).toContain("'TagKey': 'team'");
      expectAlice('ListResourceTags');
    });
  });
});
