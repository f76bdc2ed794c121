/** Signing in with a real vault against a real authorization server: the service, a browser, and short ways through both flows. */

import { randomBytes } from 'node:crypto';
import type { Test } from 'tap';
import { readOauthFacts } from '../../../daemon/oauth/facts.js';
import { makeOauthService } from '../../../daemon/oauth/service.js';
import type { ConnectWish } from '../../../daemon/oauth/service-types.js';
import type { OauthWorld } from '../../../daemon/oauth/world.js';
import type { Event } from '../../../daemon/parts.js';
import { readCatalogue } from '../../../daemon/providers/catalogue.js';
import type { Connection, SessionId } from '../../../store/index.js';
import { formBrowser } from '../../vendors/form-browser.js';
import type { ProfileId } from '../../vendors/oauth-profiles.js';
import { type OauthServerOptions, startOauthServer } from '../../vendors/oauth-server.js';
import { operator, testVault } from '../vault-fixture.js';

export { operator };
export const PUBLIC = 'http://127.0.0.1:7433';

/** What happened around the service. */
export interface Heard {
  events: Event[];
  counts: { name: string; labels: Record<string, string> }[];
  logs: string[];
  changed: SessionId[];
}

/** A world that is played around what is real: vault, facts, catalogue, network. */
export async function oauthWorld(
  t: Pick<Test, 'testdir' | 'teardown'>,
  more: Partial<OauthWorld> = {},
  directory?: string,
) {
  const { vault, secret, sandbox, ...places } = await testVault(t, directory);
  const heard: Heard = { events: [], counts: [], logs: [], changed: [] };
  const clock = { ahead: 0 };
  const say = (message: string, fields?: unknown) => void heard.logs.push(JSON.stringify([message, fields]));
  const world: OauthWorld = {
    facts: readOauthFacts(),
    providers: readCatalogue(null),
    vault,
    bases: {},
    publicUrl: PUBLIC,
    timers: {
      now: () => Date.now() + clock.ahead,
      after: (ms, run) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
    },
    chance: () => 0.5,
    secretText: () => randomBytes(32).toString('base64url'),
    changed: (sessions) => void heard.changed.push(...sessions),
    events: { emit: (event) => void heard.events.push(event) },
    metrics: { count: (name, labels = {}) => void heard.counts.push({ name, labels }) },
    log: { debug: say, info: say, warn: say, error: say },
    failpoint: async () => undefined,
    ...more,
  };
  return { world, vault, heard, clock, secret, sandbox, ...places };
}

/** Time that runs a thousand times as fast: each wait is over at once, and was as long as it should be. */
export function fastTimers(clock: { ahead: number }): OauthWorld['timers'] {
  return {
    now: () => Date.now() + clock.ahead,
    after: (ms, run) => {
      const timer = setTimeout(() => {
        clock.ahead += ms;
        run();
      }, ms / 1000);
      return () => clearTimeout(timer);
    },
  };
}

/** One provider and a service that goes there. */
export async function signingIn(
  t: Pick<Test, 'testdir' | 'teardown'>,
  profile: ProfileId,
  options: OauthServerOptions = {},
  more: Partial<OauthWorld> = {},
) {
  const server = await startOauthServer(profile, options);
  t.teardown(() => server.close());
  const played = await oauthWorld(t, { bases: { [profile]: server.base }, ...more });
  const service = makeOauthService(played.world);
  t.teardown(() => service.stop());
  const application = () => ({ clientId: server.client.id, clientSecret: Buffer.from(server.client.secret) });
  const wish = (more: Partial<ConnectWish> = {}): ConnectWish => ({
    ...{ provider: profile, flow: 'code' },
    ...application(),
    ...more,
  });

  /** The daemon's own address, as a browser sees it. */
  const depart = (browser: ReturnType<typeof formBrowser>, url: string): string => {
    const { location, cookie } = service.start(url.slice(`${PUBLIC}/oauth/start/`.length));
    browser.take(url, cookie);
    return location;
  };
  /** From the daemon's address to the callback, without going there. */
  const toCallback = async (browser: ReturnType<typeof formBrowser>, fill = {}, asked: Partial<ConnectWish> = {}) => {
    const { connection, authorize } = await service.begin(operator, wish(asked));
    const { url } = await browser.visit(depart(browser, authorize?.url ?? ''), `${PUBLIC}/oauth/callback`, fill);
    return { connection, url };
  };
  const connect = async (asked: Partial<ConnectWish> = {}): Promise<Connection> => {
    const browser = formBrowser();
    const { url } = await toCallback(browser, {}, asked);
    return (await service.callback(url, browser.cookies(url.href))).connection;
  };
  const value = (name: string): string => {
    const { value: bytes } = played.vault.secrets.reveal(operator, name, 'a test');
    return Buffer.from(bytes).toString();
  };
  return { ...played, server, service, wish, depart, toCallback, connect, value };
}
