// tonic-web-wasm-client: tonic's own clients, compiled for the browser from `wasm`.
import init, { stream, unary } from 'wasm/page.js';
import module_or_path from 'wasm/page_bg.wasm';

let ready;

export const tonic = {
  async unary({ address, service, descriptor, deadline, headers }) {
    await (ready ??= init({ module_or_path }));
    return JSON.parse(await unary(address, `/${service.typeName}/${descriptor.name}`, headers.authorization, deadline));
  },

  async stream({ address, text, headers }, onMessage) {
    await (ready ??= init({ module_or_path }));
    return JSON.parse(await stream(address, headers.authorization, text, onMessage));
  },
};
