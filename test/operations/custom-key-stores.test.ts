import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { everyOperation } from '../requests.ts';
import { allowed, newService, type Service } from '../service.ts';

const refused = {
  status: 400,
  __type: 'UnsupportedOperationException',
  message: 'Custom key stores are not supported by this service yet.',
};
const everything = allowed({ Effect: 'Allow', Action: 'kms:*', Resource: '*' });

let kms: Service;
beforeAll(async () => {
  kms = await newService();
});
afterAll(() => kms.close());
beforeEach(() => {
  kms.audited.length = 0;
  kms.withStanding(everything);
});

const credential = {
  AccessKeyId: 'ABCDEFGHIJKLMNOP2345',
  RawSecretAccessKey: 'DXjSUawnel2fr6SKC7G25CNxTyWKE5PF9XX6H4u',
};
const external = {
  CustomKeyStoreName: 'store',
  CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
  XksProxyConnectivity: 'PUBLIC_ENDPOINT',
  XksProxyUriEndpoint: 'https://proxy.example.com',
  XksProxyUriPath: '/kms/xks/v1',
};

describe('the operations on custom key stores', () => {
  const operations = everyOperation.filter(([name]) => name.includes('CustomKeyStore'));
  const CustomKeyStoreId = 'cks-1234567890abcdef0';

  it('are the six of AWS, and the only ones that are refused as such', () => {
    expect(operations).toHaveLength(6);
    expect(everyOperation.filter(([, operation]) => operation.refused !== undefined)).toEqual(operations);
  });

  it.each(operations)('%s is refused, and on record with what was asked', async (name) => {
    expect(await kms.call(name, { CustomKeyStoreId, CustomKeyStoreName: 'store' })).toMatchObject(refused);
    const { requestParameters, ...record } = kms.audited[0] ?? {};
    expect(record).toMatchObject({ eventName: name, errorCode: refused.__type, errorMessage: refused.message });
    expect(Object.values(requestParameters ?? {})).not.toEqual([]);
  });

  it.each(operations)('%s tells who may not call it nothing but that', async (name) => {
    kms.withStanding(allowed({ Effect: 'Allow', Action: 'kms:CreateKey', Resource: '*' }));
    const { __type, message } = await kms.call(name, { CustomKeyStoreId, CustomKeyStoreName: 'store' });
    expect(__type).toBe('AccessDeniedException');
    expect(message).toContain(`kms:${name}`);
  });
});

describe('the secrets of a custom key store', () => {
  const secrets = ['7654321', credential.AccessKeyId, `${credential.RawSecretAccessKey}aaaa`];
  const [KeyStorePassword = '', AccessKeyId = '', RawSecretAccessKey = ''] = secrets;
  const sent = { KeyStorePassword, XksProxyAuthenticationCredential: { AccessKeyId, RawSecretAccessKey } };

  it('are off the record, the other members on it', async () => {
    expect(await kms.call('CreateCustomKeyStore', { ...external, ...sent })).toMatchObject(refused);
    expect(kms.audited).toMatchObject([{ requestParameters: { xksProxyUriPath: '/kms/xks/v1' } }]);
    for (const secret of secrets) expect(JSON.stringify(kms.audited)).not.toContain(secret);
  });

  it('are not repeated in the message when their form is wrong', async () => {
    const broken = `${RawSecretAccessKey}!`;
    const credentials = { AccessKeyId: `${AccessKeyId}!`, RawSecretAccessKey: broken };
    const { __type, message } = await kms.call('UpdateCustomKeyStore', {
      CustomKeyStoreId: 'cks-1',
      KeyStorePassword: '123456',
      XksProxyAuthenticationCredential: credentials,
    });
    expect(__type).toBe('ValidationException');
    expect(message).toContain("Value at 'xksProxyAuthenticationCredential.rawSecretAccessKey' failed");
    for (const secret of ['123456', AccessKeyId, RawSecretAccessKey]) {
      expect(message + JSON.stringify(kms.audited)).not.toContain(secret);
    }
  });
});

describe('CreateKey', () => {
  it.each([
    [{ CustomKeyStoreId: 'cks-1' }],
    [{ XksKeyId: 'external-key' }],
    [{ Origin: 'AWS_CLOUDHSM' }],
    [{ Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId: 'cks-1', XksKeyId: 'external-key' }],
  ])('makes no key in a custom key store: %j', async (parameters) => {
    expect(await kms.call('CreateKey', parameters)).toMatchObject(refused);
  });

  it.each([
    [
      { CustomKeyStoreId: 'x'.repeat(65) },
      "at 'customKeyStoreId' failed to satisfy constraint: Member must have length",
    ],
    [{ XksKeyId: 'a b' }, 'Member must satisfy regular expression pattern: ^[a-zA-Z0-9-_.]+$'],
  ])('judges the form of what names it first: %j', async (parameters, expected) => {
    const { __type, message } = await kms.call('CreateKey', parameters);
    expect(__type).toBe('ValidationException');
    expect(message).toContain(expected);
  });
});
