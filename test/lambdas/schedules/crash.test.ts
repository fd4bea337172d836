import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { recordOf } from '../../../lambdas/pipeline/audit-entry.ts';
import type { AuditEntry, AuditRecord } from '../../../lambdas/pipeline/ports.ts';
import { importing } from '../../importing.ts';
import { newService, type Service, type ServiceRegion } from '../../service.ts';
import { day, pass, passAll, type ScheduleName } from './passes.ts';

/** What no call is named after. */
const lifecycle = /^(RotateKey|DeleteKey|DeleteExpiredKeyMaterial|SynchronizeMultiRegionKey)$/;

/** A service that can be killed: from a certain write on, of an item or an audit record, nothing reaches the disk. */
const newMortal = async () => {
  let writesLeft = Number.POSITIVE_INFINITY;
  let isDead = false;
  const write = () => {
    writesLeft -= 1;
    if (writesLeft >= 0) return;
    isDead = true;
    throw new Error('killed');
  };
  const audited: AuditRecord[] = [];
  const auditLog = {
    write: async (entry: AuditEntry) => {
      write();
      audited.push(recordOf(entry));
    },
  };
  const kms = await newService({ auditLog }, undefined, write);
  return {
    kms,
    /** The names of the lifecycle events, each counted once by its id. */
    events: () => {
      const events = audited.filter(({ eventName }) => lifecycle.test(String(eventName)));
      return [...new Map(events.map(({ eventID, eventName }) => [eventID, eventName])).values()].toSorted();
    },
    killAtWrite: (n: number) => {
      writesLeft = n - 1;
    },
    /** @returns whether it was dead */
    revive: () => {
      writesLeft = Number.POSITIVE_INFINITY;
      return isDead;
    },
  };
};

/** All that is stored: the material items of each key, whether it has a record, and how much belongs to it. */
const stored = async ({ stores }: Pick<ServiceRegion, 'stores'>) => {
  const { items } = await stores.keys.scan({ limit: 1000 });
  const ids = [...new Set(items.map(({ KeyId }) => KeyId))];
  const keys = await Promise.all(
    ids.map(async (KeyId) => {
      const record = await stores.keys.get(KeyId);
      return {
        there: record !== undefined,
        materials: items.filter((item) => item.KeyId === KeyId && item.KeyMaterialId !== undefined).length,
        states: record?.materials.map(({ KeyMaterialState, imported }) => imported?.ImportState ?? KeyMaterialState),
        pendingEvents: record?.pendingEvents?.length ?? 0,
        used: (await stores.usage.get(KeyId)) !== undefined,
      };
    }),
  );
  const aliases = (await stores.aliases.scan({ limit: 1000 })).items.length;
  const grants = (await stores.grants.scan({ limit: 1000 })).items.length;
  return { keys, aliases, grants };
};

interface Case {
  /** Makes what is due. */
  prepare(kms: Service): Promise<unknown>;
  /** Everything that is there in the end. */
  readonly end: object;
  readonly events: readonly string[];
  readonly replicaIn?: string;
  /** How many writes a pass takes at least: else the test kills nothing. */
  readonly writes: number;
}

const Plaintext = Buffer.from('p');
const GranteePrincipal = 'arn:aws:iam::111122223333:user/alice';
const nothingElse = { aliases: 0, grants: 0 };
const rotated = { there: true, materials: 2, states: ['NON_CURRENT', 'CURRENT'], pendingEvents: 0, used: false };
const marker = { there: false, materials: 0, states: undefined, pendingEvents: 0, used: false };

const keyWithAll = async (kms: Service) => {
  const { KeyId } = await kms.newKey();
  await kms.call('CreateAlias', { AliasName: 'alias/a', TargetKeyId: KeyId });
  await kms.call('CreateGrant', { KeyId, GranteePrincipal, Operations: ['Decrypt'] });
  await kms.call('Encrypt', { KeyId, Plaintext });
  await kms.stores.usage.flush();
  return KeyId;
};

