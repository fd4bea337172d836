import type { Context } from './start/toy-kms.ts';

/** Pairs of contexts that are not the same, and that some way of joining texts takes for the same. */
export const lookalikes: readonly (readonly [Context, Context])[] = [
  [{ tenant: 'acmewest' }, { tenant: 'acme', west: '' }],
  [{ ab: 'c' }, { a: 'bc' }],
  [{ a: 'b', c: 'd' }, { a: 'bcd' }],
  [{ a: 'b', c: 'd' }, { a: 'b,c=d' }],
  [{ a: 'b', c: 'd' }, { a: 'b&c=d' }],
  [{ a: 'b', c: 'd' }, { a: 'b;c=d' }],
  [{ a: 'b', c: 'd' }, { a: 'b\nc=d' }],
  [{ a: 'b', c: 'd' }, { a: 'b\u0000c\u0000d' }],
  [{ 'a=b': 'c' }, { a: 'b=c' }],
  [{ 'a:b': 'c' }, { a: 'b:c' }],
  [{ 'a,b': 'c' }, { a: 'b,c' }],
  [{ 'a|b': 'c' }, { a: 'b|c' }],
  [{ 'a\u0000b': 'c' }, { a: 'b\u0000c' }],
  [{ 'a":"b': 'c' }, { a: 'b":"c' }],
  [{ a: 'b","c":"d' }, { a: 'b', c: 'd' }],
  [
    { a: 'b', c: 'd' },
    { a: 'd', c: 'b' },
  ],
  [{ a: 'b' }, { b: 'a' }],
  [{ a: 'b' }, { A: 'b' }],
  [{ a: '' }, {}],
  [{ a: '', b: '' }, { ab: '' }],
  [{ '1': '11' }, { '11': '1' }],
  [{ a: '1b' }, { a1: 'b' }],
  [{ a: 'é' }, { a: 'e\u0301' }],
  [{ a: '\u00e9' }, { a: '\u00c3\u00a9' }],
];

/** The same context twice, with its names in another order. */
export const same: readonly (readonly [Context, Context])[] = [
  [{}, {}],
  [{ tenant: 'acme' }, { tenant: 'acme' }],
  [
    { tenant: 'acme', purpose: 'invoice', year: '2026' },
    { year: '2026', tenant: 'acme', purpose: 'invoice' },
  ],
  [
    { b: '2', a: '1', ü: 'x', '🔑': '=' },
    { '🔑': '=', ü: 'x', a: '1', b: '2' },
  ],
];
