// A server of the tests' own, in memory: each call waits until the test answers it.
import { create, type DescMessage, type DescMethodStreaming, type MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError, type StreamResponse, type Transport } from '@connectrpc/connect';
import { EventSchema, type Event, type FollowRequest } from '../gen/es/events/v1/events_pb.js';
import { ErrorInfoSchema, RetryInfoSchema } from '../gen/es/google/rpc/error_details_pb.js';

// One call. Its answer is what the test says, in that order.
export class Call {
  readonly token: string | undefined;
  readonly after: bigint;
  readonly response: Promise<StreamResponse<DescMessage, DescMessage>>;
  #accept!: (response: unknown) => void;
  #refuse!: (reason: ConnectError) => void;
  #events: (Event | ConnectError | undefined)[] = [];
  #wake = () => {};

  constructor(headers: ConstructorParameters<typeof Headers>[0], { after }: FollowRequest, private readonly signal: AbortSignal) {
    this.token = new Headers(headers).get('authorization')?.replace('Bearer ', '');
    this.after = after;
    this.response = new Promise((accept, refuse) => {
      this.#accept = accept as (response: unknown) => void;
      this.#refuse = refuse;
    });
    signal.addEventListener('abort', () => {
      this.#refuse(closed());
      this.#wake();
    });
  }

  get isClosed(): boolean {
    return this.signal.aborted;
  }

  // Sends the head.
  accept(expiresIn?: number): this {
    const header = new Headers(expiresIn === undefined ? {} : { 'sekisho-expires-in': String(expiresIn) });
    this.#accept({ header, message: this.#messages(), trailer: new Headers() });
    return this;
  }

  // `retryAfter` is in seconds.
  refuse(code: Code, reason?: string, retryAfter?: number): void {
    this.#refuse(status(code, reason, retryAfter));
  }

  send(...numbers: number[]): this {
    return this.#push(...numbers.map((number) => create(EventSchema, { number: BigInt(number) })));
  }

  // Sends the trailers: OK, where there is no code.
  end(code?: Code, reason?: string): void {
    this.#push(code === undefined ? undefined : status(code, reason));
  }

  #push(...events: (Event | ConnectError | undefined)[]): this {
    this.#events.push(...events);
    this.#wake();
    return this;
  }

  async *#messages(): AsyncGenerator<Event> {
    for (;;) {
      if (this.isClosed) throw closed();
      if (this.#events.length === 0) await new Promise<void>((wake) => (this.#wake = wake));
      else {
        const event = this.#events.shift();
        if (event === undefined) return;
        if (event instanceof ConnectError) throw event;
        yield event;
      }
    }
  }
}

export class Server implements Transport {
  readonly calls: Call[] = [];

  async unary(): Promise<never> {
    throw new Error('only streams are called');
  }

  async stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodStreaming<I, O>,
    signal: AbortSignal | undefined,
    _timeout: number | undefined,
    headers: ConstructorParameters<typeof Headers>[0],
    input: AsyncIterable<MessageInitShape<I>>,
  ): Promise<StreamResponse<I, O>> {
    for await (const request of input) {
      const call = new Call(headers, create(method.input, request) as unknown as FollowRequest, signal!);
      this.calls.push(call);
      return call.response as unknown as Promise<StreamResponse<I, O>>;
    }
    throw new Error('no request');
  }

  get newest(): Call {
    const call = this.calls.at(-1);
    if (call === undefined) throw new Error('no call was made');
    return call;
  }
}

function closed(): ConnectError {
  return new ConnectError('closed by the client', Code.Canceled);
}

// As Sekisho refuses, where there is a reason.
function status(code: Code, reason?: string, retryAfter?: number): ConnectError {
  const info = { desc: ErrorInfoSchema, value: { reason: reason ?? '', domain: 'sekisho' } };
  const retry = { desc: RetryInfoSchema, value: { retryDelay: { seconds: BigInt(retryAfter ?? 0) } } };
  const details = [...(reason === undefined ? [] : [info]), ...(retryAfter === undefined ? [] : [retry])];
  return new ConnectError('told by the test', code, undefined, details);
}