const cases: readonly (readonly [ScheduleName, string, Case])[] = [
  [
    'RotateKeys',
    'a key that is due twice',
    {
      async prepare(kms) {
        const { KeyId } = await kms.newKey();
        await kms.call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
        kms.moveClock(181 * day);
      },
      end: {
        keys: [{ ...rotated, materials: 3, states: ['NON_CURRENT', 'NON_CURRENT', 'CURRENT'] }],
        ...nothingElse,
      },
      events: ['RotateKey', 'RotateKey'],
      writes: 8,
    },
  ],
  [
    'RotateKeys',
    'a multi-Region key',
    {
      async prepare(kms) {
        const { KeyId } = await kms.newKey({ MultiRegion: true });
        await kms.call('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' });
        await kms.call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
        kms.moveClock(90 * day);
      },
      end: { keys: [rotated], ...nothingElse },
      events: ['RotateKey', 'SynchronizeMultiRegionKey', 'SynchronizeMultiRegionKey'],
      replicaIn: 'eu-west-1',
      writes: 6,
    },
  ],
  [
    'DeleteKeys',
    'a key with all that belongs to one',
    {
      async prepare(kms) {
        const KeyId = await keyWithAll(kms);
        await kms.call('RotateKeyOnDemand', { KeyId });
        await passAll(kms);
        await kms.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
        kms.moveClock(7 * day);
      },
      end: { keys: [marker], ...nothingElse },
      events: ['DeleteKey', 'RotateKey'],
      writes: 10,
    },
  ],
  [
    'ExpireKeyMaterial',
    'imported material',
    {
      async prepare(kms) {
        const { KeyId } = await kms.newKey({ Origin: 'EXTERNAL' });
        const ValidTo = kms.now().getTime() / 1000 + day;
        await importing(kms, KeyId, randomBytes(32), { ValidTo });
        kms.moveClock(day);
      },
      end: {
        keys: [{ there: true, materials: 0, states: ['PENDING_IMPORT'], pendingEvents: 0, used: false }],
        ...nothingElse,
      },
      events: ['DeleteExpiredKeyMaterial'],
      writes: 4,
    },
  ],
  [
    'AnnounceEvents',
    'a rotation on demand',
    {
      async prepare(kms) {
        await kms.call('RotateKeyOnDemand', { KeyId: (await kms.newKey()).KeyId });
      },
      end: { keys: [rotated], ...nothingElse },
      events: ['RotateKey'],
      writes: 2,
    },
  ],
  [
    'SweepOrphans',
    'what is left of a key, and material of none',
    {
      async prepare(kms) {
        const record = await kms.stores.keys.get(await keyWithAll(kms));
        if (record) await kms.stores.keys.remove(record);
        await kms.stores.usage.forget(record?.KeyId ?? '');
        const wrapped = randomBytes(60);
        await kms.stores.keys.addMaterial({ KeyId: (await kms.newKey()).KeyId, KeyMaterialId: 'f', wrapped });
      },
      end: {
        keys: expect.toSatisfy((keys: { there: boolean; materials: number }[]) => {
          const left = keys.map(({ there, materials }) => `${there} ${materials}`).toSorted();
          return left.join() === 'false 0,true 1';
        }),
        ...nothingElse,
      },
      events: [],
      writes: 4,
    },
  ],
];

it.each(cases)('%s, killed at any write of its pass over %s, is made up for by the next', async (name, _, given) => {
  for (let n = 1; ; n += 1) {
    const { kms, events, killAtWrite, revive } = await newMortal();
    try {
      await given.prepare(kms);
      const places = [kms, ...(given.replicaIn ? [await kms.inRegion(given.replicaIn)] : [])];
      killAtWrite(n);
      await pass(kms, name).catch(() => {}); // the process is gone
      const wasKilled = revive();
      for (const place of places) await passAll(place);

      for (const place of places) expect(await stored(place), `killed at write ${n}`).toEqual(given.end);
      expect(events(), `killed at write ${n}`).toEqual(given.events);
      expect(kms.logged.filter(({ level }) => level === 'error').length > 0).toBe(wasKilled);
      if (!wasKilled) {
        expect(n).toBeGreaterThan(given.writes);
        return;
      }
    } finally {
      await kms.close();
    }
  }
});
