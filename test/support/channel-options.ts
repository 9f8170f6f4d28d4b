/** Options of channels for tests: narrow limits, which a test meets with a few calls. */

import { CallTimes } from '../../src/channel/call-times';
import type { ChannelOptions } from '../../src/channel/channel';

export const CHANNEL_OPTIONS: ChannelOptions = {
  maxInFlight: 2,
  maxQueue: 3,
  maxFrameBytes: 100,
  callTimeout: 0,
  cancelTimeout: 0,
  int: 'auto',
  times: new CallTimes(),
  eager: false,
};
