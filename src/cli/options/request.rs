//! What `sekisho token` asks for.

use super::{ISSUER, Opt, TOKENS, value};

pub(in crate::cli) static SCOPE: Opt = Opt {
    variable: None,
    value_name: "SCOPES",
    help: "What to ask for, like \"api1:read:status api2:read:status\" (the default, of the development issuer)",
    in_file: false,
    ..value("scope", "", TOKENS)
};
pub(in crate::cli) static EXPIRES_IN: Opt = Opt {
    variable: None,
    value_name: "DURATION",
    help: "How long the token lasts [default: 1h]; of the development issuer alone",
    in_file: false,
    ..value("expires-in", "", TOKENS)
};
pub(in crate::cli) static CLIENT_ID: Opt = Opt {
    value_name: "ID",
    help: "Who asks [default: cli, of the development issuer, which the variable is not for]",
    in_file: false,
    ..value("client-id", "SEKISHO_TOKEN_CLIENT_ID", TOKENS)
};
pub(in crate::cli) static CLIENT_SECRET: Opt = Opt {
    value_name: "SECRET",
    help: "Its secret; better in the variable, where no list of processes shows it",
    in_file: false,
    ..value("client-secret", "SEKISHO_TOKEN_CLIENT_SECRET", TOKENS)
};
pub(in crate::cli) static ISSUER_NAME: Opt = Opt {
    variable: None,
    value_name: "NAME",
    help: "Which of the file's [[issuers]] is asked; its table has URL and roots, and the audience unless --audience names one",
    in_file: false,
    ..value("issuer-name", "", ISSUER)
};
