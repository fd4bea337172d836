import { KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { alice, type Deployed, startDeployed } from '../gateway/deployed.ts';
import { runHere } from './run-here.ts';
import { killProxies, nowhereElse, startProxy, startProxyInWords, variablesOf } from './start-proxy.ts';

describe('npm run proxy', () => {
  let deployed: Deployed;
  let args: readonly string[];
  beforeAll(async () => {
    deployed = await startDeployed();
    args = ['--endpoint', deployed.endpoint, '--region', 'us-east-1', '--port', '0'];
  });
  afterEach(killProxies);
  afterAll(() => deployed.close());

  it('says as JSON where it is and with which key it is called, and stops when asked', async () => {
    const { ready, stop } = await startProxy(args, alice);
    const { endpoint, accessKeyId, secretAccessKey, ...rest } = ready;
    expect(rest).toEqual({ ready: true, to: deployed.endpoint, region: 'us-east-1', pid: expect.any(Number) });
    const kms = new KMSClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey } });
    await expect(kms.send(new ListKeysCommand())).resolves.toMatchObject({ Keys: [] });
    expect(deployed.service.audited.at(-1)).toMatchObject({ userIdentity: { arn: alice.arn } });
    expect(await stop()).toBe(0); // though the client keeps its connection
    kms.destroy();
  });

  it('says in words which lines to paste, the new key in place of all that was there', async () => {
    const { told, nextLine } = await startProxyInWords(args, alice);
    while (told.at(-1) !== 'Stop with Ctrl-C.') await nextLine();
    expect(told[0]).toContain(`leads to ${deployed.endpoint} in us-east-1`);
    expect(told.filter((each) => /^(export|unset) /.test(each)).map((each) => each.split('=')[0])).toEqual([
      'unset AWS_PROFILE AWS_SESSION_TOKEN',
      'export AWS_ENDPOINT_URL_KMS',
      'export AWS_ACCESS_KEY_ID',
      'export AWS_SECRET_ACCESS_KEY',
      'export AWS_REGION',
      'export AWS_DEFAULT_REGION',
    ]);
    expect(told.join()).not.toContain(alice.accessKeyId);
  });

  it('has another key each time', async () => {
    const [one, other] = await Promise.all([startProxy(args, alice), startProxy(args, alice)]);
    expect(one.ready.accessKeyId).not.toBe(other.ready.accessKeyId);
    expect(one.ready.secretAccessKey).not.toBe(other.ready.secretAccessKey);
  });

  const inThreeParts = (what: string) => new RegExp(`^kms proxy: ${what}[^\n]*\nwhy: [^\n]+\nhint: [^\n]+\n$`);

  it('does not start without credentials to sign with', async () => {
    const { code, stderr } = await runHere('proxy', { args, env: nowhereElse });
    expect([code, stderr]).toEqual([1, expect.stringMatching(inThreeParts('there are no AWS credentials'))]);
  });

  it('does not start with the key of a proxy', async () => {
    const { ready } = await startProxy(args, alice);
    const { code, stderr } = await runHere('proxy', { args, env: { ...nowhereElse, ...variablesOf(ready) } });
    expect([code, stderr]).toEqual([1, expect.stringMatching(inThreeParts('the AWS credentials found are not yours'))]);
  });

  it('says when its port is taken', async () => {
    const { port } = new URL(deployed.endpoint);
    const env = { ...nowhereElse, ...variablesOf(alice) };
    const { code, stderr } = await runHere('proxy', { args: [...args, '--port', port], env });
    expect([code, stderr]).toEqual([1, expect.stringMatching(inThreeParts(`cannot listen on port ${port}`))]);
  });

  it('says when it was called wrongly, and helps', async () => {
    const wrong = await runHere('proxy');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(inThreeParts('there is no endpoint'))]);
    const help = await runHere('proxy', { args: ['--help'] });
    expect([help.code, help.stdout]).toEqual([0, expect.stringContaining('Usage: kms proxy')]);
  });
});
