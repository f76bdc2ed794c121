/** Waits for a person who signs in on another device (RFC 8628): asks the provider again and again, as slowly as it wants. */

import type { DeviceBegun, ProviderClient } from './provider-client.js';
import { providerFailure } from './provider-failure.js';
import type { Given } from './token-answer.js';
import type { OauthWorld } from './world.js';

/** Milliseconds that "slower" adds. */
const SLOWER = 5_000;

/**
 * @param stopped looked at before each question; true: nobody waits any more.
 * @returns null: nobody came in time, or nobody waits any more.
 * @throws ProviderFailure: a refusal, or an answer that is none. One that gives no answer is asked again, more slowly.
 */
export async function waitForDevice(
  { timers }: Pick<OauthWorld, 'timers'>,
  client: Pick<ProviderClient, 'askDevice'>,
  begun: Pick<DeviceBegun, 'deviceCode' | 'interval' | 'life'>,
  scopes: readonly string[],
  stopped: () => boolean,
): Promise<Given | null> {
  const until = timers.now() + begun.life;
  let interval = begun.interval;
  for (;;) {
    await new Promise<void>((resolve) => void timers.after(interval, resolve));
    if (stopped() || timers.now() >= until) return null;
    try {
      const answer = await client.askDevice(begun.deviceCode, scopes);
      if (answer === 'slower') interval += SLOWER;
      else if (answer !== 'pending') return answer;
    } catch (error) {
      const failure = providerFailure(error, 'The provider', '');
      if (failure.code !== 'OAUTH_UNREACHABLE') throw failure;
      interval += SLOWER;
    }
  }
}
