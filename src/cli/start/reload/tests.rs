use std::sync::{Arc, Mutex};

use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::*;
use crate::cli::start::{Addresses, set_up};
use crate::cli::{Command, parse};
use crate::server::Limits;
use sekisho::authorizer::{Authorization, Issuer};
use sekisho::testing::TestIssuer;

/// A level that cannot be set.
const PANICS: &str = "panics";

const TABLES: [&str; 2] = ["one", "two"];

/// A server that nobody calls, and the levels that were set.
struct World {
    folder: tempfile::TempDir,
    running: Running,
    levels: Arc<Mutex<Vec<String>>>,
    issuers: [TestIssuer; 2],
}

impl World {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let issuers = TABLES.map(|name| {
            let issuer = TestIssuer::new(format!("https://{name}.example/"), "api");
            std::fs::write(folder.path().join(name), issuer.jwks()).unwrap();
            issuer
        });
        let (settings, reread) = read(&folder, "");
        let message_size = MessageSize::from(settings.server.limits.message_size);
        let at_hand = issuers::keys_at_hand(&settings.issuers).await;
        let trusted = issuers::issuers(&settings.issuers, at_hand).unwrap();
        let addresses = Addresses { grpc: ([127, 0, 0, 1], 1).into(), web: None };
        let server = set_up(&settings.server, trusted, &message_size, addresses).unwrap();
        let levels = Arc::new(Mutex::new(Vec::new()));
        let filters = Filters::by({
            let levels = Arc::clone(&levels);
            move |settings| {
                assert_ne!(settings.filter, PANICS, "as if it could not be set");
                levels.lock().unwrap().push(settings.filter.clone());
            }
        });
        let (control, page_of) = (server.control(), settings.issuers.first().cloned());
        let reading = Reading::default();
        let running =
            Running { settings, reread, reading, control, message_size, filters, web: None, page_of };
        Self { folder, running, levels, issuers }
    }

    fn settings(&self, with: &str) -> ServeSettings {
        read(&self.folder, with).0
    }

    /// The program's clock is the real one. This expires in the year 3000.
    fn token(&self, issuer: usize) -> String {
        let token = self.issuers[issuer].token().without_claim("iat").claim("exp", 32_503_680_000_u64);
        token.scope("api1:read:status").sign()
    }

    /// Whether it is allowed, and whether the token was remembered.
    fn call(&self, token: &str) -> (bool, bool) {
        let metadata = HeaderMap::from_iter([(AUTHORIZATION, format!("Bearer {token}").parse().unwrap())]);
        let authorizer = self.running.control.authorizer();
        let Authorization::Decided(verdict) = authorizer.authorize("/api1.v1.Api1/GetStatus", &metadata)
        else {
            panic!("the key is held")
        };
        (verdict.result().is_ok(), verdict.is_remembered())
    }

    fn trusted(&self) -> Vec<Issuer> {
        self.running.control.authorizer().issuers()
    }
}

/// What a file says that has these settings and both tables.
fn read(folder: &tempfile::TempDir, settings: &str) -> (ServeSettings, Reread) {
    let tables = TABLES.map(|name| {
        let keys = folder.path().join(name);
        format!(
            "[[issuers]]\nname = '{name}'\nissuer = 'https://{name}.example/'\naudience = 'api'\njwks = '{}'\n",
            keys.display()
        )
    });
    let text = format!("grpc-listen = '127.0.0.1:0'\n{settings}\n{}", tables.concat());
    let file = folder.path().join("sekisho.toml");
    std::fs::write(&file, text).unwrap();
    let arguments = ["sekisho", "serve", "--config", file.to_str().unwrap()];
    let Ok(Command::Serve(settings, reread)) = parse(arguments.map(Into::into), []) else {
        panic!("settings")
    };
    (settings, reread)
}

const ALL: &str =
    "max-connections = 7\nmax-message-size = 7\nmax-token-size = 7\nlog-level = 'warn'\nleeway = '7s'";

