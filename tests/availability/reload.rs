//! The configuration is changed again and again while calls come without a pause: none that is valid fails.

mod callers;
mod configurations;

use std::fs;

use sekisho_issuer::Issuer;
use tonic::Code;

use crate::support::reflection::Reflection;
use crate::support::serving::{SCOPE, Serving, issuer, token};
use crate::support::{Memory, alone, in_time};
use callers::Callers;
use configurations::{BEFORE_LAST, Configuration, FAULTS, FAULTY, TOLD_AFTER_FAULTY, configurations};

const RELOADS: usize = 100;

/// One in so many is faulty, the last one.
const FAULTY_ONE_IN: usize = 10;
const LAST: usize = FAULTY_ONE_IN - 1;

/// After so many it is measured for the first time: everything has happened by then.
const FIRST: usize = 20;

/// How many threads and files more there may be then, which happen to be in use. A reload that kept one would keep many
/// more.
const IN_USE: usize = 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_valid_call_fails_while_the_configuration_changes() {
    let _guard = alone().await;
    let mut world = World::start().await;
    world.reload(0..FIRST).await;
    let before = world.held();
    world.reload(FIRST..RELOADS).await;
    world.assert_holds_no_more_than(&before);
    world.assert_streams_go_on().await;
}

struct World {
    server: Serving,
    configurations: [Configuration; 5],
    _discovered: Issuer,
    /// Of the issuers that are in every configuration.
    tokens: [String; 3],
    of_b: String,
    streams: Vec<Reflection>,
}

/// What a server has taken from the system.
struct Held {
    memory: Memory,
    threads: usize,
    files: usize,
}

impl World {
    async fn start() -> Self {
        let discovered = Issuer::start().await.expect("an issuer");
        let [a, b, c] = ["a", "b", "c"].map(issuer);
        let of_d = discovered.token("test").scope(SCOPE).sign().expect("a token");
        let (tokens, of_b) = ([token(&a).sign(), token(&c).sign(), of_d], token(&b).sign());
        let configurations = configurations(discovered.url());
        let server = Serving::start(&configurations[BEFORE_LAST].text, &[&a, &b, &c]).await;
        let mut streams = Vec::new();
        for token in &tokens {
            // One that is discovered is asked beside the calls of the start.
            in_time("keys", async { while server.call(token).await.is_err() {} }).await;
            streams.push(Reflection::open(server.channel.clone(), token).await);
        }
        Self { server, configurations, tokens, of_b, streams, _discovered: discovered }
    }

    /// Reloads, while others call. Each of them has called between any two.
    async fn reload(&mut self, rounds: std::ops::Range<usize>) {
        let mut callers = Callers::start(self.server.address, &self.tokens);
        for round in rounds {
            match round % FAULTY_ONE_IN {
                0 => in_time("a reload", self.change(round, TOLD_AFTER_FAULTY)).await,
                LAST => in_time("a refusal", self.refused()).await,
                _ => {
                    let told = self.configurations[round % self.configurations.len()].told;
                    in_time("a reload", self.change(round, told)).await;
                }
            }
            in_time("calls", callers.have_called()).await;
        }
        let calls = in_time("the last calls", callers.stop()).await;
        println!("{calls} calls");
    }

    async fn change(&mut self, round: usize, told: &str) {
        let configuration = &self.configurations[round % self.configurations.len()];
        assert_eq!(self.server.reload(&configuration.text).await, told, "{round}");
        let of_b = self.server.call(&self.of_b).await.map_or_else(|status| status.code(), |()| Code::Ok);
        let expected = if configuration.trusts_b { Code::Ok } else { Code::Unauthenticated };
        assert_eq!(of_b, expected, "{round}");
    }

    async fn refused(&mut self) {
        self.server.configure(FAULTY);
        let told = self.server.refused(FAULTS.len()).await;
        let as_expected = |(told, name): (&String, &&str)| told.starts_with(*name);
        assert!(told.iter().zip(&FAULTS).all(as_expected), "{told:#?}");
    }

    fn held(&self) -> Held {
        let process = self.server.process();
        let count = |what: &str| fs::read_dir(format!("/proc/{process}/{what}")).expect("a process").count();
        Held { memory: Memory::of(process), threads: count("task"), files: count("fd") }
    }

    fn assert_holds_no_more_than(&self, before: &Held) {
        let now = self.held();
        println!(
            "{} threads, now {}; {} files, now {}",
            before.threads, now.threads, before.files, now.files
        );
        before.memory.assert_growth(now.memory, 64, 32);
        assert!(now.threads <= before.threads + IN_USE, "{} threads, now {}", before.threads, now.threads);
        assert!(now.files <= before.files + IN_USE, "{} files, now {}", before.files, now.files);
    }

    async fn assert_streams_go_on(&mut self) {
        for stream in &mut self.streams {
            stream.ask().await.expect("an answer");
        }
    }
}
