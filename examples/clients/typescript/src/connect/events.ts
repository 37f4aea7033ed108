// A server stream: for as long as one access token lives, and for longer.
import { createClient, type Transport } from '@connectrpc/connect';
import { Events, type Event } from '../../gen/es/events/v1/events_pb.js';
import { follow, type TokenSource } from '../follow.js';

export async function stream(transport: Transport): Promise<string> {
  return printed(createClient(Events, transport).follow({}));
}

// `transport` brings no credentials of its own: each stream has the token that it is opened with.
export async function followed(transport: Transport, tokens: TokenSource): Promise<string> {
  return printed(follow(transport, tokens));
}

async function printed(events: AsyncIterable<Event>): Promise<string> {
  for await (const { number, text } of events) console.log(`event: ${number} ${text}`);
  return 'no more events';
}
