import type { Caller } from '../core/model/caller.ts';
import { KmsError } from '../core/model/errors.ts';
import type { AliasedKey, GrantedKey, Key, MaterialMaker, UsableKey } from '../core/model/key.ts';
import type { KeyState } from '../core/model/key-record.ts';
import type { KeyType, KeyUsage, Origin } from '../core/model/key-specs.ts';
import type { MultiRegionRole } from '../core/model/key-states.ts';
import type { Quotas } from '../core/model/quotas.ts';
import type { RelatedKeys, ReplicaMaker } from '../core/model/related-keys.ts';
import type { InputOf, Members } from '../core/model/shapes.ts';
import type { StoreFunctions, StoreName, Sweepers } from '../stores/ports.ts';

/** A key that a request names: how it is found, and what must hold before `handle` sees it. */
export interface KeyTarget<Member extends string = string> {
  /** The member that names the key: by key id or key ARN, and as `byAlias` says. */
  readonly from: Member;
  /** `too`: alias name and alias ARN are taken as well. `only`: the member is an alias name of the caller's account. */
  readonly byAlias?: 'too' | 'only';
  /** The member whose ciphertext names the key when `from` is absent; when `from` is sent, both must name the same key. */
  readonly orIn?: Member;
  /**
   * The members that name a grant on the key: by its id, or by its token, which names the key too. The grant then
   * decides who may, in place of the key policy.
   */
  readonly byGrant?: { readonly id: Member; readonly token: Member };
  /** The key usage without which the key is refused. */
  readonly usage?: KeyUsage;
  /** The algorithm the key's spec must have: what this member says, or always this one; or else AWS says this. */
  readonly algorithm?: Member | { readonly is: string; readonly orSay?: string };
  /** The only type of key the operation works on. */
  readonly type?: KeyType;
  /** Where the key's material must come from; anywhere when absent. */
  readonly origins?: readonly Origin[];
  /** Only keys that the customer manages: AWS managed keys are refused, whatever their policy says. */
  readonly manager?: 'CUSTOMER';
  /** What a multi-Region key must be; anything when absent. */
  readonly multiRegion?: MultiRegionRole;
  /** The member with the Region of the key: one related to the key of this id in the Region of the call, if there is one. */
  readonly region?: Member;
  /** States in which the operation works; all when absent. */
  readonly states?: readonly KeyState[];
  /** The permission on this key, without `kms:`; the operation's name unless said. `null`: the key is only looked up. */
  readonly permission?: string | null;
  /** Whether callers of other accounts can be let in; as AWS has it, so are all whose keys may be named by alias too. */
  readonly acrossAccounts?: true;
  /** The member with the encryption context under which the key is used: policies and grants judge its pairs. */
  readonly encryptionContext?: Member;
  /** The whole days since the key was last used are offered to policies as `kms:TrailingDaysWithoutKeyUsage`. */
  readonly idleDays?: true;
  /** The name of the other target of the pair whose keys may be one: offered to policies as `kms:ReEncryptOnSameKey`. */
  readonly sameAs?: string;
}

/** What authorization asks besides the permission on the keys. */
export interface Permissions<Member extends string = string> {
  /** The member with the alias name that is a resource of its own, judged by identity policies. */
  readonly alias?: Member;
  /** Other permissions, without `kms:`, that are needed when a member is sent. */
  readonly whenSent?: { readonly [Permission in string]?: Member };
  /** Members that name principals, who must exist. */
  readonly principals?: readonly Member[];
  /** The member with the Region where the permissions of `whenSent`, and the new key policy, are judged; that of the call when absent. */
  readonly region?: Member;
  /** The new key policy, whose principals must exist too, and the flag that leaves out its lockout check. */
  readonly newPolicy?: { readonly from: Member; readonly bypass: Member };
}

/** Where the value of a condition key comes from: a member, or the first of some that is sent, or else this text. */
export type ConditionSource<Member extends string = string> =
  | Member
  | { readonly firstOf: readonly Member[]; readonly else: string };

