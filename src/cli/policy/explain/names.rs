//! Names of methods, as people write them.

/// How many names are told where there is no such method.
const MOST: usize = 3;

/// The path of a call: `/package.Service/Method`. What has a query keeps it.
pub(super) fn path_of(name: &str) -> String {
    let (name, query) = name.find('?').map_or((name, ""), |at| name.split_at(at));
    let name = name.strip_prefix('/').unwrap_or(name);
    let path = match name.rsplit_once('.') {
        Some((service, method)) if !name.contains('/') => format!("{service}/{method}"),
        _ => name.to_owned(),
    };
    format!("/{path}{query}")
}

/// The method that is meant by a path with a query.
pub(super) fn without_query(path: &str) -> Option<&str> {
    path.split_once('?').map(|(path, _)| path)
}

/// The service of a path.
pub(super) fn service_of(path: &str) -> Option<&str> {
    let path = without_query(path).unwrap_or(path);
    name_of(path).split_once('/').map(|(service, _)| service)
}

/// As output names a method: `package.Service/Method`.
pub(super) fn name_of(path: &str) -> &str {
    path.strip_prefix('/').unwrap_or(path)
}

/// The names that are most like it, if any are; the most alike first.
pub(super) fn nearest<'n>(path: &str, known: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    /// Less is chance.
    const ALIKE: f64 = 0.8;
    /// As long as any name that is meant well. A stranger's may be longer, and takes time in the square of it.
    const LONGEST: usize = 256;
    let asked: String = name_of(path).chars().take(LONGEST).flat_map(char::to_lowercase).collect();
    let likeness = |name: &str| {
        let own = name.rsplit_once('/').map_or(name, |(_, own)| own).to_lowercase();
        let asked_own = asked.rsplit_once('/').map_or(asked.as_str(), |(_, own)| own);
        let whole = strsim::jaro_winkler(&asked, &name.to_lowercase());
        // Who forgets the package, or mistypes it, knows the method.
        whole.max(if own == asked_own { ALIKE } else { 0.0 })
    };
    let mut alike: Vec<_> = known
        .map(name_of)
        .filter(|name| name.len() <= LONGEST)
        .map(|name| (likeness(name), name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    alike.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
    alike.into_iter().map(|(_, name)| name).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_may_be_written_in_three_ways() {
        let cases = [
            ("orders.v1.Orders/Get", "/orders.v1.Orders/Get"),
            ("/orders.v1.Orders/Get", "/orders.v1.Orders/Get"),
            ("orders.v1.Orders.Get", "/orders.v1.Orders/Get"),
            ("Orders.Get", "/Orders/Get"),
            ("orders.v1.Orders/Get?a=b.c", "/orders.v1.Orders/Get?a=b.c"),
            ("orders.v1.Orders.Get?x=/y", "/orders.v1.Orders/Get?x=/y"),
            ("Get", "/Get"),
            ("", "/"),
            ("/a/b/c.d", "/a/b/c.d"),
        ];
        for (name, path) in cases {
            assert_eq!(path_of(name), path, "{name}");
        }
    }

    #[test]
    fn the_nearest_names_are_told_and_none_that_is_far() {
        let known = ["/orders.v1.Orders/Get", "/orders.v1.Orders/List", "/health.v1.Health/Check"];
        let of = |path| nearest(path, known.into_iter());
        assert_eq!(of("/orders.v1.Orders/Gett").first(), Some(&"orders.v1.Orders/Get"));
        assert_eq!(of("/orders.v1.Orders/get").first(), Some(&"orders.v1.Orders/Get"));
        assert_eq!(of("/other.Service/Check"), ["health.v1.Health/Check"]);
        assert_eq!(of("/x"), Vec::<&str>::new());
        assert!(of(&format!("/{}", "orders".repeat(100_000))).len() <= MOST);
    }
}
