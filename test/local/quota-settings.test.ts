import { describe, expect, it } from 'vitest';
import { awsResourceQuotas } from '../../core/model/quotas.ts';
import { awsRequestQuotas } from '../../core/model/request-quotas.ts';
import { parseQuotas, readQuotas } from '../../local/quota-settings.ts';

describe('what --quotas asks for', () => {
  it('is nothing: AWS’s resource quotas, and no request quotas', async () => {
    expect(await readQuotas(undefined)).toEqual({ resources: awsResourceQuotas });
  });

  it('is aws: both as they are there', async () => {
    const { resources, requests } = await readQuotas('aws');
    expect(resources).toEqual(awsResourceQuotas);
    expect(requests?.('eu-west-1')).toEqual(awsRequestQuotas('eu-west-1'));
  });

  it('is a file, which must be there', async () => {
    await expect(readQuotas('/nowhere/quotas.json')).rejects.toThrow('the quotas file /nowhere/quotas.json: ENOENT');
  });
});

describe('a quotas file', () => {
  it('changes the resource quotas that it names, and turns request quotas on only when it has some', () => {
    expect(parseQuotas('{"resources":{"keys":3}}')).toEqual({ resources: { ...awsResourceQuotas, keys: 3 } });
    expect(parseQuotas('{}')).toEqual({ resources: awsResourceQuotas });
    expect(parseQuotas('{"requests":{}}').requests?.('us-east-1')).toEqual(awsRequestQuotas('us-east-1'));
  });

  it('changes or takes away the request quotas that it names, in every Region', () => {
    const { requests } = parseQuotas('{"requests":{"CreateKey":0.5,"ListKeys":null}}');
    for (const region of ['us-east-1', 'cn-north-1']) {
      const { ListKeys: _, ...others } = awsRequestQuotas(region);
      expect(requests?.(region)).toEqual({ ...others, CreateKey: 0.5 });
    }
  });

  it.each([
    ['{"resources":{"keys":3}', 'line 1, column 24: not valid JSON'],
    ['[]', 'the document must be an object'],
    ['{"requets":{}}', 'requets is not known here; known: resources, requests'],
    ['{"resources":{"key":3}}', 'resources.key is not known here; known: keys, aliasesPerKey, grantsPerKey'],
    ['{"resources":{"keys":0}}', 'resources.keys must be a whole number of 1 or more'],
    ['{"resources":{"keys":"3"}}', 'resources.keys must be a whole number of 1 or more'],
    ['{"resources":{"grantsPerKey":1.5}}', 'resources.grantsPerKey must be a whole number'],
    ['{"requests":{"createKey":1}}', 'requests.createKey is not known here; known: Cryptographic operations'],
    ['{"requests":{"CreateKey":0}}', 'requests.CreateKey must be a number greater than 0, or null'],
    ['{"requests":{"CreateKey":-1}}', 'requests.CreateKey must be a number greater than 0, or null'],
    ['{"requests":{"__proto__":1}}', 'requests.__proto__ is not known here'],
    [
      '{"requests":{"createKey":1,"ListKeys":0},"resources":{"keys":0}}',
      /keys must.*\nrequests.createKey is.*\nrequests.ListKeys must/,
    ],
    ['{"requests":5}', 'requests must be an object'],
  ])('is refused where it is wrong: %s', (text, message) => {
    expect(() => parseQuotas(text)).toThrow(message);
  });
});
