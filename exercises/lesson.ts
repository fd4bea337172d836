import type { KMS } from '@aws-sdk/client-kms';

/** A lesson is a declaration in a folder of its own: CONTRIBUTING.md in this folder says how one is written. */
export interface Lesson {
  /** As the list of lessons has it: `A first key`. */
  readonly title: string;
  /** What it takes a student, 15 to 40. */
  readonly minutes: number;
  /** It moves the service's clock: needs a local service. */
  readonly clock?: true;
  /** It calls several Regions, which a local service alone has at one address. */
  readonly regions?: true;
  /** The service is to be started with `--quotas` and `quotas.json` of the start folder; `start` tells how. */
  readonly quotas?: true;
  /** Made by `start`, by names of the lesson's own. The first user of the first account is who the student is. */
  readonly accounts: Readonly<Record<string, Account>>;
  /**
   * Makes what the student finds: keys, files in the work folder. Its calls stand in the audit log, as any.
   *
   * @returns texts that solutions and checks ask for with `fact`, and the student's shell has as variables
   */
  prepare?(lab: Lab): Promise<Readonly<Record<string, string>>>;
  /** Facts that the student's shell does not have: what is to be found out. */
  readonly hidden?: readonly string[];
  /** Each call of `hint` tells one more. */
  readonly hints: readonly [string, ...string[]];
  /** What `check` looks at, in this order, by short names. */
  readonly parts: Readonly<Record<string, Part>>;
}

export interface Account {
  readonly users: Readonly<Record<string, Identity>>;
  /** A role has one session, of the role's name; it is named like a user. */
  readonly roles?: Readonly<Record<string, Identity>>;
  /** The name by which the account's root signs, where it does. */
  readonly root?: string;
}

export interface Identity {
  /** Identity policies, with `*` for what is theirs; none at all: may do what key policies and grants say. */
  readonly policies: readonly object[];
}

/** `kms:*` on everything: an administrator of the account. */
export const administrator: Identity = {
  policies: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] }],
};

/** No identity policy at all. */
export const nobody: Identity = { policies: [] };

/** These actions on everything. */
export const mayCall = (...actions: readonly string[]): Identity => ({
  policies: [
    {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: actions.map((action) => `kms:${action}`), Resource: '*' }],
    },
  ],
});

/** What a check looks at. */
export interface Part {
  /** What is so when it is done: `alias/first names a key of yours`. */
  readonly done: string;
  /** Parts that must be done before this one means anything. */
  readonly after?: readonly string[];
  /** It reads audit records, which only a local service has at hand. */
  readonly records?: true;
  /** Rejects with what `missing` throws when it is not done; errors of KMS count as that too. */
  look(at: Look): Promise<void>;
}

/** The accounts, users and files of one student's lesson: what `prepare`, solutions and wrong attempts work with. */
export interface Lab {
  /** A client that signs as this user, role or root of the lesson. */
  as(name: string, region?: string): KMS;
  /** The ARN of a user, role session or root; policies and grants name it. */
  arn(name: string): string;
  /** The id of an account of the lesson, by the declaration's name. */
  account(name: string): string;
  /** What `prepare` left. */
  fact(name: string): string;
  /** Of a file in the work folder. */
  path(name: string): string;
  /** Of a file in the work folder. @throws {Missing} when it is not there */
  read(name: string): Promise<Buffer>;
  /** Into the work folder. */
  write(name: string, content: Uint8Array | string): Promise<void>;
  /** Moves the service's clock, as `kms clock` does: `+8d`. */
  clock(to: string): Promise<void>;
  /** Gives a user or role of the lesson one more identity policy, as `kms principals attach policy` does; local services alone. */
  attach(name: string, policy: object): Promise<void>;
}

/** What a check has besides. Nothing that it calls is among the records. */
export interface Look extends Lab {
  /** A client of nobody in the lesson, who may read and decrypt in the account as far as key policies leave that to IAM. */
  examiner(account?: string, region?: string): KMS;
  /** The audit records of the lesson's accounts since its start, the oldest first; without those of `prepare`. */
  records(filter?: RecordFilter): Promise<readonly CallRecord[]>;
  /** Those of `prepare`. */
  recordsBefore(filter?: RecordFilter): Promise<readonly CallRecord[]>;
  /** Names of all files in the work folder and its folders, without `node_modules`. */
  files(): Promise<readonly string[]>;
  /**
   * Calls a function that a program in the work folder exports, in a thread of its own, for 10 seconds at most.
   *
   * @param file a URL is that of a program in the lesson's folder, which may import the student's and try it out there
   * @param parameters bytes, texts, numbers and objects of them; so is the result; Buffers arrive as `Uint8Array`
   * @throws {ProgramError} when the program throws, never ends, or has no such function
   */
  call(file: string | URL, name: string, ...parameters: readonly unknown[]): Promise<unknown>;
  /**
   * Many calls, one after the other; what each gave, or why it failed. A program runs once for a check: `anew` starts
   * it again, as if on another day.
   */
  calls(file: string | URL, calls: readonly ProgramCall[], anew?: 'anew'): Promise<readonly ProgramAnswer[]>;
}

export type ProgramCall = readonly [name: string, ...parameters: unknown[]];
export type ProgramAnswer =
  | { readonly result: unknown; readonly error?: never }
  | { readonly error: string; readonly result?: never };

/** All that is given must hold. */
export interface RecordFilter {
  readonly operation?: string;
  /** By the lesson's name. */
  readonly user?: string;
  /** An error's name; `none` for calls that succeeded. */
  readonly error?: string;
  /** The key's ARN or id. */
  readonly key?: string;
}

/** A CloudTrail record, as far as lessons read it. */
export interface CallRecord {
  readonly eventID: string;
  readonly eventTime: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly userIdentity?: { readonly arn?: string; readonly accountId?: string; readonly userName?: string };
  readonly recipientAccountId?: string;
  readonly errorCode?: string;
  readonly userAgent?: string;
  readonly requestParameters?: Readonly<Record<string, unknown>> | null;
  readonly responseElements?: Readonly<Record<string, unknown>> | null;
  readonly additionalEventData?: Readonly<Record<string, unknown>> | null;
  readonly resources?: readonly { readonly ARN?: string; readonly accountId?: string }[];
}

/** A part of a lesson is not done. */
export class Missing extends Error {
  override readonly name = 'Missing';
}

/** A program of the student's did not do what it should. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
}

/** @param what is missing, as the student is told */
export const missing: (what: string) => never = (what) => {
  throw new Missing(what);
};

/** What KMS answers: the name of the error that a call ends in, or `success`. */
export const answerTo = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'success',
    ({ name }: Error) => name,
  );

/** What a call with `DryRun` says about permission. Rejects with every error that is about something else. */
export const may = (call: Promise<unknown>): Promise<boolean> =>
  call.then(
    () => true,
    (error: Error) => {
      if (error.name === 'AccessDeniedException') return false;
      if (error.name === 'DryRunOperationException') return true;
      throw error;
    },
  );

/** For TypeScript: nothing else happens here, and in the two below. */
export const lesson = (declaration: Lesson): Lesson => declaration;

/** A reference solution, `solution/solution.ts`: does everything that the README asks for. */
export type Solution = (lab: Lab) => Promise<void>;
export const solution = (solve: Solution): Solution => solve;

/** An attempt that a check must not take, `wrong/*.ts`: the named part is missing afterwards, and none before it. */
export interface Wrong {
  readonly part: string;
  readonly attempt: Solution;
}
export const wrong = (part: string, attempt: Solution): Wrong => ({ part, attempt });