/** Functions of stores that an operation calls, beyond what the pipeline reads for it, and whether it handles key material. */
export type Uses = StoreFunctions & {
  /**
   * `make`: `handle` may make key material. `use`: and it receives keys that encrypt, sign and so on. `rewrap`, of schedules:
   * it wraps anew what is stored. All need the root key.
   */
  readonly material?: 'make' | 'use' | 'rewrap';
  /** `make`: where there is no key yet behind an alias of AWS's own that the call names, the pipeline makes it. Needs the root key. */
  readonly managedKeys?: 'make';
  /** `write`: `handle` receives what writes to related keys in other Regions too. `make`: and what makes replicas there. */
  readonly regions?: 'write' | 'make';
};

/** How the answer changes when it is for the owner of an attested key alone. */
export interface RecipientFacts<Member extends string = string> {
  /** The member with the attestation document. */
  readonly from: Member;
  /** The member of the answer that is secret: `CiphertextForRecipient`, encrypted to the attested key, takes its place. */
  readonly replaces: string;
  /** Members that the answer then lacks, as AWS has it. */
  readonly omits?: readonly string[];
}

/** Page sizes: `max` as AWS documents it, where it is less than what the model admits. */
export interface PageFacts {
  readonly defaultLimit: number;
  readonly maxLimit: number;
}

/** What a paginated operation is handed: where to go on and, for its answer, `Truncated` and `NextMarker`. */
export interface ListPage {
  readonly limit: number;
  readonly after?: string | undefined;
  end(next: string | undefined): { readonly Truncated: boolean; readonly NextMarker?: string };
}

export interface AuditFacts<Member extends string = string> {
  readonly readOnly: boolean;
  /** Members that `requestParameters` leaves out, besides bytes and secrets. */
  readonly hides?: readonly string[];
  /** Members with a default that `requestParameters` shows only when they were sent; it shows all others always. */
  readonly onlySent?: readonly Member[];
  /** Members without a default that it shows always: the first of some that is sent, or else this. */
  readonly fills?: {
    readonly [Name in string]: { readonly firstOf: readonly Member[]; readonly else: string | boolean };
  };
  /** What `responseElements` shows: members of the answer, and the key's ARN where `key ARN` is. Nothing when absent. */
  readonly response?: 'key ARN' | readonly string[];
  /** Ids of key material in `additionalEventData`, by their names there, and whose ciphertext each is read from. */
  readonly materials?: {
    readonly [Name in string]: { readonly sent: Member } | { readonly answered: string };
  };
  /** The member of the answer with the metadata of a key that was made: `resources` names it. */
  readonly makes?: string;
  /** Once it has succeeded, the call is on record in another Region too. */
  readonly also?: AlsoOnRecord<Member>;
}

export interface AlsoOnRecord<Member extends string = string> {
  /** The member with the Region. */
  readonly in: Member;
  /** Another event there: one that made a key, whose metadata is in this member of the answer. */
  readonly created?: { readonly eventName: string; readonly metadata: string };
}

export type StoresOf<U extends Uses> = {
  readonly [Store in keyof U & StoreName]: Pick<Sweepers[Store], Called<U, Store>>;
};

type Called<U extends Uses, Store extends StoreName> = NonNullable<U[Store]>[number] & keyof Sweepers[Store];

type KeyAs<U extends Uses> = U extends { readonly material: 'use' } ? UsableKey : Key;

type RelatedAs<U extends Uses> = U extends { readonly regions: 'make' } ? RelatedKeys & ReplicaMaker : RelatedKeys;

type Found<M extends Members, T, K> = T extends { readonly region: string }
  ? K | undefined
  : T extends { readonly byAlias: 'only' }
    ? AliasedKey
    : T extends { readonly byGrant: object }
      ? GrantedKey
      : T extends { readonly orIn: string }
        ? K
        : T extends { readonly from: infer From extends keyof M }
          ? M[From] extends { readonly optional: true }
            ? K | undefined
            : K
          : never;

/** Everything an operation may know. What it did not declare is not there. */
export type Arguments<
  M extends Members,
  Target,
  Targets,
  U extends Uses,
  P extends PageFacts | undefined,
