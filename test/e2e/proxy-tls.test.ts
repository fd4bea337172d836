import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeOpenSsl } from '../core/crypto/openssl.ts';
import { alice, startDeployed } from '../gateway/deployed.ts';
import { signedCalls } from './signed-calls.ts';
import { startProxy } from './start-proxy.ts';

describeOpenSsl('the proxy to an endpoint with HTTPS', (openssl) => {
  const start = async (trusted: 'trusted' | 'unknown') => {
    const [key, cert] = [openssl.file('key.pem', Buffer.of()), openssl.file('cert.pem', Buffer.of())];
    const subject = ['-subj', '/CN=gateway', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    openssl.run('req', '-x509', ...newKey, '-keyout', key, '-out', cert, ...subject);
    const deployed = await startDeployed({ tls: { key: readFileSync(key), cert: readFileSync(cert) } });
    const args = ['--endpoint', deployed.endpoint, '--region', 'us-east-1', '--port', '0'];
    const proxy = await startProxy(args, alice, trusted === 'trusted' ? { NODE_EXTRA_CA_CERTS: cert } : {});
    const calls = await signedCalls(proxy.ready.endpoint, proxy.ready);
    const answer = await calls.call('ListKeys');
    calls.close();
    await proxy.stop();
    await deployed.close();
    return answer;
  };

  it('reaches one whose certificate is trusted', async () => {
    expect(await start('trusted')).toMatchObject({ status: 200, members: { Keys: [] } });
  });

  it('sends nothing to one whose certificate nobody vouches for', async () => {
    expect(await start('unknown')).toMatchObject({
      status: 503,
      members: { __type: 'DependencyTimeoutException', message: expect.stringContaining('self-signed certificate') },
    });
  });
});
