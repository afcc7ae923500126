//! Forms of signed-in people: each carries the session's token and the page's mark against double submits.
use crate::guard::Person;
use maud::{Markup, html};

/// A form with its fields and buttons inside.
pub fn form(person: &Person, action: &str, inside: Markup) -> Markup {
    html! {
        form.action method="post" action=(action) {
            input type="hidden" name="form" value=(person.form_token);
            input type="hidden" name="once" value=(person.once);
            (inside)
        }
    }
}

/// A form of one button, which sends one field.
pub fn button(person: &Person, action: &str, field: (&str, &str), label: &str) -> Markup {
    form(person, action, html! { button name=(field.0) value=(field.1) { (label) } })
}