> = HandedIn & {
  readonly input: InputOf<M>;
  readonly stores: StoresOf<U>;
} & (Target extends KeyTarget ? { readonly key: Found<M, Target, KeyAs<U>> } : unknown) & {
    readonly [Name in keyof Targets]: Found<M, Targets[Name], KeyAs<U>>;
  } & (U extends { readonly material: 'make' | 'use' } ? { readonly materials: MaterialMaker } : unknown) &
  (U extends { readonly regions: string } ? { readonly related: RelatedAs<U> } : unknown) &
  (P extends PageFacts ? { readonly page: ListPage } : unknown);

interface HandedIn {
  readonly caller: Caller;
  readonly region: string;
  /** The instant of the call; the only time there is. */
  readonly now: Date;
  readonly quotas: Quotas;
  /** Fresh random bytes. */
  random(size: number): Buffer;
  /** SHA-256 of the value as JSON, 64 hex digits. */
  fingerprint(value: unknown): string;
}

export type Output = Readonly<Record<string, unknown>>;

/** An operation as the rest of the program reads it: facts, and a function that knows no HTTP, storage or crypto. */
export interface Operation<Name extends string = string> {
  readonly name: Name;
  readonly input: Members;
  /** By the name under which `handle` receives them, in the order in which they are judged. */
  readonly keys: Readonly<Record<string, KeyTarget>>;
  /** Condition keys without `kms:`, and whose effective value each has. */
  readonly conditions: Readonly<Record<string, ConditionSource>>;
  readonly permissions: Permissions;
  readonly audit: AuditFacts;
  readonly uses: Uses;
  readonly recipient?: RecipientFacts | undefined;
  readonly page?: PageFacts | undefined;
  /** Why every call is refused, once it has been judged like that of any other operation. */
  readonly refused?: string | undefined;
  /** Rules between members that shapes cannot say; throws the KmsError of the first that is broken. */
  check?(input: Output, region: string): void;
  /** Bytes in the answer pass to the pipeline, which wipes them once they are on the wire. No answer: an empty body. */
  // A method, not a function property: its argument may then be narrower for each operation.
  handle(given: HandedIn & { readonly input: Output; readonly stores: object }): Promise<Output | undefined>;
}

/** Types a declaration, and gives it the form the rest of the program reads. `key` is short for `keys: { key }`. */
export const operation = <
  const Name extends string,
  const M extends Members,
  const Target extends KeyTarget<keyof M & string> | undefined = undefined,
  const Targets extends Readonly<Record<string, KeyTarget<keyof M & string>>> = Record<never, never>,
  const U extends Uses = Record<never, never>,
  const P extends PageFacts | undefined = undefined,
>(declaration: {
  readonly name: Name;
  readonly input: M;
  readonly key?: Target;
  readonly keys?: Targets;
  readonly conditions?: Readonly<Record<string, ConditionSource<keyof M & string>>>;
  readonly permissions?: Permissions<keyof M & string>;
  readonly audit: AuditFacts<keyof M & string>;
  readonly uses?: U;
  readonly recipient?: RecipientFacts<keyof M & string>;
  readonly page?: P;
  readonly refused?: string;
  check?(input: InputOf<M>, region: string): void;
  handle(given: Arguments<M, Target, Targets, U, P>): Promise<Output | undefined>;
}): Operation<Name> => {
  const { key, keys = {}, conditions = {}, permissions = {}, uses = {}, ...rest } = declaration;
  return { ...rest, keys: key ? { key, ...keys } : keys, conditions, permissions, uses };
};

/**
 * Types the declaration of an operation that AWS has and this service cannot serve: its input, its caller and the
 * permission are judged and on record like those of any other, then it is refused with UnsupportedOperationException.
 */
export const refusedOperation = <const Name extends string>(
  declaration: Pick<Operation<Name>, 'name' | 'input' | 'audit'> & {
    readonly page?: PageFacts;
    readonly refused: string;
  },
): Operation<Name> =>
  operation({
    ...declaration,
    async handle() {
      throw new KmsError('UnsupportedOperationException', declaration.refused);
    },
  });
