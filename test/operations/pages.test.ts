import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { predefinedAliases } from '../../core/model/managed-keys.ts';
import { type OperationName, operations } from '../../lambdas/operations/index.ts';
import { headerValues } from '../../lambdas/pipeline/header-values.ts';
import { serve } from '../../lambdas/pipeline/index.ts';
import type { Runtime } from '../../lambdas/pipeline/ports.ts';
import { freshAlias, type Parameters } from '../requests.ts';
import { accountId, newService, otherAccountId, region, type Service, userOf } from '../service.ts';

let kms: Service;
beforeEach(async () => {
  kms = await newService();
});
afterEach(() => kms.close());

const makeKeys = async (count: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) ids.push((await kms.newKey()).KeyId);
  return ids.sort();
};
const makeAliases = async (count: number, TargetKeyId: string): Promise<string[]> => {
  const names: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const AliasName = freshAlias();
    await kms.call('CreateAlias', { AliasName, TargetKeyId });
    names.push(AliasName);
  }
  return names.sort();
};

/** Every page of a listing; `between` runs after the first. */
const walk = async (name: 'ListKeys' | 'ListAliases', parameters: Parameters, between = async () => {}) => {
  const pages: string[][] = [];
  let Marker: string | undefined;
  do {
    const page = await kms.call(name, { ...parameters, Marker });
    expect(page.status).toBe(200);
    expect(Object.keys(page).includes('NextMarker')).toBe(page.Truncated);
    const items: Record<string, string>[] = name === 'ListKeys' ? page.Keys : page.Aliases;
    pages.push(items.map(({ KeyId, AliasName }) => String(AliasName ?? KeyId)));
    if (Marker === undefined) await between();
    Marker = page.NextMarker;
  } while (Marker !== undefined);
  return pages;
};
const sizes = (pages: string[][]) => pages.map(({ length }) => length);

describe('ListKeys', () => {
  it('shows each key once, by id and ARN', async () => {
    const [KeyId = ''] = await makeKeys(1);
    expect(await kms.call('ListKeys')).toEqual({
      status: 200,
      requestId: expect.any(String),
      Keys: [{ KeyId, KeyArn: `arn:aws:kms:us-east-1:${accountId}:key/${KeyId}` }],
      Truncated: false,
    });
  });

  it('shows nothing, and no marker, to an account without keys', async () => {
    await makeKeys(1);
    kms.as(userOf(otherAccountId, 'partner'));
    expect(await kms.call('ListKeys')).toMatchObject({ Keys: [], Truncated: false });
  });

  it.each([1, 2, 3, 6, 7, 8])('gives seven keys in pages of %i without a gap or a double', async (Limit) => {
    const ids = await makeKeys(7);
    const pages = await walk('ListKeys', { Limit });
    expect(pages.flat()).toEqual(ids);
    expect(
      sizes(pages)
        .slice(0, -1)
        .every((size) => size === Limit),
    ).toBe(true);
    expect(pages).toHaveLength(Math.ceil(7 / Limit)); // no empty page at the end
  });

  it('goes on where it was while keys come and go', async () => {
    const ids = await makeKeys(6);
    const pages = await walk('ListKeys', { Limit: 3 }, async () => {
      // The key that the marker names, and one behind it, are gone; others have come.
      for (const gone of [ids[2], ids[4]]) {
        const record = await kms.stores.keys.get(gone ?? '');
        if (record) await kms.stores.keys.update(record, { KeyState: 'PendingDeletion', DeletionDate: kms.now() });
      }
      await makeKeys(3);
    });
    const seen = pages.flat();
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.slice(0, 3)).toEqual(ids.slice(0, 3));
    expect(seen).toEqual(expect.arrayContaining([ids[3], ids[5]]));
    expect(seen).not.toContain(ids[4]);
  });

  it('shows keys pending deletion until their date, even where pages fall short', async () => {
    const ids = await makeKeys(6);
    const dying = ids.slice(0, 4);
    for (const KeyId of dying) await kms.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    expect((await walk('ListKeys', { Limit: 2 })).flat()).toEqual(ids);
    kms.moveClock(7 * 86_400);
    expect((await walk('ListKeys', { Limit: 2 })).flat()).toEqual(ids.slice(4));
  });

  it('gives a hundred when no limit is sent, and up to a thousand when asked', async () => {
    for (let i = 0; i < 101; i += 1) await kms.newKey();
    expect(sizes(await walk('ListKeys', {}))).toEqual([100, 1]);
    expect(sizes(await walk('ListKeys', { Limit: 1000 }))).toEqual([101]);
  });
});

