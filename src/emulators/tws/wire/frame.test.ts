import { describe, expect, test } from '@jest/globals';
import { encodeFrame, FrameSplitter } from './frame.ts';

const greeting = (range: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(range.length);
  return Buffer.concat([Buffer.from('API\0'), length, Buffer.from(range)]);
};

describe('the frames of the wire', () => {
  test('come whole however the network cuts them', () => {
    const stream = Buffer.concat([
      greeting('v100..193'),
      encodeFrame(['71', '2', '3', '']),
      encodeFrame(['81', '7', 'Zürich']),
    ]);
    for (const size of [1, 3, stream.length]) {
      const splitter = new FrameSplitter();
      const messages: string[][] = [];
      for (let at = 0; at < stream.length; at += size) messages.push(...splitter.push(stream.subarray(at, at + size)));
      expect(messages).toEqual([['v100..193'], ['71', '2', '3', ''], ['81', '7', 'Zürich']]);
    }
  });

  test('are refused without the greeting, and where a length is absurd', () => {
    expect(() => new FrameSplitter().push(Buffer.from('GET /'))).toThrow(/greeting/);
    expect(() => new FrameSplitter().push(Buffer.from('API\0\xff\xff\xff\xff', 'latin1'))).toThrow(/too long/);
  });
});
