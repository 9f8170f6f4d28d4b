/** Whose function of this program runs: a call made in there must reach the worker that waits for it. */

import { AsyncLocalStorage } from 'node:async_hooks';
import type { HandleOwner } from './handle';

/** The objects of the worker that called, which stand for the worker. */
export const callbackContext = new AsyncLocalStorage<HandleOwner>();
