import type { ChargedKey } from '../../../core/cost/kms-bill.ts';
import { keysOf } from '../told.ts';
import { type BillTold, partsOf } from './bill-told.ts';

/** Since when keys are there, until when, of what kind they are and when they were rotated, by what records tell. */
export interface KeyLives {
  /** @param time of the record; @param first of the first record of all: a key that none says was made is since then */
  note(told: BillTold, time: number, first: number): void;
  /** By account; AWS managed keys are nobody's, and left out. */
  charged(): ReadonlyMap<string, readonly ChargedKey[]>;
  /** The specs of these keys, of those that are known. */
  specsOf(arns: readonly string[]): readonly string[];
  /** How many keys there are at some time between two. */
  count(from: number, to: number): number;
}

interface Life {
  readonly from: number;
  to: number | undefined;
}

export const newKeyLives = (): KeyLives => {
  const lives = new Map<string, Life>();
  const specs = new Map<string, string>();
  const managed = new Set<string>();
  /** By account and id: the related keys of other Regions have the new material too. */
  const rotations = new Map<string, number[]>();

  const noteMade = ({ eventName, responseElements }: BillTold, time: number): void => {
    const { arn, keySpec = '' } = responseElements?.keyMetadata ?? {};
    if (eventName !== 'CreateKey' || arn === undefined) return;
    lives.set(arn, { from: time, to: lives.get(arn)?.to });
    specs.set(arn, keySpec);
  };

  const noteLife = (arn: string, eventName: string | undefined, time: number, first: number): void => {
    const life = lives.get(arn) ?? { from: first, to: undefined };
    lives.set(arn, life);
    if (eventName === 'ScheduleKeyDeletion') life.to = time;
    if (eventName === 'CancelKeyDeletion') life.to = undefined;
    if (eventName === 'DeleteKey') life.to ??= time;
  };

  return {
    note(told, time, first) {
      if (told.errorCode !== undefined) return;
      noteMade(told, time);
      const names = keysOf(told);
      const isManaged = names.some((name) => /(^|:)alias\/aws\//.test(name));
      for (const arn of names) {
        const parts = partsOf(arn);
        if (parts === undefined || parts.account !== told.recipientAccountId) continue;
        if (isManaged) managed.add(arn);
        noteLife(arn, told.eventName, time, first);
        const id = `${parts.account}/${parts.id}`;
        if (told.eventName === 'RotateKey') rotations.set(id, [...(rotations.get(id) ?? []), time]);
      }
    },
    charged() {
      const found = new Map<string, ChargedKey[]>();
      for (const [arn, life] of lives) {
        const { account = '', id = '' } = partsOf(arn) ?? {};
        if (managed.has(arn)) continue;
        const key = { ...life, rotations: rotations.get(`${account}/${id}`) ?? [] };
        found.set(account, [...(found.get(account) ?? []), key]);
      }
      return found;
    },
    specsOf: (arns) => arns.flatMap((arn) => specs.get(arn) ?? []),
    count: (from, to) => [...lives.values()].filter((life) => life.from < to && (life.to ?? to) > from).length,
  };
};