describe('ListAliases', () => {
  /** Without those that AWS predefined. */
  const own = (aliases: { AliasName: string }[]) =>
    aliases.filter(({ AliasName }) => !predefinedAliases.includes(AliasName));

  it('shows what is known of each alias', async () => {
    const [KeyId = ''] = await makeKeys(1);
    const [AliasName] = await makeAliases(1, KeyId);
    const now = kms.now().getTime() / 1000;
    expect(own((await kms.call('ListAliases')).Aliases)).toEqual([
      {
        AliasName,
        AliasArn: `arn:aws:kms:us-east-1:${accountId}:${AliasName}`,
        TargetKeyId: KeyId,
        CreationDate: now,
        LastUpdatedDate: now,
      },
    ]);
  });

  it('gives pages of fifty when no limit is sent, and a hundred at most', async () => {
    const keys = await makeKeys(3);
    const names = (await Promise.all(keys.map((KeyId) => makeAliases(40, KeyId)))).flat().sort();
    const pages = await walk('ListAliases', {});
    expect(sizes(pages)).toEqual([50, 50, 34]);
    expect(pages.flat()).toEqual([...predefinedAliases, ...names]);
    expect(sizes(await walk('ListAliases', { Limit: 1000 }))).toEqual([100, 34]);
  });

  it.each(['KeyId', 'Arn'] as const)('gives just the aliases of one key, named by its %s, in pages', async (form) => {
    const [key, other] = [await kms.newKey(), await kms.newKey()];
    const names = await makeAliases(5, key.KeyId);
    await makeAliases(3, other.KeyId);
    const pages = await walk('ListAliases', { KeyId: key[form], Limit: 2 });
    expect(sizes(pages)).toEqual([2, 2, 1]);
    expect(pages.flat()).toEqual(names);
    expect((await walk('ListAliases', { KeyId: (await kms.newKey()).KeyId })).flat()).toEqual([]);
  });

  it('goes on where it was while aliases come and go', async () => {
    const [KeyId = ''] = await makeKeys(1);
    const names = await makeAliases(6, KeyId);
    const Limit = predefinedAliases.length + 3;
    const pages = await walk('ListAliases', { Limit }, async () => {
      for (const AliasName of [names[2], names[4]]) await kms.call('DeleteAlias', { AliasName });
    });
    expect(pages).toEqual([
      [...predefinedAliases, ...names.slice(0, 3)],
      [names[3], names[5]],
    ]);
  });

  it('keeps the aliases of accounts apart', async () => {
    const [KeyId = ''] = await makeKeys(1);
    await makeAliases(1, KeyId);
    kms.as(userOf(otherAccountId, 'partner'));
    expect(own((await kms.call('ListAliases')).Aliases)).toEqual([]);
  });
});

describe('a marker', () => {
  const invalid = { status: 400, __type: 'InvalidMarkerException' };
  let marker: string;
  beforeEach(async () => {
    await makeKeys(3);
    marker = (await kms.call('ListKeys', { Limit: 1 })).NextMarker;
  });

  it('is good for any page size, and more than once', async () => {
    const next = await kms.call('ListKeys', { Marker: marker, Limit: 1 });
    expect(next).toMatchObject({ status: 200, Truncated: true });
    expect((await kms.call('ListKeys', { Marker: marker })).Keys).toHaveLength(2);
    expect(await kms.call('ListKeys', { Marker: marker, Limit: 1 })).toEqual(next);
  });

  it('is refused without a word', async () => {
    const { requestId: _, ...answer } = await kms.call('ListKeys', { Marker: 'bad' });
    expect(answer).toEqual(invalid);
  });

  it('is refused when it is made up, cut, lengthened or changed', async () => {
    const changed = (at: number) => marker.slice(0, at) + (marker[at] === 'A' ? 'B' : 'A') + marker.slice(at + 1);
    const bad = ['bad', 'AAAA', '=', ' ', 'ÿ', marker.slice(1), marker.slice(0, -1), `${marker}A`, `${marker} `];
    for (const Marker of [...bad, changed(0), changed(marker.length - 8), 'A'.repeat(1024)]) {
      expect(await kms.call('ListKeys', { Marker }), Marker).toMatchObject(invalid);
    }
  });

  it('is refused by another operation, by another account and for another filter', async () => {
    expect(await kms.call('ListAliases', { Marker: marker })).toMatchObject(invalid);
    const [key, other] = [await kms.newKey(), await kms.newKey()];
    await makeAliases(3, key.KeyId);
    const ofKey = (await kms.call('ListAliases', { KeyId: key.KeyId, Limit: 1 })).NextMarker;
    expect(await kms.call('ListAliases', { KeyId: key.KeyId, Marker: ofKey })).toMatchObject({ status: 200 });
    expect(await kms.call('ListAliases', { KeyId: other.KeyId, Marker: ofKey })).toMatchObject(invalid);
    expect(await kms.call('ListAliases', { Marker: ofKey })).toMatchObject(invalid);
    kms.as(userOf(otherAccountId, 'partner'));
    expect(await kms.call('ListKeys', { Marker: marker })).toMatchObject(invalid);
  });

  it('is refused in another Region, and after another root key', async () => {
    for (const other of [{ region: 'eu-west-1' }, { markerKey: Buffer.alloc(32) }]) {
      expect(await listingIn({ ...kms.runtime, ...other })(marker)).toMatchObject(invalid);
    }
    expect(await listingIn(kms.runtime)(marker)).toMatchObject({ status: 200 });
  });

  it('is refused when it was made without the key', async () => {
    const Marker = forged('ListKeys', {}, '00000000-0000-4000-8000-000000000000');
    expect(await kms.call('ListKeys', { Marker })).toMatchObject(invalid);
  });
});

