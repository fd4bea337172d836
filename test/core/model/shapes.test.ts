import { describe, expect, expectTypeOf, it } from 'vitest';
import { KmsError } from '../../../core/model/errors.ts';
import { readMembers } from '../../../core/model/read-shape.ts';
import {
  blob,
  flag,
  type InputOf,
  integer,
  list,
  type Members,
  oneOf,
  optional,
  refused,
  structure,
  text,
  textMap,
  timestamp,
  withDefault,
} from '../../../core/model/shapes.ts';

const read = (members: Members, json: string) => readMembers(members, JSON.parse(json));
const refusal = expect.objectContaining({ name: 'SerializationException' });
const refuses = (members: Members, json: string) => expect(() => read(members, json)).toThrow(refusal);

describe('reading the JSON of a request', () => {
  it('gives the values of all shapes', () => {
    const members = {
      Text: text({}),
      Bytes: blob({ min: 0, max: 9 }),
      Count: integer({ min: 0, max: 9 }),
      Flag: flag(),
      List: list(blob({ min: 0, max: 9 })),
      Context: textMap(),
      Tag: structure({ TagKey: text({}) }),
    };
    const json =
      '{"Text":"ä","Bytes":"AAE=","Count":-1,"Flag":false,"List":["AA==",""],"Context":{"a":"b"},"Tag":{"TagKey":"k","x":1}}';
    expect(read(members, json)).toEqual({
      Text: 'ä',
      Bytes: Buffer.of(0, 1),
      Count: -1,
      Flag: false,
      List: [Buffer.of(0), Buffer.alloc(0)],
      Context: { a: 'b' },
      Tag: { TagKey: 'k' },
    });
  });

  it.each([
    ['0', '1970-01-01T00:00:00.000Z'],
    ['1798761600', '2027-01-01T00:00:00.000Z'],
    ['1798761600.125', '2027-01-01T00:00:00.125Z'],
    ['1798761600.0004', '2027-01-01T00:00:00.000Z'],
    ['1.7987616e9', '2027-01-01T00:00:00.000Z'],
    ['-1.5', '1969-12-31T23:59:58.500Z'],
    ['8640000000000', '+275760-09-13T00:00:00.000Z'],
  ])('takes %s seconds for the instant %s', (json, instant) => {
    expect(read({ At: timestamp() }, `{"At":${json}}`)).toEqual({ At: new Date(instant) });
  });

  it.each(['"1798761600"', '"2027-01-01T00:00:00Z"', 'true', '[]', '{}', '8640000000001', '1e308', '-1e300'])(
    'takes %s for no instant',
    (json) => refuses({ At: timestamp() }, `{"At":${json}}`),
  );

  it('drops what it does not know, and what every object inherits', () => {
    const members = { constructor: optional(text({})), toString: optional(text({})), KeyId: text({}) };
    expect(read(members, '{"KeyId":"k","Unknown":1}')).toEqual({ KeyId: 'k' });
  });

  it('takes null for absent', () => {
    const members = { KeyId: optional(text({})), Kind: withDefault(oneOf(['A', 'B']), 'B') };
    expect(read(members, '{"KeyId":null,"Kind":null}')).toEqual({ Kind: 'B' });
  });

  it('fills in defaults only where nothing was sent', () => {
    const members = { Kind: withDefault(oneOf(['A', 'B']), 'B'), Days: withDefault(integer({ min: 1, max: 9 }), 3) };
    expect(read(members, '{}')).toEqual({ Kind: 'B', Days: 3 });
    expect(read(members, '{"Kind":"","Days":0}')).toEqual({ Kind: '', Days: 0 });
  });

  it('takes numbers and booleans in a map for the texts they are written as', () => {
    const members = { Context: textMap() };
    expect(read(members, '{"Context":{"a":1,"b":true,"c":1.5}}')).toEqual({ Context: { a: '1', b: 'true', c: '1.5' } });
  });

  it('keeps a pair named __proto__ a pair', () => {
    const { Context } = read({ Context: textMap() }, '{"Context":{"__proto__":"x"}}');
    expect(Object.entries(Context as object)).toEqual([['__proto__', 'x']]);
    expect(Object.getPrototypeOf(Context)).toBe(Object.prototype);
  });

  it.each(['1.5', '2147483648', '-2147483649', '1e300', '"1"'])('refuses %s as an integer', (value) => {
    refuses({ Count: integer({ min: 0, max: 9 }) }, `{"Count":${value}}`);
  });

  it.each(['2147483647', '-2147483648', '1e2', '-0'])('takes %s for an integer', (value) => {
    expect(read({ Count: integer({ min: 0, max: 9 }) }, `{"Count":${value}}`).Count).toBe(Number(value));
  });

  it.each(['A', 'AAA', 'AA=', 'AA', 'A===', '====', 'AA==AA==', 'A-_A', 'AA A', 'AAAA\\n', 'ÄÄÄÄ'])(
    'refuses the blob "%s", which base64 does not write so',
    (value) => refuses({ Bytes: blob({ min: 0, max: 9 }) }, `{"Bytes":"${value}"}`),
  );

  it('refuses text with an unpaired surrogate, which has no UTF-8 form', () => {
    refuses({ Text: text({}) }, '{"Text":"\\ud800"}');
    refuses({ Context: textMap() }, '{"Context":{"a":"\\udc00"}}');
    refuses({ Context: textMap() }, '{"Context":{"\\ud800":"a"}}');
    expect(read({ Text: text({}) }, '{"Text":"\\ud83d\\udd11"}')).toEqual({ Text: '\u{1F511}' });
  });

  it('refuses null as an element of a list', () => {
    refuses({ List: list(text({})) }, '{"List":[null]}');
  });

  it.each([
    [optional(integer({ min: 0, max: 9 })), '"1"', 'STRING_VALUE can not be converted to an Integer'],
    [optional(text({})), '1', 'NUMBER_VALUE can not be converted to a String'],
    [optional(text({})), 'true', 'TRUE_VALUE can not be converted to a String'],
    [optional(text({})), 'false', 'FALSE_VALUE can not be converted to a String'],
    [optional(text({})), '[]', 'Start of list found where not expected'],
    [optional(text({})), '{}', 'Start of structure or map found where not expected.'],
    [optional(list(text({}))), '"a"', 'Expected list or null'],
    [optional(textMap()), '"a"', 'Expected map or null'],
    [optional(structure({})), '"a"', 'Expected null'],
  ] as const)('tells of %o and %s what AWS tells', (shape, json, message) => {
    expect(() => read({ It: shape }, `{"It":${json}}`)).toThrow(new KmsError('SerializationException', message));
  });

  it('never repeats a value in its error', () => {
    expect(() => read({ Text: text({}) }, '{"Text":{"hunter2":"hunter2"}}')).toThrow(
      /^Start of structure or map found where not expected\.$/,
    );
    expect(() => read({ Bytes: blob({ min: 0, max: 9 }) }, '{"Bytes":"hunter2!"}')).not.toThrow(/hunter2/);
  });
});

it('types what a handler receives', () => {
  const _members = {
    Kind: withDefault(oneOf(['A', 'B']), 'A'),
    Bytes: blob({ min: 0, max: 9 }),
    Count: optional(integer({ min: 0, max: 9 })),
    Tags: list(structure({ TagKey: text({}) })),
    Refused: refused(text({}), 'why'),
  };
  expectTypeOf<InputOf<typeof _members>>().toEqualTypeOf<{
    readonly Kind: 'A' | 'B';
    readonly Bytes: Buffer;
    readonly Count: number | undefined;
    readonly Tags: readonly { readonly TagKey: string }[];
    readonly Refused: string | undefined;
  }>();
  // @ts-expect-error a default must be one of the values
  withDefault(oneOf(['A', 'B']), 'C');
});
