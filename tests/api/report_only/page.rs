//! What `docs/report-only.md` shows is what there is to see.

use std::collections::BTreeSet;

use super::{SCOPES, bearer, call, told, wrongs};
use crate::support::{App, Setup, issuer, lines_with, trusting};

const PAGE: &str = include_str!("../../../docs/report-only.md");

fn block(after: &str) -> &'static str {
    let (_, below) = PAGE.split_once(after).expect("its heading");
    let (_, block) = below.split_once("```text\n").expect("a block");
    block.split_once("```").expect("its end").0.trim()
}

#[tokio::test]
async fn the_line_of_the_page_is_that_of_the_log() {
    let issuer_of_test = trusting(|verifier| verifier).named("page-of-reports");
    let app = App::start_with(Setup { issuer: issuer_of_test, ..Setup::default() }).await;
    let answer = call(&app, SCOPES, &bearer(&issuer().token().sign())).await;
    let logged = lines_with("page-of-reports").pop().expect("a line");
    let (_, line) = logged.split_once(" INFO ").expect("a level");
    let shown = block("## What the log says").replace("auth0", "page-of-reports");
    assert_eq!(format!("INFO {line}"), shown);
    let [_, trailers] = told(&answer.headers, &answer.trailers);
    assert_eq!(format!("sekisho-would-deny: {}", trailers.concat()), block("## What callers see"));
}

#[tokio::test]
async fn the_page_has_each_reason_and_the_warning_of_a_start() {
    let reasons = PAGE.lines().filter_map(|line| line.strip_prefix("| `"));
    let shown: BTreeSet<&str> = reasons.filter_map(|row| Some(row.split_once("` |")?.0)).collect();
    // Told where no keys are held: see the tests of waits.
    let told: BTreeSet<&str> =
        wrongs().iter().map(|wrong| wrong.reason).chain(["ISSUER_KEYS_UNAVAILABLE"]).collect();
    assert_eq!(shown, told);

    let _app = App::start().await;
    let warned = lines_with("these methods only report").pop().expect("a line");
    let (_, warned) = warned.split_once("WARN ").expect("a level");
    let (said, methods) = warned.split_once("methods=").expect("the methods");
    assert!(methods.contains(SCOPES), "{methods}");
    assert!(block("## Step by step").contains(&format!("WARN {said}methods=\"")), "{said}");
}

#[test]
fn one_line_enforces_the_rule() {
    let blocks: Vec<&str> =
        PAGE.split("```proto\n").skip(1).filter_map(|it| it.split("```").next()).collect();
    let [reports, enforces] = blocks.as_slice() else { panic!("{blocks:?}") };
    assert_eq!(reports.replace(" mode: REPORT_ONLY", ""), *enforces);
    let changed = reports.lines().zip(enforces.lines()).filter(|(one, other)| one != other).count();
    assert_eq!(changed, 1);
}
