//! What a server may answer, and what comes of it.

mod bounds;
mod hostile;
mod scripted;

use std::collections::BTreeMap;

use prost::Message as _;
use sekisho::jwks::{HttpUrl, PlainHttp};
use tonic::Status;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest::{
    self, FileByFilename, FileContainingSymbol, ListServices,
};
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

use super::head::Set;
use super::{Served, Server, fetch};
use crate::config::Secret;
use scripted::{Answers, Script, error, file, files, listed, serve};

/// A server that answers honestly of these files, one file an answer, as tonic's own does.
fn honest(listed_services: &[&str], files_of: &[(&str, &[&str], &[&str])]) -> Script {
    let services: Vec<String> = listed_services.iter().map(ToString::to_string).collect();
    let mut by_file = BTreeMap::new();
    let mut by_service = BTreeMap::new();
    for (name, imports, declared) in files_of {
        let encoded = file(name, imports, declared);
        by_file.insert((*name).to_owned(), encoded.clone());
        by_service.extend(declared.iter().map(|service| ((*service).to_owned(), encoded.clone())));
    }
    Box::new(move |question| {
        let found = match question {
            ListServices(_) => return vec![Ok(listed(services.iter().map(String::as_str)))],
            FileByFilename(name) => by_file.get(name),
            FileContainingSymbol(name) => by_service.get(name),
            _ => None,
        };
        vec![Ok(found.map_or_else(|| error(5, "not here"), |file| files([file.clone()])))]
    })
}

async fn asked(script: Script) -> Result<Served, String> {
    asked_for(script, &[], &[]).await
}

async fn asked_for(script: Script, services: &[&str], wanted: &[&str]) -> Result<Served, String> {
    let address = serve(script).await;
    let target = HttpUrl::parse(&format!("http://{address}"), PlainHttp::LoopbackOnly).unwrap();
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let (services, wanted) = (names(services), names(wanted));
    let server = Server { target: &target, token: None, roots: &[], services: &services, wanted: &wanted };
    let found = fetch(server).await;
    found.map_err(|error| error.strip_prefix(&format!("{target}: ")).expect("the target").to_owned())
}

fn names(served: &Served) -> Vec<String> {
    let set = Set::decode(served.descriptor_set.as_slice()).unwrap();
    set.files.iter().map(|file| super::head::FileHead::decode(file.as_slice()).unwrap().name).collect()
}

#[tokio::test]
async fn imports_are_asked_for_and_come_first() {
    let files_of: [(&str, &[&str], &[&str]); 5] = [
        ("d.proto", &[], &[]),
        ("a.proto", &["b.proto", "c.proto"], &["x.A"]),
        ("b.proto", &["c.proto"], &["x.NotServed"]),
        ("c.proto", &["d.proto"], &[]),
        ("z.proto", &[], &["x.Z"]),
    ];
    let served = asked(honest(&["x.Z", "x.A", "x.A"], &files_of)).await.unwrap();
    assert_eq!(names(&served), ["d.proto", "c.proto", "b.proto", "a.proto", "z.proto"]);
    assert_eq!(served.services, ["x.A", "x.Z"], "what a file declares besides is not served");
    let one = asked_for(honest(&["x.A", "x.Z"], &files_of), &["x.Z"], &[]).await.unwrap();
    assert_eq!((names(&one), one.services), (vec!["z.proto".to_owned()], vec!["x.Z".to_owned()]));
    let other = asked_for(honest(&["x.A", "x.Z"], &files_of), &["x.Y"], &[]).await.unwrap();
    assert_eq!(other.services, ["x.A", "x.Z"], "whoever asks for another one is told what there is");
}

#[tokio::test]
async fn files_are_handed_on_byte_for_byte() {
    // An option that nobody here knows, a field out of its order, and a length that is written longer than it need be.
    let odd =
        [&b"\x32\x05\x0a\x01A\x1a\x00\x0a\x87\x00a.proto"[..], b"\xca\xa1\x1f\x03abc", b"\x12\x01x"].concat();
    let script: Script = Box::new({
        let odd = odd.clone();
        move |question| match question {
            ListServices(_) => vec![Ok(listed(["x.A"]))],
            _ => vec![Ok(files([odd.clone()]))],
        }
    });
    let served = asked(script).await.unwrap();
    let set = Set::decode(served.descriptor_set.as_slice()).unwrap();
    assert_eq!(set.files, [odd]);
}

/// gRPC's own for C++ sends no file twice on a stream, not even the one that was asked for.
#[tokio::test]
async fn a_file_that_came_before_need_not_come_again() {
    let both = file("a.proto", &[], &["x.A", "x.B"]);
    let script: Script = Box::new(move |question| match question {
        ListServices(_) => vec![Ok(listed(["x.A", "x.B"]))],
        FileContainingSymbol(name) if name == "x.A" => vec![Ok(files([both.clone()]))],
        _ => vec![Ok(files([]))],
    });
    assert_eq!(asked(script).await.unwrap().services, ["x.A", "x.B"]);
}

