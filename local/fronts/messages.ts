import type { Socket } from 'node:net';
import type { KeyUse } from '../../core/model/key-use.ts';
import type { ResourceQuotas } from '../../core/model/quotas.ts';
import type { HttpReply, HttpRequest } from '../../lambdas/pipeline/ports.ts';
import type { StoreName } from '../../stores/ports.ts';
import type { ToldLines } from '../audit/runs.ts';

/** What may change while fronts run, and is the same for all. */
export interface SharedFacts {
  /** By how much the clock was moved. */
  readonly offsetMs: number;
  /** The texts of the files that are in force. */
  readonly principals: string;
  readonly endpointPolicy: string | undefined;
}

/** What somebody is changing: one record, of which no copy may be used, or shared facts, so that no call may begin. */
export type Held = 'calls' | { readonly region: string; readonly store: 'keys' | 'aliases'; readonly id: string };

/** All that a front has to know before it answers calls. Root secrets are not among it: these it reads from their files. */
export interface FrontOrder {
  readonly dataDir: string;
  /** Path of its spool; the folder is there. */
  readonly spool: string;
  /** Whether its log leaves out what is no trouble. */
  readonly quiet: boolean;
  readonly storage: string;
  readonly controlToken: string;
  readonly controls: readonly string[];
  readonly recordCacheSeconds: number;
  readonly grantDelaySeconds: number;
  readonly attestationRoots: string | undefined;
  readonly quotas: ResourceQuotas;
  readonly facts: SharedFacts;
  /** What is being changed at this moment. */
  readonly held: ReadonlyMap<number, Held>;
}

/** What the owner of the data folder does for fronts. */
export type OwnerFunctions = {
  /** The front can take its order. */
  loaded(): void;
  /** Waits until a Region has its tables. */
  settle(region: string): Promise<void>;
  /** Calls a function of a store, one of `frontReads`. */
  read(region: string, store: StoreName, name: string, args: readonly unknown[]): Promise<unknown>;
  noteUse(region: string, use: KeyUse): Promise<void>;
  makeManagedKey(region: string, AccountId: string, AliasName: string, now: Date): Promise<boolean>;
  /** Answers a whole call. */
  call(operation: string, request: HttpRequest): Promise<HttpReply>;
  checkDeeply(): Promise<void>;
  control(name: string, input: unknown): Promise<{ readonly answer: object } | { readonly refused: string }>;
  takeOver(spool: string, written?: ToldLines): Promise<string | undefined>;
};

/** What a front does for the owner. */
export type FrontFunctions = {
  /** Comes first, and once. Resolves when the front can take connections. */
  start(order: FrontOrder): Promise<void>;
  /** Serves the connection from now on. */
  take(connection: Socket): void;
  /** When it has returned, nothing that is kept of this is used until `release` of the same number. */
  hold(number: number, what: Held): void;
  release(number: number, facts?: SharedFacts): void;
  /** Does nothing else. */
  answer(): void;
  /** @returns last uses that the owner has not heard of; the front forgets them */
  handOverUses(region: string): Promise<readonly KeyUse[]>;
  /** Answers what has come in, gives everything out of hand, and ends the process once it has returned. */
  end(): Promise<void>;
};
