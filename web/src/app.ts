// What the page does: holds the model, acts on it, and has it drawn.
import { type Api, namedScopes } from './apis';
import { type Call, caller } from './call';
import { responseIn } from './callback';
import { type Config, loadConfig } from './config';
import { type Errand, Issuer } from './issuer';
import { type Language, loadLanguage, saveLanguage } from './language';
import type { Actions, CallResult, Model } from './model';
import { type Problem, problemOf, renewalProblemOf } from './problem';
import { renewAt, retryDelay } from './renewal';
import { asAsked, stepUp, withoutIdentity } from './scopes';
import { forgetSession, isExpired, loadSession, saveSession, type Session } from './session';
import { type PageView, page } from './view/page';

const now = () => Date.now() / 1000;

export class App implements Actions {
  readonly #view: PageView;
  #model: Model;
  #issuer: Issuer | undefined;
  #call: Call | undefined;
  #renewAt = Number.POSITIVE_INFINITY;
  #failures = 0;

  constructor(
    root: HTMLElement,
    private readonly apis: readonly Api[],
  ) {
    const language = loadLanguage(localStorage, navigator.languages);
    this.#model = { language, expired: false, busy: true, chosen: [], calls: new Map() };
    this.#view = page(root, apis, this);
    this.#change({});
  }

