//! Stripe: objects by folder and id, lists of what belongs to a payment, and the list of events, newest first.
use super::{parameters, reply};
use connectors::call::{Request, Response};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Default)]
pub struct Stripe {
    objects: BTreeMap<(String, String), Value>,
    /// In the order in which they happened.
    events: Vec<Value>,
}

impl Stripe {
    /// Creates the object, or changes it to this state.
    pub fn put(&mut self, object: Value) {
        let text = |name: &str| object[name].as_str().unwrap().to_owned();
        self.objects.insert((format!("{}s", text("object")), text("id")), object);
    }

    /// Something happened, whether a webhook tells of it or not.
    pub fn happened(&mut self, event: Value) {
        self.events.push(event);
    }

    pub fn answer(&self, request: &Request) -> Response {
        let path = request.uri().path().trim_start_matches("/v1/").replacen("checkout/", "checkout.", 1);
        let Some((folder, id)) = path.split_once('/') else {
            let parameters = parameters(request);
            return reply(
                200,
                &if path == "events" { self.list_events(&parameters) } else { self.list(&path, &parameters) },
            );
        };
        match self.object(folder, id) {
            Some(object) => reply(200, object),
            None => {
                let error = json!({"type": "invalid_request_error", "code": "resource_missing",
                    "message": format!("No such {folder}: {id}")});
                reply(404, &json!({"error": error}))
            }
        }
    }

    fn object(&self, folder: &str, id: &str) -> Option<&Value> {
        self.objects.get(&(folder.to_owned(), id.to_owned()))
    }

    fn list(&self, folder: &str, parameters: &BTreeMap<String, String>) -> Value {
        let wanted = |object: &Value| {
            [
                ("payment_intent", "/payment_intent"),
                ("charge", "/charge"),
                ("invoice", "/invoice"),
                ("payment[payment_intent]", "/payment/payment_intent"),
            ]
            .iter()
            .filter_map(|(name, place)| Some((parameters.get(*name)?, place)))
            .all(|(value, place)| object.pointer(place).and_then(Value::as_str) == Some(value))
        };
        let rows = self.objects.iter().filter(|((of, _), object)| of == folder && wanted(object));
        let mut rows: Vec<Value> = rows.map(|(_, object)| object.clone()).collect();
        if parameters.get("expand[]").map(String::as_str) == Some("data.invoice") {
            for row in &mut rows {
                let invoice = row["invoice"].as_str().and_then(|id| self.object("invoices", id));
                if let Some(invoice) = invoice.cloned() {
                    row["invoice"] = invoice;
                }
            }
        }
        json!({"object": "list", "data": rows, "has_more": false})
    }

    fn list_events(&self, parameters: &BTreeMap<String, String>) -> Value {
        let number = |name: &str| parameters[name].parse::<i64>().unwrap();
        let within = number("created[gte]")..=number("created[lte]");
        let mut found: Vec<&Value> = self.events.iter().rev().collect();
        found.retain(|event| within.contains(&event["created"].as_i64().unwrap()));
        // Of one second in the order of their coming, the newest first.
        found.sort_by_key(|event| std::cmp::Reverse(event["created"].as_i64()));
        if let Some(after) = parameters.get("starting_after") {
            let at = found.iter().position(|event| event["id"].as_str() == Some(after)).unwrap();
            found.drain(..=at);
        }
        let limit = usize::try_from(number("limit")).unwrap();
        let has_more = found.len() > limit;
        found.truncate(limit);
        json!({"object": "list", "data": found, "has_more": has_more})
    }
}
