import { describe, expect, it } from 'vitest';
import { policyText, printPolicy } from '../../../core/model/policy-text.ts';

const statement = {
  Sid: 'a "quoted" [ { name, \\ : } ]',
  Effect: 'Allow',
  Principal: { AWS: ['arn:aws:iam::111122223333:root', 'arn:aws:iam::111122223333:user/alice'] },
  Action: ['kms:Encrypt'],
  NotAction: [],
  Resource: '*',
  Condition: { Bool: { 'kms:GrantIsForAWSResource': true }, Null: {} },
};
const policy = { Version: '2012-10-17', Statement: [statement, { Effect: 'Deny' }] };

const printed = `{
  "Version" : "2012-10-17",
  "Statement" : [ {
    "Sid" : "a \\"quoted\\" [ { name, \\\\ : } ]",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : [ "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:user/alice" ]
    },
    "Action" : [ "kms:Encrypt" ],
    "NotAction" : [ ],
    "Resource" : "*",
    "Condition" : {
      "Bool" : {
        "kms:GrantIsForAWSResource" : true
      },
      "Null" : { }
    }
  }, {
    "Effect" : "Deny"
  } ]
}`;

const print = (document: string) => printPolicy(document, 32_768);

it('prints a policy as AWS prints it', () => {
  expect(policyText(policy)).toBe(printed);
});

it.each([
  JSON.stringify(policy),
  JSON.stringify(policy, undefined, 2),
  JSON.stringify(policy, undefined, '\t'),
  ` \r\n${printed.replaceAll('\n', '\r\n\r\n')}\t `,
  printed,
])('prints it so however it was written (%#)', (document) => {
  expect(print(document)).toBe(printed);
});

describe('what was written stays', () => {
  it.each([
    ['a name that comes twice', '{"Statement":[],"a":1,"a":2}', '{\n  "Statement" : [ ],\n  "a" : 1,\n  "a" : 2\n}'],
    ['the order of names that are numbers', '{"b":0,"2":0,"1":0}', '{\n  "b" : 0,\n  "2" : 0,\n  "1" : 0\n}'],
    ['a name that objects inherit', '{"__proto__":{"a":null}}', '{\n  "__proto__" : {\n    "a" : null\n  }\n}'],
    ['numbers that no double holds', '[12345678901234567890,1e400,-0.10]', '[ 12345678901234567890, 1e400, -0.10 ]'],
    ['how strings are escaped', '["\\u0041\\/\\u4e2d\\ud800", "é \\""]', '[ "\\u0041\\/\\u4e2d\\ud800", "é \\"" ]'],
  ])('%s', (_, document, shown) => {
    expect(print(document)).toBe(shown);
    expect(print(shown)).toBe(shown);
    expect(JSON.parse(shown)).toEqual(JSON.parse(document));
  });
});

describe('a document that is too long when printed', () => {
  it('stays as it is', () => {
    const document = '{"é":["é"]}';
    const shown = '{\n  "é" : [ "é" ]\n}';
    expect(printPolicy(document, Buffer.byteLength(shown))).toBe(shown);
    expect(printPolicy(document, Buffer.byteLength(shown) - 1)).toBe(document);
  });

  it('is not printed to the end, however deep it goes', () => {
    const depth = 6000;
    const document = `${'{"":'.repeat(depth)}0${'}'.repeat(depth)}`;
    expect(print(document)).toBe(document);
  });
});