/// Such settings are faults of a configuration. Whatever is not found there is found before anything is changed.
#[tokio::test]
async fn what_fails_changes_nothing() {
    let faulty: [fn(&mut ServeSettings); 4] = [
        |settings| settings.server.limits.frame_size = 1,
        |settings| settings.server.log.filter = "a=b=c".to_owned(),
        |settings| settings.issuers[1] = settings.issuers[0].clone(),
        |settings| settings.issuers.clear(),
    ];
    let mut world = World::start().await;
    let (limits, settings) = (world.running.control.limits(), world.running.settings.clone());
    for make_faulty in faulty {
        let mut new = world.settings(ALL);
        make_faulty(&mut new);
        world.running.change(new).await.unwrap_err();
        assert_eq!(world.running.control.limits(), limits);
        assert_eq!(world.running.settings, settings);
        assert_eq!(world.trusted().len(), 2);
        assert!(world.levels.lock().unwrap().is_empty());
    }
    let new = world.settings(ALL);
    let told = world.running.change(new).await.unwrap().to_string();
    assert_eq!(told, "changed: leeway, max-token-size, max-connections, max-message-size, log-level");
    let limits = world.running.control.limits();
    assert_eq!((limits.connections, limits.message_size), (7, 7));
    assert_eq!(*world.levels.lock().unwrap(), ["warn"]);
}

/// As few as the system let there be at the start; what the file says is not looked at again until it says otherwise.
#[tokio::test]
async fn a_bound_that_did_not_fit_is_kept() {
    let mut world = World::start().await;
    let fitting = Limits { connections: 3, ..Limits::clone(&world.running.control.limits()) };
    world.running.control.set_limits(fitting).unwrap();
    let new = world.settings("max-frame-size = 20000");
    assert_eq!(world.running.change(new).await.unwrap().to_string(), "changed: max-frame-size");
    let limits = world.running.control.limits();
    assert_eq!((limits.connections, limits.frame_size), (3, 20_000));
}

/// An issuer that is as it was is the same to whoever remembers its tokens.
#[tokio::test]
async fn tokens_of_an_issuer_that_is_as_it_was_stay_remembered() {
    let mut world = World::start().await;
    let [one, two] = [0, 1].map(|index| world.token(index));
    for (token, is_remembered) in [(&one, false), (&two, false), (&one, true), (&two, true)] {
        assert_eq!(world.call(token), (true, is_remembered));
    }
    let mut new = world.settings("max-token-size = 4000");
    new.issuers[1].token.leeway *= 2;
    new.issuers[1].token.profile = sekisho::token::TokenProfile::Any;
    new.issuers.reverse();
    let told = world.running.change(new).await.unwrap().to_string();
    assert!(told.starts_with("changed: the order of the issuers"), "{told}");
    assert_eq!(world.call(&one), (true, true));
    assert_eq!(world.call(&two), (true, false), "of other rules, which may refuse it");
    assert_eq!(world.call(&two), (true, true));
}

#[tokio::test]
async fn a_reload_that_panics_is_not_the_last() {
    let world = World::start().await;
    let running = Arc::new(tokio::sync::Mutex::new(world.running));
    for level in [PANICS, "warn", PANICS, "error"] {
        read(&world.folder, &format!("log-level = '{level}'"));
        reload(&running).await;
    }
    assert_eq!(*world.levels.lock().unwrap(), ["warn", "error"]);
}

/// As where they are on a disk of another machine.
#[tokio::test]
async fn files_that_are_not_read_in_time_change_nothing_and_are_read_the_next_time() {
    let world = World::start().await;
    tokio::time::pause();
    let reading = world.running.reading.clone();
    let (answer, disk) = std::sync::mpsc::channel::<()>();
    let (begun, begins) = tokio::sync::oneshot::channel();
    let hanging = async move {
        let read = move || {
            let _ = begun.send(());
            disk.recv().is_ok()
        };
        reading.in_time(read).await
    };
    tokio::spawn(hanging);
    begins.await.unwrap();
    let running = Arc::new(tokio::sync::Mutex::new(world.running));
    read(&world.folder, "log-level = 'warn'");
    let waits = Arc::clone(&running);
    let waits = tokio::spawn(async move { reload(&waits).await });
    for _ in 0..60 {
        tokio::time::advance(std::time::Duration::from_secs(1)).await;
    }
    assert!(waits.is_finished(), "it still waits after a minute");
    assert!(world.levels.lock().unwrap().is_empty());
    answer.send(()).unwrap();
    tokio::time::resume();
    reload(&running).await;
    assert_eq!(*world.levels.lock().unwrap(), ["warn"]);
}
