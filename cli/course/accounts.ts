import { randomBytes } from 'node:crypto';
import type { Identity, Lesson } from '../../exercises/lesson.ts';
import { newAccessKey } from '../../local/principals/new-file.ts';
import { type Account, changePrincipals, type Document } from '../principals/edit.ts';
import type { Place } from '../principals-of.ts';
import type { LessonFolder } from './lessons.ts';
import type { Actor } from './state.ts';

/** A name no lesson gives to a user. */
const examinerName = 'examiner';
export const examinerArn = (accountId: string): string => `arn:aws:iam::${accountId}:user/${examinerName}`;

/** 77, the lesson, which account of it, and the round: ids that nobody else takes, and no two rounds share. */
const accountId = ({ number }: LessonFolder, index: number, round: number): string =>
  `77${number}${String(index + 1).padStart(2, '0')}${String(round).padStart(6, '0')}`;

/** Not somebody's own account that happens to begin so. */
const isOfLesson = ({ id, users = [] }: Account, { number }: LessonFolder): boolean =>
  id.startsWith(`77${number}`) && users.some(({ name }) => name === examinerName);

/**
 * Gives a lesson fresh accounts in principals.json, in place of those of the rounds before.
 *
 * @param atLeast the first round that was never used, as far as the caller knows
 * @returns the round, and everybody by name
 */
export const makeAccounts = async (
  place: Place,
  folder: LessonFolder,
  lesson: Lesson,
  atLeast: number,
): Promise<{ readonly round: number; readonly actors: Readonly<Record<string, Actor>> }> => {
  let round = atLeast;
  let actors: Readonly<Record<string, Actor>> = {};
  await changePrincipals(place, `the accounts of lesson ${folder.number} cannot be made`, (document) => {
    const earlier = document.accounts.filter((account) => isOfLesson(account, folder));
    round = Math.max(atLeast, ...earlier.map(({ id }) => Number(id.slice(6)) + 1));
    document.accounts = document.accounts.filter((account) => !isOfLesson(account, folder));
    actors = addAccounts(document, lesson, (index) => accountId(folder, index, round));
  });
  return { round, actors };
};

const addAccounts = (document: Document, lesson: Lesson, idOf: (index: number) => string) => {
  const actors: Record<string, Actor> = {};
  for (const [index, [account, { users, roles = {}, root }]] of Object.entries(lesson.accounts).entries()) {
    const id = idOf(index);
    const actor = (name: string, arn: string) => {
      if (name in actors) throw new Error(`the lesson has two who are named ${name}`);
      actors[name] = { account, accountId: id, arn };
    };
    document.accounts.push({
      id,
      users: Object.entries({ ...users, [examinerName]: examiner }).map(([name, { policies }]) => {
        if (name !== examinerName) actor(name, `arn:aws:iam::${id}:user/${name}`);
        return { name, path: '/', ...newAccessKey(randomBytes), tags: {}, policies: [...policies] };
      }),
      roles: Object.entries(roles).map(([name, { policies }]) => {
        actor(name, `arn:aws:sts::${id}:assumed-role/${name}/${name}`);
        return { name, path: '/', policies: [...policies], sessions: [newSession(name)] };
      }),
      ...(root !== undefined && { root: newAccessKey(randomBytes) }),
    });
    if (root !== undefined) actor(root, `arn:aws:iam::${id}:root`);
  }
  return actors;
};

const newSession = (name: string) => {
  const { accessKeyId, secretAccessKey } = newAccessKey(randomBytes);
  return {
    name,
    accessKeyId: accessKeyId.replace(/^AKIA/, 'ASIA'), // of temporary credentials
    secretAccessKey,
    sessionToken: randomBytes(48).toString('base64url'),
  };
};

/** Reads, and opens what it finds; changes nothing. */
const reading = ['Describe*', 'Get*', 'List*', 'Decrypt', 'Verify', 'VerifyMac', 'DeriveSharedSecret'];
const examiner: Identity = {
  policies: [
    {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: reading.map((action) => `kms:${action}`), Resource: '*' }],
    },
  ],
};
