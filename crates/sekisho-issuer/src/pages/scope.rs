//! What a scope means, in words.

use super::super::language::Language;

/// The words for a scope token, or none where it has to speak for itself.
pub(super) fn words(language: Language, token: &str) -> Option<&'static str> {
    let (english, japanese) = match token {
        "openid" => ("Know which account is yours", "あなたのアカウントを識別する"),
        "profile" => ("See your name", "あなたの名前を見る"),
        "email" => ("See your email address", "あなたのメールアドレスを見る"),
        "offline_access" => {
            ("Renew its access for a day without asking", "1日のあいだ、確認なしにアクセスを更新する")
        }
        "api1:read:status" => ("Read the status of API1", "API1のステータスを取得する"),
        "api2:read:status" => ("Read the status of API2", "API2のステータスを取得する"),
        "api3:read:status" => ("Read the status of API3", "API3のステータスを取得する"),
        _ => return None,
    };
    Some(language.say(english, japanese))
}
