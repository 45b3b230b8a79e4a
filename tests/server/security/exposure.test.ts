import assert from "node:assert/strict";
import { ReverieError } from "../../../pipeline/errors.ts";
import { checkExposure } from "../../../server/security/exposure.ts";

type Exposure = Parameters<typeof checkExposure>[0];

function refusal(
  { host, withoutToken = false, ...token }: Partial<Exposure> & { host: string },
): string | undefined {
  try {
    checkExposure({ host, withoutToken, ...token });
  } catch (error) {
    assert.ok(error instanceof ReverieError);
    return error.message;
  }
  return undefined;
}

Deno.test("on a loopback address no token is needed", () => {
  for (const host of ["127.0.0.1", "127.1.1.1", "localhost", "::1", "[::1]"]) {
    assert.equal(refusal({ host }), undefined, host);
  }
});

Deno.test("on other addresses a token is demanded, in one line that tells how to go without", () => {
  for (const host of ["0.0.0.0", "::", "192.168.0.2", "reverie.example", "", "128.0.0.1"]) {
    assert.match(refusal({ host }) ?? "", /^--host .*--token.*--no-token[^\n]*$/, host);
    assert.equal(refusal({ host, token: "secret" }), undefined);
    assert.equal(refusal({ host, withoutToken: true }), undefined);
  }
});

Deno.test("tokens that no header could carry are refused", () => {
  for (const token of ["", " ", "two words", "line\nbreak", "schlüssel"]) {
    assert.match(refusal({ host: "127.0.0.1", token }) ?? "", /--token/, token);
  }
  assert.match(refusal({ host: "127.0.0.1", token: "secret", withoutToken: true }) ?? "", /--no-token/);
});