#[tokio::test]
async fn services_of_grpc_itself_are_left_out_unless_they_have_rules_or_are_named() {
    let (health, odd, reflection) =
        ("grpc.health.v1.Health", "grpc.odd.Odd", "grpc.reflection.v1.ServerReflection");
    let listed = [health, odd, reflection, "x.A", "grpc.unknown.Unknown"];
    let script = |has_a_rule: bool| {
        let access: &[&str] = if has_a_rule { &[scripted::ACCESS] } else { &[] };
        let declared = [&[health], access].concat();
        let files_of: [(&str, &[&str], &[&str]); 4] = [
            ("health.proto", &[], &declared),
            ("odd.proto", &[], &[odd]),
            ("reflection.proto", &[], &[reflection]),
            ("a.proto", &[], &["x.A"]),
        ];
        honest(&listed, &files_of)
    };
    let left = asked(script(false)).await.unwrap();
    assert_eq!((names(&left), left.services), (vec!["a.proto".to_owned()], vec!["x.A".to_owned()]));
    assert_eq!(asked(script(true)).await.unwrap().services, [health, "x.A"]);
    let ruled = asked_for(script(false), &[], &[odd, reflection]).await.unwrap();
    assert_eq!(ruled.services, [odd, reflection, "x.A"]);
    assert_eq!(asked_for(script(false), &[health], &[]).await.unwrap().services, [health]);
    let unknown = asked_for(script(false), &["grpc.unknown.Unknown"], &[]).await.unwrap_err();
    assert!(unknown.contains("NotFound: not here"), "{unknown}");
}

/// As tonic's own does.
#[tokio::test]
async fn a_stream_may_end_with_what_is_not_there_and_the_rest_is_asked_on_another_one() {
    let script = |services: &'static [&'static str]| -> Script {
        let with_option_import = [file("b.proto", &[], &["x.B"]), b"\x7a\x07o.proto".to_vec()].concat();
        Box::new(move |question| match question {
            ListServices(_) => vec![Ok(listed(services.iter().copied()))],
            FileContainingSymbol(name) if name == "x.A" => vec![Ok(files([file("a.proto", &[], &["x.A"])]))],
            FileContainingSymbol(name) if name == "x.B" => vec![Ok(files([with_option_import.clone()]))],
            _ => vec![Err(Status::not_found("not here"))],
        })
    };
    let served = asked(script(&["grpc.a.A", "grpc.b.B", "x.A", "x.B"])).await.unwrap();
    assert_eq!(
        (names(&served), served.services.len()),
        (vec!["a.proto".to_owned(), "b.proto".to_owned()], 2)
    );
    let error = asked(script(&["x.A", "x.B", "x.C"])).await.unwrap_err();
    assert_eq!(error, "asked for the file of x.C, it answered NotFound: not here");
}

#[tokio::test]
async fn options_of_edition_2024_may_be_without_their_files() {
    let with_option_import = [file("a.proto", &[], &["x.A"]), b"\x7a\x07o.proto".to_vec()].concat();
    let script: Script = Box::new(move |question| match question {
        ListServices(_) => vec![Ok(listed(["x.A"]))],
        FileContainingSymbol(_) => vec![Ok(files([with_option_import.clone()]))],
        _ => vec![Ok(error(5, "not here"))],
    });
    assert_eq!(names(&asked(script).await.unwrap()), ["a.proto"]);
}

#[tokio::test]
async fn a_token_that_a_server_repeats_is_not_shown() {
    let token = Secret("header.claims.signature".to_owned());
    let repeats =
        || vec![Err(Status::unauthenticated("no: header.claims.signature\nheader.claims.signature"))];
    let address = serve(with(repeats, Vec::new, |_| Vec::new())).await;
    let target = HttpUrl::parse(&format!("http://{address}"), PlainHttp::LoopbackOnly).unwrap();
    let server = Server { target: &target, token: Some(&token), roots: &[], services: &[], wanted: &[] };
    let error = fetch(server).await.unwrap_err();
    assert!(error.ends_with(": no: [token] [token] (of the token in SEKISHO_ACCESS_TOKEN)"), "{error}");
}

#[tokio::test]
async fn what_is_no_token_is_not_sent_and_not_shown() {
    let target = HttpUrl::parse("http://127.0.0.1:1", PlainHttp::LoopbackOnly).unwrap();
    for token in ["Bearer hush", "hush\nhush", "hush, hush", "", "hüsh"] {
        let token = Secret(token.to_owned());
        let server = Server { target: &target, token: Some(&token), roots: &[], services: &[], wanted: &[] };
        let error = fetch(server).await.unwrap_err();
        assert!(error.contains("SEKISHO_ACCESS_TOKEN holds no access token"), "{error}");
        assert!(!error.contains("hush"), "{error}");
    }
}

/// What a server answers to each kind of question: to which it lists, of a service, of a file.
fn with(
    services: impl Fn() -> Answers + Send + Sync + 'static,
    service: impl Fn() -> Answers + Send + Sync + 'static,
    file: impl Fn(&str) -> Answers + Send + Sync + 'static,
) -> Script {
    Box::new(move |question: &MessageRequest| match question {
        ListServices(_) => services(),
        FileByFilename(name) => file(name),
        _ => service(),
    })
}

fn one_service() -> Answers {
    vec![Ok(listed(["x.A"]))]
}

fn its_file() -> Answers {
    vec![Ok(files([file("a.proto", &["b.proto"], &["x.A"])]))]
}

fn sent(sent: &[(&str, &[&str], &[&str])]) -> MessageResponse {
    files(sent.iter().map(|(name, imports, declared)| file(name, imports, declared)))
}
