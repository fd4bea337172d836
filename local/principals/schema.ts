import {
  accountId,
  broken,
  type Check,
  instant,
  list,
  object,
  optional,
  plainObject,
  text,
  withDefault,
} from '../check.ts';

/** The members of a principals file, as the IAM API Reference bounds them; all but names, keys and ids may be left out. */

const name = (least: number) =>
  text(new RegExp(`^[\\w+=,.@-]{${least},64}$`), `${least} to 64 letters, digits or any of _+=,.@-`);
const path = withDefault(text(/^\/([\x21-\x7e]{1,510}\/)?$/, 'a path that starts and ends with /'), '/');

// AWS's are of 20 and 40 characters; a lab may choose others
const accessKey = {
  accessKeyId: text(/^\w{16,128}$/, '16 to 128 letters, digits or _'),
  secretAccessKey: text(/^[\x21-\x7e]{16,128}$/, '16 to 128 printable ASCII characters without spaces'),
};

const tagValue = text(/^.{0,256}$/su, 'a text of at most 256 characters');
const tags: Check<Readonly<Record<string, string>>> = (value, path) => {
  const given = Object.entries(plainObject(value ?? {}, path));
  if (given.length > 50) broken(path, 'must be at most 50 tags');
  if (given.some(([key]) => key.length < 1 || key.length > 128)) broken(path, 'must have keys of 1 to 128 characters');
  return Object.fromEntries(given.map(([key, tag]) => [key, tagValue(tag, [...path, key])]));
};

/** What a policy document says is for the policy engine to judge; here it must only be one. */
const policy: Check<object> = (value, path) => {
  const document = plainObject(value, path);
  const { Statement } = document;
  if (typeof Statement !== 'object' || Statement === null) broken(path, 'must be a policy document with a Statement');
  return document;
};
const policies = withDefault(list(policy), []);

const user = object({ name: name(1), path, ...accessKey, tags, policies, boundary: optional(policy) });

const session = object({
  name: name(2),
  ...accessKey,
  sessionToken: text(/^[\x21-\x7e]{1,4096}$/, '1 to 4096 printable ASCII characters without spaces'),
  created: optional(instant),
  expires: optional(instant),
  tags,
  policy: optional(policy),
});

const role = object({
  name: name(1),
  path,
  tags,
  policies,
  boundary: optional(policy),
  sessions: withDefault(list(session), []),
});

const account = object({
  id: accountId,
  users: withDefault(list(user), []),
  roles: withDefault(list(role), []),
  root: optional(object(accessKey)),
});

export const principalsDocument = object({ accounts: list(account) });

export type User = ReturnType<typeof user>;
export type Role = ReturnType<typeof role>;
export type Session = ReturnType<typeof session>;
export type Account = ReturnType<typeof account>;
