//! What an issuer can be told, and what is refused.

use std::time::Duration;

use sekisho_issuer::ConfigurationFault as Fault;
use sekisho_issuer::{Account, Builder, Client, Error, Issuer, ScopeDescription};
use tokio::net::TcpListener;

use crate::support::{Answer, TestIssuer};

/// What is wrong with it, or nothing if it starts.
async fn faults(builder: Builder) -> Vec<Fault> {
    match builder.start().await {
        Ok(_) => Vec::new(),
        Err(Error::Configuration(faults)) => faults,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn with_nothing_set_it_is_of_use() {
    let issuer = Issuer::start().await.unwrap();
    assert_eq!(issuer.url(), format!("http://{}/", issuer.address()));
    assert!(issuer.address().ip().is_loopback() && issuer.audience() == "api");
    assert!(issuer.token("test").scope("orders:read").sign().is_ok());
    for account in ["alice", "bob"] {
        assert!(issuer.token("test").account(account).sign().is_ok());
    }
    issuer.stop().await.unwrap();
}

#[tokio::test]
async fn clients_and_accounts_that_are_set_take_the_place_of_the_defaults() {
    let builder =
        Issuer::builder().client(Client::confidential("a", "secret")).account(Account::new("carol"));
    let issuer = builder.start().await.unwrap();
    assert!(issuer.token("a").account("carol").sign().is_ok());
    assert!(issuer.token("test").sign().is_err() && issuer.token("a").account("alice").sign().is_err());
}

#[tokio::test]
async fn no_listener_leaves_loopback() {
    for (address, is_loopback) in
        [("127.0.0.1:0", true), ("[::1]:0", true), ("0.0.0.0:0", false), ("[::]:0", false)]
    {
        let address: std::net::SocketAddr = address.parse().unwrap();
        let expected = if is_loopback { vec![] } else { vec![Fault::NotLoopback(address)] };
        assert_eq!(faults(Issuer::builder().address(address)).await, expected);
        let listener = TcpListener::bind(address).await.unwrap();
        let bound = listener.local_addr().unwrap();
        match Issuer::builder().start_on(listener).await {
            Ok(issuer) => assert!(is_loopback && issuer.address() == bound, "{address}"),
            Err(Error::Configuration(faults)) => {
                assert!(!is_loopback && faults == [Fault::NotLoopback(bound)], "{address}");
            }
            Err(error) => panic!("{address}: {error}"),
        }
    }
}

#[tokio::test]
async fn a_port_can_be_chosen_and_one_that_is_taken_is_told() {
    let first = Issuer::start().await.unwrap();
    let taken = first.address();
    match Issuer::builder().port(taken.port()).start().await {
        Err(Error::Bind { address, .. }) => assert_eq!(address, taken),
        other => panic!("{other:?}"),
    }
    first.stop().await.unwrap();
    let second = Issuer::builder().port(taken.port()).start().await.unwrap();
    assert_eq!(second.address(), taken);
}

fn page() -> Client {
    Client::page("page", "http://localhost:8080")
}

/// Each case has what is wrong with it, or nothing; all that come out otherwise are told.
async fn assert_faults(table: impl IntoIterator<Item = (Builder, Option<Fault>)>) {
    let mut others = Vec::new();
    for (builder, expected) in table {
        let (case, found) = (format!("{builder:?}"), faults(builder).await);
        if found != Vec::from_iter(expected) {
            others.push((case, found));
        }
    }
    assert!(others.is_empty(), "{others:#?}");
}

fn with(client: Client) -> Builder {
    Issuer::builder().client(client)
}

fn scope_of(of: &str, scope: &str) -> Fault {
    Fault::Scope { of: of.to_owned(), scope: scope.to_owned() }
}

#[tokio::test]
async fn clients_that_are_wrong_are_refused() {
    let redirect = |uri: &str| Fault::RedirectUri { client: "page".to_owned(), uri: uri.to_owned() };
    let origin = |origin: &str| Fault::WebOrigin { client: "page".to_owned(), origin: origin.to_owned() };
    let scope = |scope: &str| scope_of("the client \"page\"", scope);
    let table = [
        (Issuer::builder().audience("orders"), None),
        (Issuer::builder().audience(""), Some(Fault::EmptyAudience)),
        (with(Client::confidential("a", " ")), None),
        (with(Client::confidential("a", "")), Some(Fault::EmptySecret("a".to_owned()))),
        (with(Client::public("")), Some(Fault::EmptyClient)),
        (with(page()).client(Client::public("Page")), None),
        (with(page()).client(Client::public("page")), Some(Fault::DuplicateClient("page".to_owned()))),
        (with(page().redirect_uri("com.example.app:/callback")), None),
        (with(page().redirect_uri("http://localhost:8080/#")), Some(redirect("http://localhost:8080/#"))),
        (with(page().redirect_uri("/callback")), Some(redirect("/callback"))),
        (with(page().redirect_uri("javascript:alert(1)")), Some(redirect("javascript:alert(1)"))),
        (with(page().redirect_uri("DATA:text/html,a")), Some(redirect("DATA:text/html,a"))),
        (with(page().redirect_uri(" http://localhost/")), Some(redirect(" http://localhost/"))),
        (
            with(page().post_logout_redirect_uri("http://localhost/\r\na")),
            Some(redirect("http://localhost/\r\na")),
        ),
        (with(page().post_logout_redirect_uri("callback")), Some(redirect("callback"))),
        (with(page().web_origin("http://localhost:80")), None),
        (with(page().web_origin("*")), Some(origin("*"))),
        (with(page().web_origin("http://localhost:8080/x")), Some(origin("http://localhost:8080/x"))),
        (with(page().scopes(["a!", "~"])), None),
        (with(page().scopes(["a b"])), Some(scope("a b"))),
        (with(page().scopes([""])), Some(scope(""))),
        (with(page().scopes(["\u{e9}"])), Some(scope("\u{e9}"))),
    ];
    assert_faults(table).await;
}

#[tokio::test]
async fn accounts_and_descriptions_that_are_wrong_are_refused() {
    let with = |account: Account| Issuer::builder().account(account);
    let describing = |scope: &str| Issuer::builder().scope(ScopeDescription::new(scope, "See it"));
    let (alice, bob) = (|| Account::new("alice"), || Account::new("bob"));
    let table = [
        (with(alice()).account(bob()), None),
        (with(Account::new("")), Some(Fault::EmptyAccount)),
        (with(alice().subject("")), Some(Fault::EmptyAccount)),
        (
            with(alice()).account(alice().subject("2")).account(alice().subject("3")),
            Some(Fault::DuplicateAccount("alice".to_owned())),
        ),
        (with(alice()).account(bob().subject("alice")), Some(Fault::DuplicateSubject("alice".to_owned()))),
        (with(alice().scopes(["a\\b"])), Some(scope_of("the account \"alice\"", "a\\b"))),
        (describing("a").scope(ScopeDescription::new("A", "")), None),
        (describing("a\"b"), Some(scope_of("a description", "a\"b"))),
        (describing("a").scope(ScopeDescription::new("a", "")), Some(Fault::DuplicateScope("a".to_owned()))),
    ];
    assert_faults(table).await;
}

#[tokio::test]
async fn lifetimes_that_are_wrong_are_refused() {
    let wrong = |of: &str| Some(Fault::Lifetime { of: of.to_owned() });
    let (second, year) = (Duration::from_secs(1), Duration::from_secs(365 * 24 * 60 * 60));
    let almost = Duration::from_millis(999);
    let builder = Issuer::builder;
    let of_page = |lifetime| with(page().access_token_lifetime(lifetime));
    let table = [
        (builder().access_token_lifetime(second).code_lifetime(year), None),
        (builder().access_token_lifetime(almost), wrong("access tokens")),
        (builder().id_token_lifetime(Duration::ZERO), wrong("ID tokens")),
        (builder().code_lifetime(Duration::ZERO), wrong("codes")),
        (builder().refresh_token_lifetime(Duration::MAX), wrong("refresh tokens")),
        (builder().session_lifetime(year + almost), wrong("sessions")),
        (of_page(second), None),
        (of_page(Duration::ZERO), wrong("access tokens of the client \"page\"")),
    ];
    assert_faults(table).await;
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once() {
    let builder = Issuer::builder()
        .address(([0, 0, 0, 0], 0))
        .audience("")
        .client(Client::page("page", "localhost").scopes(["a b"]))
        .account(Account::new("alice"))
        .account(Account::new("alice"))
        .code_lifetime(Duration::ZERO);
    let error = builder.start().await.unwrap_err();
    let sentences = [
        "the issuer listens on loopback alone, and 0.0.0.0:0 is no loopback address",
        "the audience is empty",
        "the redirect URI \"localhost/\" of the client \"page\" must be an absolute URI without fragment or \
         space, and of another scheme than browsers open by themselves (javascript, data, …)",
        "the web origin \"localhost\" of the client \"page\" must be like http://localhost:8080",
        "the client \"page\" has the scope \"a b\", which must be of ASCII's visible characters without \" and \\",
        "there are two accounts of the name \"alice\"",
        "there are two accounts of the subject \"alice\"",
        "the lifetime of codes must be between a second and a year",
    ];
    assert_eq!(error.to_string(), sentences.join("; "));
}

/// Browsers leave out the port that goes without saying.
#[tokio::test]
async fn a_page_at_the_port_of_its_scheme_may_call() {
    let builder = Issuer::builder()
        .client(Client::page("page", "http://localhost:80"))
        .client(Client::public("other").web_origin("https://app.example:443/"));
    let issuer = TestIssuer::configured(builder).await;
    for (origin, is_allowed) in [
        ("http://localhost", true),
        ("http://localhost:80", false),
        ("https://app.example", true),
        ("https://app.example:443", false),
    ] {
        let request = issuer.request(reqwest::Method::GET, ".well-known/jwks.json").header("origin", origin);
        let answer = Answer::of(request).await;
        let expected = is_allowed.then_some(origin);
        assert_eq!(answer.header("access-control-allow-origin"), expected, "{origin}");
    }
    let client = format!("{:?}", Client::page("page", "http://localhost:80/"));
    assert!(client.contains("[\"http://localhost/\"]"), "{client}");
}

/// Neither what clients authenticate with nor what the issuer made up is printed.
#[tokio::test]
async fn secrets_are_not_printed() {
    let builder = Issuer::builder().client(Client::confidential("worker", "p4ssw0rd"));
    let printed = format!("{builder:?}");
    let issuer = builder.start().await.unwrap();
    let token = issuer.token("worker");
    for printed in [printed, format!("{issuer:?}"), format!("{token:?}"), format!("{:?}", token.sign().err())]
    {
        assert!(!printed.contains("p4ssw0rd") && !printed.contains(&issuer.key_id()), "{printed}");
    }
    assert_eq!(format!("{issuer:?}"), format!("Issuer {{ url: {:?}, audience: \"api\", .. }}", issuer.url()));
}
