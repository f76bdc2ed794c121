/** A browser without a screen: keeps cookies, follows redirects, and sends the one form of each page. For sign-ins in tests. */

/** Where it stopped. */
export interface Stop {
  url: URL;
  /** Absent: it was sent to an address it was told to stop at. */
  page?: string;
}

export interface FormBrowser {
  /** Goes on until a page has no form, or an address begins with `until`. @param fill values and buttons for forms */
  visit(url: string, until: string, fill?: Record<string, string>): Promise<Stop>;
  /** The `Cookie` header for a place. */
  cookies(url: string): string;
  /** As if `Set-Cookie` had come from there. */
  take(url: string, cookie: string): void;
}

export function formBrowser(): FormBrowser {
  const jar = new Map<string, Map<string, string>>();
  const take = (url: string, cookie: string): void => {
    const [pair = '', ...attributes] = cookie.split(';');
    const at = pair.indexOf('=');
    const path = attributes.map((one) => /^\s*path=(.+)$/i.exec(one)?.[1]).find((one) => one !== undefined) ?? '/';
    // As RFC 6265 has it, a cookie is of a host, whatever the port.
    const key = `${new URL(url).hostname}${path}`;
    const cookies = jar.get(key) ?? new Map<string, string>();
    cookies.set(pair.slice(0, at), pair.slice(at + 1));
    jar.set(key, cookies);
  };
  const cookies = (url: string): string => {
    const { hostname, pathname } = new URL(url);
    return [...jar]
      .filter(([key]) => `${hostname}${pathname}`.startsWith(key))
      .flatMap(([, found]) => [...found].map(([name, value]) => `${name}=${value}`))
      .join('; ');
  };

  return {
    cookies,
    take,
    async visit(start, until, fill = {}) {
      let next: { url: string; body?: URLSearchParams } = { url: start };
      for (let steps = 0; steps < 30; steps += 1) {
        if (next.url.startsWith(until)) return { url: new URL(next.url) };
        const answer: Response = await fetch(next.url, {
          ...{ redirect: 'manual', headers: { cookie: cookies(next.url) } },
          ...(next.body === undefined ? {} : { method: 'POST', body: next.body }),
        });
        for (const cookie of answer.headers.getSetCookie()) take(next.url, cookie);
        const location = answer.headers.get('location');
        const page = await answer.text();
        if (location !== null) next = { url: new URL(location, next.url).href };
        else {
          const form = formIn(page, next.url, fill);
          if (form === null) return { url: new URL(next.url), page };
          next = form;
        }
      }
      throw new Error(`no end of redirects and forms from ${new URL(start).origin}`);
    },
  };
}

function formIn(
  page: string,
  base: string,
  fill: Record<string, string>,
): { url: string; body: URLSearchParams } | null {
  const form = /<form[^>]*>/i.exec(page)?.[0];
  if (form === undefined) return null;
  const body = new URLSearchParams();
  for (const [input] of page.matchAll(/<input[^>]*>/gi)) {
    const name = attribute(input, 'name');
    if (name !== null) body.set(name, fill[name] ?? attribute(input, 'value') ?? '');
  }
  for (const [name, value] of Object.entries(fill)) if (page.includes(`name="${name}"`)) body.set(name, value);
  return { url: new URL(attribute(form, 'action') ?? base, base).href, body };
}

function attribute(tag: string, name: string): string | null {
  const found = new RegExp(`\\s${name}=(?:"([^"]*)"|'([^']*)')`, 'i').exec(tag);
  return found === null ? null : (found[1] ?? found[2] ?? '').replaceAll('&amp;', '&');
}
