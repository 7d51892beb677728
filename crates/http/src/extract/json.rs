//! JSON bodies. Their size is limited by the router; errors name the position, never the content.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;

use crate::HttpError;

/// A JSON body of a request or response.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = HttpError;

    async fn from_request(request: Request, state: &S) -> Result<Self, HttpError> {
        let body = Bytes::from_request(request, state).await.map_err(|rejection| unreadable(&rejection))?;
        let invalid = |detail: String| {
            HttpError::new(StatusCode::BAD_REQUEST, "Request body must be valid JSON.").with_detail(detail)
        };
        // serde would also read an array as the fields of an object, in order.
        let parsed = if body.trim_ascii_start().starts_with(b"{") {
            parse(&body).map(Self).map_err(invalid)
        } else {
            Err(invalid("expected an object".to_owned()))
        };
        wipe(body);
        parsed
    }
}

/// Escapes the characters that begin markup, which JSON can only have inside strings: a response that is mistaken for a page
/// stays harmless.
impl<T: serde::Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        let text = match serde_json::to_vec(&self.0) {
            Ok(text) => text,
            Err(error) => {
                return HttpError::internal(format!("cannot serialize a response: {error}")).into_response();
            }
        };
        let mut body = Vec::with_capacity(text.len());
        for byte in text {
            match byte {
                b'<' => body.extend_from_slice(br"\u003c"),
                b'>' => body.extend_from_slice(br"\u003e"),
                b'&' => body.extend_from_slice(br"\u0026"),
                other => body.push(other),
            }
        }
        ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response()
    }
}

fn unreadable(rejection: &BytesRejection) -> HttpError {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            HttpError::new(StatusCode::PAYLOAD_TOO_LARGE, "Request body is too large.")
                .with_detail("Send less at once; the user guide lists the limits.")
        }
        status => HttpError::new(status, "Request body could not be read.")
            .with_detail("It ended early or came too slowly. Send the request again."),
    }
}

/// Wipes the body, which may contain a secret, unless its buffer is shared.
fn wipe(body: Bytes) {
    if let Ok(mut buffer) = body.try_into_mut() {
        zeroize::Zeroize::zeroize(buffer.as_mut());
    }
}

/// The error says what is expected, and where.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let detail = describe(error.inner());
        // Unknown fields are skipped, so a value of the wrong type is in a known field. The path of a syntax error could
        // quote the input.
        let is_known_field = error.inner().is_data() && error.path().iter().len() > 0;
        if is_known_field { format!("{}: {detail}", error.path()) } else { detail }
    })?;
    reader.end().map_err(|error| describe(&error))?;
    Ok(parsed)
}

/// The message of serde_json without the input: `invalid type: string "hunter2", expected a boolean` would put a misplaced
/// secret into the response and into logs.
fn describe(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match (error.classify(), text.split_once(", expected ")) {
        (serde_json::error::Category::Data, Some((_, expected))) => format!("expected {expected}"),
        (serde_json::error::Category::Data, None)
            if text.starts_with("unknown") || text.starts_with("invalid") =>
        {
            format!("a value is not of the expected kind at line {} column {}", error.line(), error.column())
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn errors_name_the_place_and_never_the_content() {
        #[derive(serde::Deserialize, Debug)]
        #[allow(dead_code)]
        struct Body {
            enabled: bool,
            #[serde(default)]
            more: Vec<Item>,
        }
        #[derive(serde::Deserialize, Debug)]
        #[allow(dead_code)]
        struct Item {
            name: String,
            kind: Kind,
        }
        #[derive(serde::Deserialize, Debug)]
        #[serde(rename_all = "snake_case")]
        enum Kind {
            One,
        }
        for (body, message) in [
            (r#"{"enabled":"hunter2"}"#, "enabled: expected a boolean at line 1 column 20"),
            (r#"{"enabled":true,"enabled":true}"#, "duplicate field `enabled` at line 1 column 25"),
            (r#"{"enabled":"hunter2"#, "EOF while parsing a string at line 1 column 19"),
            (r#"{"more":[]}"#, "missing field `enabled` at line 1 column 11"),
            (
                r#"{"enabled":true,"more":[{"name":"a","kind":"one"},{"name":["hunter2"]}]}"#,
                "more[1].name: expected a string at line 1 column 58",
            ),
            (
                r#"{"enabled":true,"more":[{"name":"a","kind":"hunter2"}]}"#,
                "more[0].kind: expected `one` at line 1 column 52",
            ),
            (
                r#"{"enabled":true,"more":[{"kind":"one"}]}"#,
                "more[0]: missing field `name` at line 1 column 38",
            ),
            (r#"{"hunter2":{"hunter2":hunter2}}"#, "expected value at line 1 column 23"),
            (r#"{"enabled":1e999}"#, "number out of range at line 1 column 16"),
            (r#"{"enabled":true} hunter2"#, "trailing characters at line 1 column 18"),
        ] {
            assert_eq!(parse::<Body>(body.as_bytes()).unwrap_err(), message, "{body}");
        }
        assert!(parse::<Body>(br#"{"enabled":true,"hunter2":{"enabled":"hunter2"}} "#).is_ok());
    }
}
