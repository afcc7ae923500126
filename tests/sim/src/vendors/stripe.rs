//! Stripe: objects by folder and id, read one at a time, and a payment intent's refunds as a list.
use super::{parameters, reply};
use connectors::call::{Request, Response};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Default)]
pub struct Stripe {
    objects: BTreeMap<(String, String), Value>,
}

impl Stripe {
    /// Creates the object, or changes it to this state.
    pub fn put(&mut self, object: Value) {
        let text = |name: &str| object[name].as_str().unwrap().to_owned();
        self.objects.insert((format!("{}s", text("object")), text("id")), object);
    }

    pub fn answer(&self, request: &Request) -> Response {
        let path = request.uri().path().trim_start_matches("/v1/");
        let Some((folder, id)) = path.split_once('/') else {
            let intent = parameters(request).remove("payment_intent");
            let rows: Vec<&Value> = self
                .objects
                .iter()
                .filter(|((of, _), object)| {
                    of == path && object["payment_intent"].as_str() == intent.as_deref()
                })
                .map(|(_, object)| object)
                .collect();
            return reply(200, &json!({"object": "list", "data": rows, "has_more": false}));
        };
        match self.objects.get(&(folder.to_owned(), id.to_owned())) {
            Some(object) => reply(200, object),
            None => {
                let error = json!({"type": "invalid_request_error", "code": "resource_missing",
                    "message": format!("No such {folder}: {id}")});
                reply(404, &json!({"error": error}))
            }
        }
    }
}
