import { describe, expect, it } from 'vitest';
import { storyOf } from '../../cli/story.ts';
import stories from './stories.json' with { type: 'json' };

describe('the story of', () => {
  it.each(stories.map((story) => [story.it, story] as const))('%s', (_, { record, says }) => {
    expect(storyOf(record).split('\n')).toEqual([...says, '']);
  });
});
