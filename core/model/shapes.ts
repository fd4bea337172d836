/**
 * The vocabulary of operation inputs: each shape is data that the pipeline, the docs and the tests read.
 * Lengths of strings are in UTF-16 code units as AWS's services (Java) count them; lengths of blobs in bytes.
 */
interface Traits {
  readonly optional?: true;
  /** Never written to an audit record, as no blob is, and never shown in a refusal: not even that it is missing. */
  readonly secret?: true;
  /** Why the member is refused here: a request that sends it gets UnsupportedOperationException with this text. */
  readonly refused?: string;
}

export interface TextShape<T extends string = string> extends Traits {
  readonly type: 'string';
  readonly min?: number;
  readonly max?: number;
  /** Matches the whole string, as AWS's patterns do, whether anchored or not. */
  readonly pattern?: string;
  readonly values?: readonly T[];
  /** The values that a refusal names, where AWS names others than it takes. */
  readonly told?: readonly string[];
  readonly default?: T;
}
export interface BlobShape extends Traits {
  readonly type: 'blob';
  readonly min: number;
  readonly max: number;
}
export interface IntegerShape extends Traits {
  readonly type: 'integer';
  readonly min: number;
  readonly max: number;
  readonly default?: number;
}
export interface FlagShape extends Traits {
  readonly type: 'boolean';
}
/** Seconds since the epoch on the wire, fractions allowed; kept to the millisecond. */
export interface TimestampShape extends Traits {
  readonly type: 'timestamp';
}
export interface ListShape<S extends Shape = Shape> extends Traits {
  readonly type: 'list';
  readonly of: S;
  readonly min?: number;
  readonly max?: number;
}
export interface TextMapShape extends Traits {
  readonly type: 'map';
}
export interface StructureShape<M extends Members = Members> extends Traits {
  readonly type: 'structure';
  readonly members: M;
}
export type Shape =
  | TextShape
  | BlobShape
  | IntegerShape
  | FlagShape
  | TimestampShape
  | ListShape
  | TextMapShape
  | StructureShape;
export interface Members {
  readonly [name: string]: Shape;
}

export type TextMap = Readonly<Record<string, string>>;

type Given<S> =
  S extends TextShape<infer T>
    ? T
    : S extends BlobShape
      ? Buffer
      : S extends IntegerShape
        ? number
        : S extends FlagShape
          ? boolean
          : S extends TimestampShape
            ? Date
            : S extends ListShape<infer Of>
              ? readonly Given<Of>[]
              : S extends TextMapShape
                ? TextMap
                : S extends StructureShape<infer M>
                  ? InputOf<M>
                  : never;

/** What a handler receives: required members and those with a default always, optional ones as `| undefined`. */
export type InputOf<M extends Members> = {
  readonly [Name in keyof M]: M[Name] extends { readonly optional: true } ? Given<M[Name]> | undefined : Given<M[Name]>;
};

type Bounds = { readonly min?: number; readonly max?: number; readonly pattern?: string };

export const text = (bounds: Bounds): TextShape => ({ type: 'string', ...bounds });
export const oneOf = <const T extends string>(values: readonly T[]): TextShape<T> => ({ type: 'string', values });
export const blob = (bounds: { min: number; max: number }): BlobShape => ({ type: 'blob', ...bounds });
/** What is encrypted, signed or authenticated. */
export const message = () => secret(blob({ min: 1, max: 4096 }));
export const integer = (bounds: { min: number; max: number }): IntegerShape => ({ type: 'integer', ...bounds });
export const flag = (): FlagShape => ({ type: 'boolean' });
export const timestamp = (): TimestampShape => ({ type: 'timestamp' });
export const list = <S extends Shape>(of: S, bounds: { min?: number; max?: number } = {}): ListShape<S> => ({
  type: 'list',
  of,
  ...bounds,
});
export const textMap = (): TextMapShape => ({ type: 'map' });
export const structure = <const M extends Members>(members: M): StructureShape<M> => ({ type: 'structure', members });

export const optional = <S extends Shape>(shape: S): S & { readonly optional: true } => ({ ...shape, optional: true });
/** The member is never absent: without it, `value` is in force, for policies and audit too. */
export const withDefault = <S extends TextShape | IntegerShape>(shape: S, value: NonNullable<S['default']>): S => ({
  ...shape,
  default: value,
});
export const secret = <S extends Shape>(shape: S): S & { readonly secret: true } => ({ ...shape, secret: true });
/** A member that AWS has and this service cannot serve: its form is checked, then it is refused, never ignored. */
export const refused = <S extends Shape>(
  shape: S,
  reason: string,
): S & { readonly optional: true; refused: string } => ({
  ...shape,
  optional: true,
  refused: reason,
});

/** A key id, key ARN, alias name or alias ARN. */
export const keyId = () => text({ min: 1, max: 2048, pattern: '^\\p{ASCII}+$' });
/** The pattern admits a colon, which the service refuses later, as AWS does. */
export const aliasName = () => text({ min: 1, max: 256, pattern: '^[a-zA-Z0-9:/_-]+$' });
/** The ARN of whom a grant is for, or who may retire it. */
export const grantPrincipal = () => text({ min: 1, max: 256, pattern: '^[\\w+=,.@:/-]+$' });
export const servicePrincipal = () =>
  text({ min: 1, max: 128, pattern: '^([A-Za-z0-9\\-]+)\\.([A-Za-z0-9\\-]+)(\\.[A-Za-z0-9\\-]+)+$' });
export const grantId = () => text({ min: 1, max: 128 });
export const regionName = () => text({ min: 1, max: 32, pattern: '^([a-z]+-){2,3}\\d+$' });
export const keyMaterialId = () => text({ min: 64, max: 64, pattern: '^[a-f0-9]+$' });
export const tagKey = () => text({ min: 1, max: 128 });
export const tag = () => structure({ TagKey: tagKey(), TagValue: text({ min: 0, max: 256 }) });
export const keyPolicy = () => text({ min: 1, max: 131_072, pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+' });
export const policyName = () => text({ min: 1, max: 128, pattern: '[\\w]+' });
export const grantToken = () => text({ min: 1, max: 8192 });
/** AWS keeps them out of CloudTrail. */
export const grantTokens = () => secret(optional(list(grantToken(), { min: 0, max: 10 })));
export const dryRunModifiers = () => optional(list(oneOf(['IGNORE_CIPHERTEXT'])));
/** The two members of every paginated request; the pipeline turns them into a `page`. */
export const pageMembers = {
  Limit: optional(integer({ min: 1, max: 1000 })),
  Marker: optional(text({ min: 1, max: 1024, pattern: '[\\u0020-\\u00FF]*' })),
} as const;
/** The attestation document of a Nitro enclave or a NitroTPM. AWS keeps all of it out of `requestParameters`. */
export const recipient = () =>
  secret(
    optional(
      structure({
        KeyEncryptionAlgorithm: optional(oneOf(['RSAES_OAEP_SHA_256'])),
        AttestationDocument: optional(blob({ min: 1, max: 262_144 })),
      }),
    ),
  );
