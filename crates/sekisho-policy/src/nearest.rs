//! What somebody may have meant who named a service that is not there.

use super::method::is_name;

/// How many are told.
const TOLD: usize = 3;

/// A longer name than anybody writes is compared with none.
pub(super) const LONGEST: usize = 200;

/// The names that are near to `meant`, the nearest first: other letters of either case, a few letters more or less, or
/// the service's own name without its package or with another one.
pub(super) fn nearest<'a>(meant: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let meant = meant.trim_start_matches('/').split('/').next().unwrap_or_default().to_ascii_lowercase();
    if meant.len() > LONGEST {
        return Vec::new();
    }
    let near = names.into_iter().filter(|name| name.len() <= LONGEST && is_name(name));
    let mut near: Vec<(usize, &str)> =
        near.filter_map(|name| Some((distance(&meant, &name.to_ascii_lowercase())?, name))).collect();
    near.sort_unstable();
    near.into_iter().take(TOLD).map(|(_, name)| name.to_owned()).collect()
}

/// How far the two are from each other, where that is near.
fn distance(meant: &str, name: &str) -> Option<usize> {
    let whole = edits(meant, name);
    // What is right but for its package comes after what is nearly right with it.
    let own = edits(own_name(meant), own_name(name)).map(|edits| edits + 1);
    whole.into_iter().chain(own).min()
}

/// The letters that differ, where they are a third of all or fewer.
pub(super) fn edits(one: &str, other: &str) -> Option<usize> {
    let allowed = one.len().min(other.len()) / 3;
    // What differs more in its length is not looked at.
    if one.len().abs_diff(other.len()) > allowed {
        return None;
    }
    Some(strsim::osa_distance(one, other)).filter(|edits| *edits <= allowed)
}

fn own_name(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_have_been_meant_is_told_the_nearest_first() {
        let names =
            ["orders.v1.Orders", "orders.v1.Operations", "billing.v1.Bills", "orders.v2.Orders", "{}"];
        let cases: [(&str, &[&str]); 10] = [
            ("orders.v1.Order", &["orders.v1.Orders", "orders.v2.Orders"]),
            ("Orders", &["orders.v1.Orders", "orders.v2.Orders"]),
            ("orders.v1.orders", &["orders.v1.Orders", "orders.v2.Orders"]),
            ("/billing.v1.Bills/Get", &["billing.v1.Bills"]),
            ("biling.v1.Bill", &["billing.v1.Bills"]),
            ("bills", &["billing.v1.Bills"]),
            ("unheard.of.Thing", &[]),
            ("", &[]),
            ("/", &[]),
            ("{}", &[]),
        ];
        for (meant, expected) in cases {
            assert_eq!(nearest(meant, names), expected, "{meant}");
        }
        let long = "a".repeat(LONGEST + 1);
        assert!(nearest(&long, [long.as_str()]).is_empty());
        assert_eq!(nearest(&long[1..], [&long[1..]]).len(), 1);
    }
}
