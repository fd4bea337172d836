import { KmsError } from './errors.ts';
import type { Tag } from './key-record.ts';

const mostTags = 50;

/**
 * The rules of tags on a key. https://docs.aws.amazon.com/kms/latest/developerguide/tagging-keys.html
 * @throws {KmsError} TagException
 */
export const checkTags = (tags: readonly Tag[]): void => {
  if (tags.some(({ TagKey }) => TagKey.toLowerCase().startsWith('aws:'))) {
    throw new KmsError('TagException', 'Tags beginning with aws: are reserved');
  }
  if (new Set(tags.map(({ TagKey }) => TagKey)).size < tags.length) {
    throw new KmsError('TagException', 'Duplicate tag keys');
  }
  if (tags.length > mostTags) throw new KmsError('TagException', 'Too many tags');
};

/** The tags after new ones were added, by key; a new value replaces the old. */
export const mergeTags = (present: readonly Tag[], added: readonly Tag[]): readonly Tag[] =>
  [...new Map([...present, ...added].map((tag) => [tag.TagKey, tag])).values()].sort((a, b) =>
    a.TagKey < b.TagKey ? -1 : 1,
  );
