import { checkAliasName } from '../../core/model/alias-name.ts';
import { isRegion, parseKeyIdentifier } from '../../core/model/arn.ts';
import type { Tag } from '../../core/model/key-record.ts';
import { keySpecNames, keyUsages, origins } from '../../core/model/key-specs.ts';
import { tag } from '../../core/model/shapes.ts';
import { checkTags } from '../../core/model/tags.ts';
import { createAlias } from '../../lambdas/operations/create-alias.ts';
import { createKey } from '../../lambdas/operations/create-key.ts';
import { enableKeyRotation } from '../../lambdas/operations/enable-key-rotation.ts';
import {
  accountId,
  broken,
  type Check,
  flag,
  instant,
  list,
  newFaults,
  object,
  optional,
  plainObject,
  text,
  withDefault,
} from '../check.ts';
import { healthKey } from '../health.ts';
import { checkAs, integerWithin, memberOf, oneOf, textWithin } from './bounds.ts';

/** The form of a seed file: docs/seed.md. What members mean together, and in files beside it, is `seed-key.ts`'s. */

const keyId: Check<string> = (value, path) => {
  const isId = typeof value === 'string' && parseKeyIdentifier(value)?.kind === 'key' && !value.startsWith('arn:');
  if (!isId || value !== value.toLowerCase())
    return broken(path, 'must be a key id: a UUID in lower case, or mrk- and 32 hex digits, in lower case too');
  return value === healthKey.KeyId ? broken(path, "is the service's own key; take another id") : value;
};

const region: Check<string> = (value, path) =>
  typeof value === 'string' && isRegion(value) ? value : broken(path, 'must be a Region like eu-west-1');

const { TagKey: tagKey, TagValue: tagValue } = tag().members;
const tags: Check<readonly Tag[]> = (value, path) => {
  const faults = newFaults();
  const given = Object.entries(plainObject(value, path)).map(([name, text]) => ({
    TagKey: faults.collect(() => textWithin(tagKey)(name, [...path, name])) ?? '',
    TagValue: faults.collect(() => textWithin(tagValue)(text, [...path, name])) ?? '',
  }));
  faults.end();
  checkAs(path, () => checkTags(given));
  return given;
};

const mostAliases = 50;
const aliasPrefix = text(/^alias\/(?!aws\/)/, 'a name that begins with alias/, and not with alias/aws/');
const alias: Check<string> = (value, path) => {
  const name = textWithin(memberOf(createAlias, 'AliasName'))(aliasPrefix(value, path), path);
  checkAs(path, () => checkAliasName(name));
  return name;
};
const aliases: Check<readonly string[]> = (value, path) => {
  const given = list(alias)(value, path);
  return given.length > mostAliases ? broken(path, `must be at most ${mostAliases}`) : given;
};

const filePath = text(/^.+$/, 'the path of a file, not what it holds');

/** A document, or the path of a file that holds one. */
const policy: Check<string | object> = (value, path) =>
  typeof value === 'string' ? filePath(value, path) : plainObject(value, path);

/** As other programs print bytes: with blanks and line ends among them. */
const bytes =
  (pattern: RegExp, description: string): Check<string> =>
  (value, path) =>
    text(pattern, description)(typeof value === 'string' ? value.replaceAll(/\s/g, '') : value, path);
const hex = bytes(/^(?:[0-9a-f]{2})+$/i, 'bytes as pairs of hex digits');
const base64 = bytes(/^(?=.)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'bytes in base64');
const sources = object({
  hex: optional(hex),
  base64: optional(base64),
  pem: optional(filePath),
});
const material: Check<MaterialSource> = (value, path) => {
  const given = sources(value, path);
  const named = Object.values(given).filter((source) => source !== undefined);
  return named.length === 1 ? given : broken(path, 'must have one of hex, base64 and pem');
};

/** A key by itself, so that what is wrong with one hides nothing that is wrong with another. */
export const keyDocument = object({
  keyId,
  account: optional(accountId),
  region: optional(region),
  keySpec: optional(oneOf(keySpecNames)),
  keyUsage: optional(oneOf(keyUsages)),
  origin: withDefault(oneOf(origins), 'AWS_KMS'),
  description: optional(textWithin(memberOf(createKey, 'Description'))),
  enabled: optional(flag),
  policy: optional(policy),
  tags: withDefault(tags, []),
  aliases: withDefault(aliases, []),
  rotationPeriodInDays: optional(integerWithin(memberOf(enableKeyRotation, 'RotationPeriodInDays'))),
  creationDate: optional(instant),
  material: optional(material),
});

export const seedDocument = object({ keys: list<unknown>((key) => key) });

export type MaterialSource = ReturnType<typeof sources>;
export type KeyDocument = ReturnType<typeof keyDocument>;
