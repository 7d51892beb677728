//! The operations of the API, as its OpenAPI document lists them.

use std::fmt;

use reqwest::Method;

/// A method and a path with parameters in braces: `GET /api/v2/users/{user}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    pub method: Method,
    pub path: String,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// Every operation of the document, by path.
pub fn operations() -> Vec<Operation> {
    let document = serde_json::to_value(coder_server::router::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let operations: Vec<_> = paths
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(|method| Operation {
                method: Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(),
                path: path.clone(),
            })
        })
        .collect();
    assert!(operations.len() > 60, "the document was read");
    operations
}

/// The operation of a request: of those whose path matches, the one with the fewest parameters.
pub fn operation_of<'o>(operations: &'o [Operation], method: &str, path: &str) -> Option<&'o Operation> {
    let parameters = |operation: &Operation| operation.path.matches('{').count();
    operations
        .iter()
        .filter(|operation| operation.method.as_str() == method && fits(&operation.path, path))
        .min_by_key(|operation| parameters(operation))
}

fn fits(pattern: &str, path: &str) -> bool {
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let (pattern, path): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len()
        && pattern.iter().zip(&path).all(|(pattern, part)| pattern.starts_with('{') || pattern == part)
}