  async start(): Promise<void> {
    const response = responseIn(location.href);
    // Neither a reload nor the history is to bring the answer again.
    if (response) history.replaceState(null, '', location.pathname);
    try {
      this.#configure(await loadConfig());
    } catch {
      return this.#change({ busy: false, problem: { kind: 'configuration' } });
    }
    if (response) await this.#finish(response);
    this.#change({ busy: false });
    setInterval(() => this.#tick(), 1000);
    document.addEventListener('visibilitychange', () => this.#tick());
    // Back from the issuer by the browser's own button, to the page as it was left.
    window.addEventListener('pageshow', ({ persisted }) => persisted && this.#change({ busy: false }, 'notice'));
  }

  // --- logging in and out -------------------------------------------------------------------------------

  logIn(): void {
    void this.#goToIssuer(this.#model.chosen, {});
  }

  renew(): void {
    void this.#goToIssuer(withoutIdentity(this.#model.session?.granted ?? []), {});
  }

  remedy(api: string): void {
    const state = this.#model.calls.get(api);
    const outcome = state === undefined || state === 'calling' ? undefined : state.outcome;
    const missing = outcome?.kind === 'refused' ? outcome.missing : [];
    void this.#goToIssuer(stepUp(missing, this.#model.session?.granted ?? []), { api });
  }

  logOut(): void {
    void this.#leave();
  }

  async #goToIssuer(scopes: readonly string[], errand: Errand): Promise<void> {
    const { busy, config } = this.#model;
    if (!this.#issuer || !config || busy) return;
    this.#change({ busy: true, notice: { kind: 'goingToIssuer' } }, 'problem');
    const asked = asAsked(scopes, config.scopePrefix, namedScopes(this.apis));
    try {
      location.assign(await this.#issuer.logInUrl(asked, errand));
    } catch (error) {
      this.#change({ busy: false, problem: problemOf(error) }, 'notice');
    }
  }

  async #finish(response: Parameters<Issuer['finish']>[0]): Promise<void> {
    if (!this.#issuer) return;
    try {
      const { session, errand } = await this.#issuer.finish(response);
      this.#hold(session);
      this.#change({ busy: false, notice: { kind: 'loggedIn', name: session.name } }, 'problem');
      if (errand.api !== undefined) this.#view.focusCall(errand.api);
    } catch (error) {
      this.#change({ problem: problemOf(error) });
    }
  }

  // What this page holds is forgotten first, whatever becomes of the rest.
  async #leave(): Promise<void> {
    const { session } = this.#model;
    if (!this.#issuer || !session || this.#model.busy) return;
    forgetSession(sessionStorage);
    this.#renewAt = Number.POSITIVE_INFINITY;
    this.#change({ busy: true, expired: false, calls: new Map() }, 'session', 'problem', 'notice');
    const where = await this.#issuer.logOut(session).catch(() => undefined);
    if (where?.kind === 'redirect') return location.assign(where.url);
    this.#change({ busy: false, notice: { kind: where ? 'loggedOutHereOnly' : 'loggedOutIssuerDown' } });
    this.#view.focusLogIn();
  }

  // --- the token's time -----------------------------------------------------------------------------------

  #tick(): void {
    const { session, expired } = this.#model;
    if (!session) return;
    if (now() >= this.#renewAt) void this.#renewSilently(session);
    if (isExpired(session, now()) !== expired) this.#expire();
    this.#view.tick(this.#model, now());
  }

  #expire(): void {
    const { session, problem } = this.#model;
    const waiting = session?.refreshToken !== undefined && problem?.kind === 'renewalDelayed';
    const told: Problem = waiting ? problem : { kind: 'expired' };
    this.#change({ expired: true, problem: told }, 'notice');
  }

  async #renewSilently(session: Session): Promise<void> {
    this.#renewAt = Number.POSITIVE_INFINITY;
    try {
      const renewed = await this.#issuer?.renew(session);
      // Who has logged out meanwhile gave back the token before this one.
      if (renewed && this.#model.session !== session) await this.#issuer?.giveBack(renewed);
      if (!renewed || this.#model.session !== session) return;
      this.#hold(renewed);
      this.#change({ notice: { kind: 'renewed' } }, 'problem');
    } catch (error) {
      if (this.#model.session === session) this.#renewalFailed(session, renewalProblemOf(error));
    }
  }

  #renewalFailed(session: Session, problem: Problem): void {
    if (problem.kind === 'renewalDelayed') {
      this.#failures += 1;
      this.#renewAt = now() + retryDelay(this.#failures);
    } else {
      const { refreshToken: _refused, ...rest } = session;
      this.#hold(rest);
    }
    const over = this.#model.expired && problem.kind === 'renewalRefused';
    this.#change({ problem: over ? { kind: 'expired' } : problem }, 'notice');
  }

  #hold(session: Session): void {
    saveSession(sessionStorage, session);
    this.#adopt(session);
  }

  #adopt(session: Session): void {
    const { refreshToken, expiresAt } = session;
    const renewable = refreshToken !== undefined && expiresAt !== undefined;
    this.#renewAt = renewable ? renewAt(expiresAt, now()) : Number.POSITIVE_INFINITY;
    this.#failures = 0;
    this.#change({ session, expired: isExpired(session, now()) });
  }

  // --- calls ------------------------------------------------------------------------------------------------

  call(id: string): void {
    const api = this.apis.find((each) => each.id === id);
    if (api) void this.#make(api);
  }

  async #make(api: Api): Promise<void> {
    const { session } = this.#model;
    if (!session || !this.#call) return;
    this.#answer(api, 'calling');
    const started = performance.now();
    const outcome = await this.#call(api, session.accessToken);
    const milliseconds = Math.round(performance.now() - started);
    // Who has logged out meanwhile is not told.
    if (this.#model.session) this.#answer(api, { outcome, milliseconds, granted: session.granted });
  }

  #answer({ id }: Api, state: 'calling' | CallResult): void {
    this.#change({ calls: new Map(this.#model.calls).set(id, state) });
  }

  // --- the rest -----------------------------------------------------------------------------------------------

  choose(scope: string, chosen: boolean): void {
    const others = this.#model.chosen.filter((each) => each !== scope);
    this.#change({ chosen: chosen ? [...others, scope] : others });
  }

  speak(language: Language): void {
    saveLanguage(localStorage, language);
    this.#change({ language });
  }

  reload(): void {
    location.reload();
  }

  #configure(config: Config): void {
    this.#issuer = new Issuer(config, `${location.origin}/`, sessionStorage);
    this.#call = caller(config.grpcUrl);
    this.#change({ config, chosen: config.scopes });
    const session = loadSession(sessionStorage, config.issuer, config.clientId);
    if (session) this.#adopt(session);
    if (this.#model.expired && session?.refreshToken === undefined) this.#change({ problem: { kind: 'expired' } });
  }

  #change(changes: Partial<Model>, ...without: ('session' | 'problem' | 'notice')[]): void {
    const model: { -readonly [Member in keyof Model]: Model[Member] } = { ...this.#model };
    for (const member of without) delete model[member];
    this.#model = { ...model, ...changes };
    this.#view.render(this.#model, now());
  }
}
