//! Content codings, and which of them a request accepts (RFC 9110 §12.5.3).

use axum::http::{HeaderMap, header};

/// How the bytes of a representation are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// Not at all.
    Identity,
    Gzip,
    Brotli,
}

impl Coding {
    /// As `content-encoding` has it.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }

    fn parse(name: &str) -> Option<Self> {
        let known = [
            ("identity", Self::Identity),
            ("gzip", Self::Gzip),
            ("x-gzip", Self::Gzip),
            ("br", Self::Brotli),
        ];
        known.into_iter().find(|(known, _)| name.eq_ignore_ascii_case(known)).map(|(_, coding)| coding)
    }
}

/// The weights that a request gives to codings, in thousandths. What it names twice has the first one.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Accepted {
    identity: Option<u16>,
    gzip: Option<u16>,
    brotli: Option<u16>,
    /// `*`: whatever is not named.
    others: Option<u16>,
}

impl Accepted {
    /// Of every line of the field. An item that cannot be read is passed over.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
        let mut accepted = Self::default();
        for (name, weight) in lines.flat_map(|line| line.split(',')).filter_map(item) {
            if let Some(place) = accepted.place(name) {
                place.get_or_insert(weight);
            }
        }
        accepted
    }

    fn place(&mut self, name: &str) -> Option<&mut Option<u16>> {
        if name == "*" {
            return Some(&mut self.others);
        }
        Some(match Coding::parse(name)? {
            Coding::Identity => &mut self.identity,
            Coding::Gzip => &mut self.gzip,
            Coding::Brotli => &mut self.brotli,
        })
    }

    /// How much a coding is wanted; `None` where it is not accepted. What is not coded is accepted unless it is
    /// ruled out, and comes last where it is not named.
    pub(super) fn weight(self, coding: Coding) -> Option<u16> {
        let named = match coding {
            Coding::Identity => self.identity,
            Coding::Gzip => self.gzip,
            Coding::Brotli => self.brotli,
        };
        let unnamed = if coding == Coding::Identity { Some(0) } else { None };
        match named.or(self.others) {
            Some(0) => None,
            Some(weight) => Some(weight),
            None => unnamed,
        }
    }
}

/// A name and its weight, which is 1 where none is given.
fn item(text: &str) -> Option<(&str, u16)> {
    let (name, weight) = match text.split_once(';') {
        None => (text, 1000),
        Some((name, parameter)) => (name, weight(parameter.trim())?),
    };
    Some((name.trim(), weight))
}

/// `q=0.5` (RFC 9110 §12.4.2), in thousandths.
fn weight(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.split_once('=')?;
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let is_number = fraction.len() <= 3 && fraction.bytes().all(|digit| digit.is_ascii_digit());
    if !name.eq_ignore_ascii_case("q") || !is_number || !matches!(whole, "0" | "1") {
        return None;
    }
    let thousandths = format!("{whole}{fraction:0<3}").parse().ok()?;
    (thousandths <= 1000).then_some(thousandths)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The weights of identity, gzip and brotli.
    type Weights = [Option<u16>; 3];

    #[test]
    fn what_a_request_accepts() {
        let all = Some(1000);
        let cases: [(&[&str], Weights); 24] = [
            (&[], [Some(0), None, None]),
            (&[""], [Some(0), None, None]),
            (&["gzip"], [Some(0), all, None]),
            (&["GZip, deflate, BR, zstd"], [Some(0), all, all]),
            (&["x-gzip"], [Some(0), all, None]),
            (&["gzip", "br"], [Some(0), all, all]),
            (&["gzip;q=0.5 , br ; q=0.001"], [Some(0), Some(500), Some(1)]),
            (&["gzip;Q=1.000,br;q=0.000"], [Some(0), all, None]),
            (&["gzip;q=1.,br;q=0."], [Some(0), all, None]),
            (&["*"], [all, all, all]),
            (&["*;q=0.2, br"], [Some(200), Some(200), all]),
            (&["*;q=0"], [None, None, None]),
            (&["gzip, *;q=0"], [None, all, None]),
            (&["*;q=0, identity;q=0.1"], [Some(100), None, None]),
            (&["identity"], [all, None, None]),
            (&["identity;q=0"], [None, None, None]),
            (&["identity;q=0, gzip;q=0.1"], [None, Some(100), None]),
            (&["identity;q=0.5, gzip;q=0.1"], [Some(500), Some(100), None]),
            (&["gzip;q=0, gzip"], [Some(0), None, None]),
            // What is no weight makes no item.
            (&["gzip;q=2, br;q=1.001"], [Some(0), None, None]),
            (&["gzip;q=-1, br;q=0.0001"], [Some(0), None, None]),
            (&["gzip;q=, br;level=9, *;"], [Some(0), None, None]),
            (&[";;,,=, ;q=1,gzip br,\"gzip\"", "br"], [Some(0), None, all]),
            (&["gzip\u{e9}", "br"], [Some(0), None, all]),
        ];
        for (lines, expected) in cases {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::ACCEPT_ENCODING, line.as_bytes().try_into().unwrap());
            }
            let accepted = Accepted::of(&headers);
            let weights = [Coding::Identity, Coding::Gzip, Coding::Brotli].map(|it| accepted.weight(it));
            assert_eq!(weights, expected, "{lines:?}");
        }
    }
}
