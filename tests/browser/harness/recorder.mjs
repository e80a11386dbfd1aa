// A proxy that sees every byte between a browser and everyone else, and writes all of it down. Requests to other hosts go nowhere.

import { once } from "node:events";
import http from "node:http";

import { until } from "./patience.mjs";

/**
 * @typedef {object} Exchange
 * @property {string} method @property {string} url @property {string[]} headers Name, value, name, value, … as they were sent.
 * @property {Buffer} body
 * @property {number} [status] @property {string[]} [answerHeaders]
 */

/** Starts a proxy that lets requests to these hosts through. */
export async function record(...hosts) {
  const recorder = new Recorder(hosts);
  await recorder.listen();
  return recorder;
}

class Recorder {
  /** @type {Exchange[]} In the order in which they were sent. */
  exchanges = [];
  /** Hosts to which a tunnel was asked for. */
  tunnels = [];

  #server = http.createServer((request, response) => this.#pass(request, response));
  #hosts;
  #held;

  constructor(hosts) {
    this.#hosts = hosts;
    this.#server.on("connect", (request, socket) => {
      this.tunnels.push(request.url);
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
  }

  async listen() {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  /** What a browser is told about its network: this proxy, also for the machine itself. */
  get proxy() {
    return { server: `http://127.0.0.1:${this.#server.address().port}`, bypass: "<-loopback>" };
  }

  async stop() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  /** Holds requests whose path matches back from the server. They count as sent when they are let go. */
  hold(path) {
    let letGo;
    this.#held = { path, until: new Promise((resolve) => (letGo = resolve)) };
    return () => {
      this.#held = undefined;
      letGo();
    };
  }

  /** The exchanges with a method and a path. */
  of(method, path) {
    return this.exchanges.filter((one) => one.method === method && path.test(new URL(one.url).pathname));
  }

  /** Waits for an exchange that was answered. */
  answered(method, path) {
    return until(`${method} ${path}`, () => this.of(method, path).find((one) => one.status !== undefined));
  }

  async #pass(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const exchange = { method: request.method, url: request.url, headers: request.rawHeaders, body: Buffer.concat(chunks) };
    const url = new URL(request.url);
    if (this.#held?.path.test(url.pathname)) await this.#held.until;
    this.exchanges.push(exchange);
    if (!this.#hosts.includes(url.host)) return void response.writeHead(502).end();
    const onwards = http.request(url, { method: request.method, headers: request.rawHeaders }, (answer) => {
      Object.assign(exchange, { status: answer.statusCode, answerHeaders: answer.rawHeaders });
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(response);
    });
    onwards.on("error", () => response.destroy());
    response.on("close", () => onwards.destroy());
    onwards.end(exchange.body);
  }
}

/** A header's value, undefined where there is none. */
export function header(headers, name) {
  const index = headers.findIndex((one, at) => at % 2 === 0 && one.toLowerCase() === name);
  return index < 0 ? undefined : headers[index + 1];
}
