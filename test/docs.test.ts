import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = globSync(['*.md', 'docs/**/*.md', 'exercises/**/*.md'], { cwd: root });

const linked = /\]\(([^)\s]+)\)/g;
const withoutCode = (text: string) => text.replaceAll(/```.*?```|`[^`\n]*`/gs, '');

/** As GitHub makes them of headings: https://docs.github.com/en/get-started/writing-on-github */
const anchorsOf = (text: string) =>
  [...text.replaceAll(/```.*?```/gs, '').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('the documentation', () => {
  it.each(pages)('has no link inside the project that leads nowhere: %s', (page) => {
    const text = readFileSync(join(root, page), 'utf8');
    const broken = [...withoutCode(text).matchAll(linked)]
      .map(([, target = '']) => target)
      .filter((target) => !/^(https?:|mailto:)/.test(target))
      .filter((target) => {
        const [path = '', anchor] = target.split('#');
        const file = path === '' ? join(root, page) : join(root, dirname(page), path);
        if (!existsSync(file)) return true;
        return anchor !== undefined && !anchorsOf(readFileSync(file, 'utf8')).includes(anchor);
      });
    expect(broken).toEqual([]);
  });
});
