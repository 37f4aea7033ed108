//! Files in an order in which none imports a later one.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::protos::error::ProtoFault;

/// Without a call into each import, whose depth a stranger would choose.
pub(super) fn imports_first<'a>(
    names: &BTreeMap<&'a str, String>,
    imports: &HashMap<&'a str, Vec<&'a str>>,
) -> Result<Vec<&'a str>, ProtoFault> {
    let mut order = Vec::new();
    let mut done: HashSet<&str> = HashSet::new();
    let mut open: HashSet<&str> = HashSet::new();
    for file in names.keys() {
        let mut way: Vec<(&str, usize)> = vec![(file, 0)];
        while let Some((file, next)) = way.last_mut() {
            if done.contains(file) {
                way.pop();
                continue;
            }
            open.insert(file);
            let import = imports.get(file).and_then(|imports| imports.get(*next)).copied();
            *next += 1;
            match import {
                Some(import) if open.contains(import) => return Err(circle(&way, import)),
                Some(import) => way.push((import, 0)),
                None => {
                    open.remove(file);
                    done.insert(file);
                    order.push(*file);
                }
            }
        }
    }
    Ok(order)
}

/// As the compiler tells it; of a long one the beginning.
fn circle(way: &[(&str, usize)], import: &str) -> ProtoFault {
    let files = way.iter().map(|(file, _)| *file).skip_while(|file| *file != import).take(20);
    let files: Vec<&str> = files.chain([import]).collect();
    ProtoFault::of_text(format!("import cycle detected: {}", files.join(" -> ")))
}
