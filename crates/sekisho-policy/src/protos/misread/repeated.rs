//! A field of an option of ours that is set twice, which protoc refuses. protox takes the last value where the one before
//! it is the default.

use std::collections::HashSet;

use prost_reflect::prost_types::uninterpreted_option::NamePart;
use prost_reflect::prost_types::{FileDescriptorProto, SourceCodeInfo, UninterpretedOption};

use super::Misreading;

const TWICE: &str = "the option has set this field already; set it once";

/// The fields that have one value.
const SINGLE: [&str; 5] = ["public", "authenticated", "optional", "mode", "stream_end"];

/// The field numbers of `service` in `FileDescriptorProto`, of `method` and `options` in `ServiceDescriptorProto`, of
/// `options` in `MethodDescriptorProto`, and of `uninterpreted_option` in all options: positions are found by them.
const SERVICE: i32 = 6;
const METHOD: i32 = 2;
const SERVICE_OPTIONS: i32 = 3;
const METHOD_OPTIONS: i32 = 4;
const UNINTERPRETED: i32 = 999;

/// Of a file as protox has parsed it, before it knows what the options mean.
pub(super) fn misreadings(file: &FileDescriptorProto) -> Vec<Misreading> {
    let mut paths = Vec::new();
    for (at, service) in (0..).zip(&file.service) {
        let options = service.options.iter().flat_map(|options| &options.uninterpreted_option);
        paths.extend(
            repeated(options).map(|option| vec![SERVICE, at, SERVICE_OPTIONS, UNINTERPRETED, option]),
        );
        for (method_at, method) in (0..).zip(&service.method) {
            let options = method.options.iter().flat_map(|options| &options.uninterpreted_option);
            let prefix = [SERVICE, at, METHOD, method_at, METHOD_OPTIONS, UNINTERPRETED];
            paths.extend(repeated(options).map(|option| [&prefix[..], &[option]].concat()));
        }
    }
    if paths.is_empty() {
        return Vec::new();
    }
    places(file.source_code_info.as_ref(), &paths.into_iter().collect())
}

/// The indices of those that set what one before them has set.
fn repeated<'a>(options: impl Iterator<Item = &'a UninterpretedOption>) -> impl Iterator<Item = i32> {
    let mut set = HashSet::new();
    let fields = (0..).zip(options).filter_map(|(at, option)| Some((at, single(&option.name)?)));
    fields.filter_map(move |(at, field)| (!set.insert(field)).then_some(at))
}

/// The option and its field, where the field is one of ours that has one value. An option may be written by the end of its
/// name, or with a dot before it.
fn single(name: &[NamePart]) -> Option<(&str, &str)> {
    let [option, field] = name else { return None };
    let option = option.name_part.rsplit('.').next().filter(|_| option.is_extension)?;
    let is_ours = matches!(option, "access" | "default_access");
    (is_ours && SINGLE.contains(&field.name_part.as_str())).then_some((option, &field.name_part))
}

fn places(info: Option<&SourceCodeInfo>, paths: &HashSet<Vec<i32>>) -> Vec<Misreading> {
    let from_one = |number: &i32| u32::try_from(*number).unwrap_or_default().saturating_add(1);
    let locations = info.into_iter().flat_map(|info| &info.location);
    let of_paths = locations.filter(|location| paths.contains(&location.path));
    of_paths
        .map(|location| Misreading {
            line: location.span.first().map_or(1, from_one),
            column: location.span.get(1).map_or(1, from_one),
            what: TWICE,
        })
        .collect()
}
