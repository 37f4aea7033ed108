//! What is wrong with a request of which nobody but the person can be told.

use axum::http::StatusCode;

use super::language::Language;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// No registered client that asks persons.
    UnknownClient,
    /// Not one of those that the client is registered with, character by character.
    RedirectUri,
    /// The same of where to go after logging out.
    PostLogoutRedirectUri,
    /// The hint is no ID token of this issuer, or another client's.
    IdTokenHint,
    /// A form that no page of this server sent, or not to this browser, or too long ago.
    Form,
    /// The request is addressed to a name that is not this server's.
    Host,
    /// The cryptographic library refused.
    Internal,
}

impl Fault {
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::UnknownClient | Self::RedirectUri | Self::PostLogoutRedirectUri | Self::IdTokenHint => {
                StatusCode::BAD_REQUEST
            }
            Self::Form => StatusCode::FORBIDDEN,
            Self::Host => StatusCode::MISDIRECTED_REQUEST,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What is wrong, and what to do.
    pub(super) fn words(self, language: Language) -> &'static str {
        match self {
            Self::UnknownClient => language.say(
                "The application that sent you here is not registered with this issuer. Check its client_id.",
                "呼び出し元のアプリケーションは、この認可サーバーに登録されていません。client_id を確認してください。",
            ),
            Self::RedirectUri => language.say(
                "The application wants the answer at an address that is not registered for it. Its redirect_uri must be the registered one, character by character.",
                "アプリケーションが指定した redirect_uri は登録されていません。登録済みのものと一字一句同じにしてください。",
            ),
            Self::PostLogoutRedirectUri => language.say(
                "The application wants you sent to an address that is not registered for it. You are still logged in. Its post_logout_redirect_uri must be the registered one, character by character.",
                "アプリケーションが指定した post_logout_redirect_uri は登録されていません。ログアウトはしていません。登録済みのものと一字一句同じにしてください。",
            ),
            Self::IdTokenHint => language.say(
                "The application names you by a token that this issuer did not give it. You are still logged in. The issuer makes a new key at every start: log in anew.",
                "id_token_hint は、この認可サーバーがこのアプリケーションに発行したものではありません。ログアウトはしていません。鍵は起動のたびに新しくなります。ログインし直してください。",
            ),
            Self::Form => language.say(
                "This form is stale, or was not sent from a page of this issuer. Go back to the application and begin again.",
                "このフォームは古くなったか、この認可サーバーのページから送られたものではありません。アプリケーションに戻ってやり直してください。",
            ),
            Self::Host => language.say(
                "This issuer goes by another address. Use the one that its metadata names.",
                "この認可サーバーのアドレスが違います。メタデータにあるものを使ってください。",
            ),
            Self::Internal => language.say(
                "The issuer could not make what it needs. Try again.",
                "認可サーバーの内部でエラーが起きました。もう一度お試しください。",
            ),
        }
    }
}
