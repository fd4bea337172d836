import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newService, type Service } from '../service.ts';

const tag = (TagKey: string, TagValue = 'v') => ({ TagKey, TagValue });

describe('tags', () => {
  let kms: Service;
  beforeAll(async () => {
    kms = await newService();
  });
  afterAll(() => kms.close());

  const tagsOf = async (KeyId: string) => (await kms.call('ListResourceTags', { KeyId })).Tags;

  it('are added, take other values, and go', async () => {
    const { KeyId } = await kms.newKey({ Tags: [tag('b'), tag('a', 'old')] });
    expect((await kms.call('TagResource', { KeyId, Tags: [tag('a', 'new'), tag('c')] })).status).toBe(200);
    expect(await tagsOf(KeyId)).toEqual([tag('a', 'new'), tag('b'), tag('c')]);
    expect((await kms.call('UntagResource', { KeyId, TagKeys: ['a', 'never there'] })).status).toBe(200);
    expect(await tagsOf(KeyId)).toEqual([tag('b'), tag('c')]);
  });

  it.each([
    [[tag('a'), tag('a')], 'Duplicate tag keys'],
    [[tag('AWS:x')], 'Tags beginning with aws: are reserved'],
    [Array.from({ length: 51 }, (_, i) => tag(`k${i}`)), 'Too many tags'],
  ])('refuses %j', async (Tags, message) => {
    const { KeyId } = await kms.newKey();
    const refusal = { status: 400, __type: 'TagException', message };
    expect(await kms.call('TagResource', { KeyId, Tags })).toMatchObject(refusal);
    expect(await kms.call('CreateKey', { Tags })).toMatchObject(refusal);
    expect(await tagsOf(KeyId)).toEqual([]);
  });

  it('counts old and new tags together', async () => {
    const { KeyId } = await kms.newKey({ Tags: Array.from({ length: 50 }, (_, i) => tag(`k${i}`)) });
    expect(await kms.call('TagResource', { KeyId, Tags: [tag('one more')] })).toMatchObject({ __type: 'TagException' });
    expect((await kms.call('TagResource', { KeyId, Tags: [tag('k0', 'other')] })).status).toBe(200);
  });

  it('are listed in pages', async () => {
    const { KeyId } = await kms.newKey({ Tags: [tag('a'), tag('b'), tag('c')] });
    const first = await kms.call('ListResourceTags', { KeyId, Limit: 2 });
    expect(first).toMatchObject({ Tags: [tag('a'), tag('b')], Truncated: true });
    const rest = await kms.call('ListResourceTags', { KeyId, Limit: 2, Marker: first.NextMarker });
    expect(rest).toMatchObject({ Tags: [tag('c')], Truncated: false });
  });
});
