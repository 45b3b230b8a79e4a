/** Headers that tell browsers what the page may do. */
import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";

/**
 * Sets the security headers of every response. All scripts, styles and connections come from the server
 * itself; hls.js plays through blob: URLs, and pictures are blob: and data: URLs. hls.js needs no Worker from
 * a blob: URL, because its ES module has none built in. Sockets to the same host are covered by 'self'
 * (Content Security Policy Level 3, section 6.7.2.8).
 *
 * Referrer-Policy is not no-referrer, because with it browsers send the login form with the origin "null".
 * HSTS is left to the proxy that terminates TLS.
 */
export function securityHeaders(): MiddlewareHandler {
  const apply = secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", "blob:", "data:"],
      mediaSrc: ["'self'", "blob:"],
      connectSrc: ["'self'"],
      workerSrc: ["'self'"],
      objectSrc: ["'none'"],
      frameSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
    permissionsPolicy: {
      camera: ["self"],
      fullscreen: ["self"],
      displayCapture: [],
      geolocation: [],
      microphone: [],
      payment: [],
      usb: [],
    },
    referrerPolicy: "same-origin",
    originAgentCluster: false,
    strictTransportSecurity: false,
    xDownloadOptions: false,
    xFrameOptions: "DENY",
  });
  return async (c, next) => {
    await next();
    // The response of an upgraded connection can no longer be modified.
    if (c.res.status !== 101) await apply(c, () => Promise.resolve());
  };
}