// Where there is no key, anyone can compute the check of a marker: positions must do no harm.
describe('a marker forged where there is no key', () => {
  const positions = ['\0', 'alias/', 'zzz', '#', 'a#b#c', '00000000-0000-4000-8000-000000000000', 'x'.repeat(700)];
  beforeEach(async () => {
    await kms.close();
    kms = await newService({ markerKey: undefined });
  });

  it('leads into the caller’s own listing', async () => {
    const ids = await makeKeys(3);
    const Marker = forged('ListKeys', {}, ids[0] ?? '');
    expect((await kms.call('ListKeys', { Marker })).Keys.map(({ KeyId }: { KeyId: string }) => KeyId)).toEqual(
      ids.slice(1),
    );
    kms.as(userOf(otherAccountId, 'partner'));
    expect(await kms.call('ListKeys', { Marker })).toMatchObject({ __type: 'InvalidMarkerException' });
  });

  it.each(positions)('for the position %j is answered or refused, and never our fault', async (position) => {
    const { KeyId } = await kms.newKey();
    const [GranteePrincipal, RetiringPrincipal] = ['alice', 'bob'].map((name) => userOf(accountId, name).arn);
    const { GrantId } = await kms.call('CreateGrant', {
      KeyId,
      GranteePrincipal,
      RetiringPrincipal,
      Operations: ['Decrypt'],
    });
    const listings: [OperationName, Parameters][] = [
      ['ListKeys', {}],
      ['ListAliases', {}],
      ['ListAliases', { KeyId }],
      ['ListGrants', { KeyId }],
      ['ListGrants', { KeyId, GrantId }],
      ['ListGrants', { KeyId, GranteePrincipal }],
      ['ListRetirableGrants', { RetiringPrincipal }],
      ['ListResourceTags', { KeyId }],
      ['ListKeyPolicies', { KeyId }],
      ['ListKeyRotations', { KeyId }],
    ];
    for (const [name, filter] of listings) {
      const { status, __type } = await kms.call(name, { ...filter, Marker: forged(name, filter, position) });
      expect([200, 'InvalidMarkerException'], name).toContain(status === 200 ? status : __type);
    }
    expect(kms.logged).toEqual([]);
  });
});

/** As the service would make it without a key; defaults are part of the filter. */
const forged = (name: OperationName, filter: Parameters, position: string): string => {
  const defaults = name === 'ListKeyRotations' ? { IncludeKeyMaterial: 'ROTATIONS_ONLY' } : {};
  const check = createHash('sha256')
    .update(JSON.stringify([name, region, accountId, { ...filter, ...defaults }, position]))
    .digest()
    .subarray(0, 16);
  return Buffer.concat([check, Buffer.from(position)]).toString('base64url');
};

/** ListKeys in another runtime on the same data. */
const listingIn = (runtime: Runtime) => {
  const listKeys = operations.find(({ name }) => name === 'ListKeys');
  if (listKeys === undefined) throw new Error('no ListKeys');
  const serveIt = serve(listKeys, runtime);
  return async (Marker: string) => {
    const { status, body } = await serveIt({
      method: 'POST',
      path: '/',
      query: '',
      headers: headerValues(['Content-Type', 'application/x-amz-json-1.1']),
      body: Buffer.from(JSON.stringify({ Marker })),
      sourceIp: '127.0.0.1',
      requestId: '00000000-0000-4000-8000-00000000000a',
    });
    return { status, ...JSON.parse(body) };
  };
};
