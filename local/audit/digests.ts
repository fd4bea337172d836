import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fingerprintOf, type ListedLogFile, type StoredDigest, signedDigest } from '../../core/audit/digest.ts';
import { publicKeyObject } from '../../core/audit/digest-names.ts';
import { dueHours, restOfHour, type Span } from '../../core/audit/due-hours.ts';
import { logFileMinute } from '../../core/audit/log-file.ts';
import type { Place } from '../../core/model/arn.ts';
import type { Runtime } from '../../lambdas/pipeline/ports.ts';
import { defaultRegion } from '../default-region.ts';
import { createFileOnce } from '../files.ts';
import { chainsIn } from './digest-chains.ts';
import { writeDigest } from './digest-file.ts';
import { folderAsBucket } from './names.ts';

/** The digests of one audit folder: a chain per account and Region. One call at a time. */
export interface Digests {
  /** A log file was made; one that was made again counts once. */
  add(place: Place, file: ListedLogFile): void;
  /** Makes the digests of all hours that have ended. Never rejects: what fails is told, and tried again. */
  onTheHour(): Promise<void>;
  /** Makes those of the hour that has not: the log ends. Never rejects. */
  finish(): Promise<void>;
}

export interface Chain {
  readonly place: Place;
  last?: StoredDigest | undefined;
  /** Log files in no digest yet, by their paths. */
  readonly waiting: Map<string, ListedLogFile>;
}

/** @param openKey called when the first digest is made */
export const openDigests = async (options: {
  folder: string;
  openKey: () => Promise<KeyObject>;
  now: () => Date;
  log: Runtime['log'];
}): Promise<Digests> => {
  const { folder, now, log } = options;
  const chains = new Map<string, Chain>();
  for (const chain of await chainsIn(folder, now(), log)) chains.set(idOf(chain.place), chain);
  let key: KeyObject | undefined;

  const make = async (chain: Chain, span: Span, files: readonly ListedLogFile[]): Promise<void> => {
    key ??= await options.openKey();
    const { place, last } = chain;
    await publish(place.accountId, key);
    const of = { place, last, bucket: folderAsBucket, homeRegion: defaultRegion };
    const digest = signedDigest(of, span, files, key);
    await writeDigest(folder, digest);
    chain.last = digest;
    for (const { s3Object } of files) chain.waiting.delete(s3Object);
  };

  const published = new Set<string>();
  const publish = async (accountId: string, privateKey: KeyObject): Promise<void> => {
    const object = publicKeyObject(accountId, fingerprintOf(privateKey));
    if (published.has(object)) return;
    await mkdir(join(folder, dirname(object)), { recursive: true, mode: 0o700 });
    const pem = createPublicKey(privateKey).export({ format: 'pem', type: 'spki' });
    await createFileOnce(join(folder, object), pem, 0o600);
    published.add(object);
  };

  const makeDue = async (chain: Chain): Promise<void> => {
    const made = [...chain.waiting.values()].flatMap(({ s3Object }) => logFileMinute(s3Object) ?? []);
    if (!chain.last && made.length === 0) return;
    for (const span of dueHours(endOf(chain), made, now())) {
      const isOfSpan = ({ s3Object }: ListedLogFile) => (logFileMinute(s3Object) ?? span.start) < span.end;
      await make(chain, span, [...chain.waiting.values()].filter(isOfSpan));
    }
  };

  const each = async (act: (chain: Chain) => Promise<void>): Promise<void> => {
    for (const chain of chains.values()) {
      await act(chain).catch((error: unknown) =>
        log({ level: 'error', message: `No digest of the audit log of ${idOf(chain.place)} was made`, error }),
      );
    }
  };

  return {
    add(place, file) {
      const chain = chains.get(idOf(place)) ?? { place, waiting: new Map() };
      chains.set(idOf(place), chain);
      chain.waiting.set(file.s3Object, file);
    },
    onTheHour: () => each(makeDue),
    finish: () =>
      each(async (chain) => {
        await makeDue(chain);
        const files = [...chain.waiting.values()];
        if (files.length > 0) await make(chain, restOfHour(endOf(chain), now()), files);
      }),
  };
};

const idOf = ({ accountId, region }: Place): string => `${accountId} in ${region}`;

const endOf = ({ last }: Chain): Date | undefined => (last ? new Date(last.digest.digestEndTime) : undefined);
