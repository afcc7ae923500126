//! The customers: names, contacts, currency, terms.
use crate::sim::seed::splitmix::SplitMix64;
use domain::money::Currency;
use serde_json::{Value, json};

pub(super) const CUSTOMERS: i64 = 200;

const FIRST: [&str; 40] = [
    "Alder",
    "Amberley",
    "Birchwood",
    "Blackthorn",
    "Brindle",
    "Calloway",
    "Cedar Point",
    "Cobalt",
    "Copperfield",
    "Dunmore",
    "Eastgate",
    "Elmhurst",
    "Fairwater",
    "Fernhill",
    "Foxglove",
    "Granby",
    "Greyfriar",
    "Hartwell",
    "Hollins",
    "Ironbridge",
    "Juniper",
    "Kestrel",
    "Lakeshore",
    "Larkspur",
    "Marlowe",
    "Millbrook",
    "Northfold",
    "Oakhaven",
    "Pemberly",
    "Quarry Lane",
    "Ravenscar",
    "Redwater",
    "Silverdale",
    "Stonecroft",
    "Tamarack",
    "Thistledown",
    "Umber",
    "Westerly",
    "Wren & Hale",
    "Yarrow",
];
const SECOND: [&str; 25] = [
    "Foods",
    "Freight",
    "Optics",
    "Dental Group",
    "Packaging",
    "Textiles",
    "Robotics",
    "Architects",
    "Brewing",
    "Logistics",
    "Ceramics",
    "Clinics",
    "Engineering",
    "Furniture",
    "Hotels",
    "Instruments",
    "Labs",
    "Marine",
    "Media",
    "Nurseries",
    "Paper",
    "Plastics",
    "Security",
    "Timber",
    "Tools",
];
const GIVEN: [&str; 24] = [
    "Aisha", "Ben", "Carla", "Dmitri", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Keiko", "Liam",
    "Marta", "Nadia", "Omar", "Priya", "Quentin", "Rosa", "Sven", "Tomas", "Uma", "Victor", "Wanjiru",
    "Yusuf",
];
const FAMILY: [&str; 24] = [
    "Abara",
    "Bennett",
    "Castillo",
    "Demir",
    "Eklund",
    "Fischer",
    "Garcia",
    "Haddad",
    "Ivanov",
    "Jensen",
    "Kaur",
    "Lindqvist",
    "Moreau",
    "Nakamura",
    "Okafor",
    "Petrov",
    "Quinn",
    "Rossi",
    "Silva",
    "Tanaka",
    "Usman",
    "Vargas",
    "Weber",
    "Young",
];

/// A customer as the generator made it.
pub(super) struct Person {
    pub id: i64,
    pub name: String,
    pub email: Option<String>,
    pub ccy: Currency,
    pub terms_days: i64,
    pub is_active: bool,
    /// How often invoices fall on this customer.
    pub weight: i64,
}

/// The customer with number `id`, from 1.
pub(super) fn person(id: i64, random: &mut SplitMix64) -> (Person, Value) {
    let ccy = currency(id, random);
    // 387 has no factor in common with 1000, so no two customers meet in one name.
    let name_at = (id * 387) % 1000;
    let at = |list: &[&'static str], at: i64| {
        usize::try_from(at).ok().and_then(|at| list.get(at)).copied().unwrap_or_default()
    };
    let base = format!("{} {}", at(&FIRST, name_at / 25), at(&SECOND, name_at % 25));
    let name = format!("{base} {}", suffix(ccy, random));
    let (given, family) = (random.pick(&GIVEN), random.pick(&FAMILY));
    let email = email(&base, given, family, random);
    let terms_days = random.weighted(&[(30, 50), (14, 18), (45, 18), (60, 14)]);
    let person = Person {
        id,
        name: name.clone(),
        email: (id % 17 != 0).then_some(email),
        ccy,
        terms_days,
        is_active: id % 25 != 0,
        weight: random.weighted(&[(1, 60), (3, 30), (8, 10)]),
    };
    let mut body = json!({
        "DisplayName": name, "FullyQualifiedName": name, "CompanyName": name, "PrintOnCheckName": name,
        "GivenName": given, "FamilyName": family, "Active": person.is_active, "Taxable": false,
        "Job": false, "BillWithParent": false, "Balance": 0, "BalanceWithJobs": 0,
        "CurrencyRef": currency_ref(ccy), "SalesTermRef": terms_ref(terms_days),
        "BillAddr": address(id, ccy), "PreferredDeliveryMethod": "Email",
    });
    if let Some(fields) = body.as_object_mut() {
        if let Some(email) = &person.email {
            fields.insert("PrimaryEmailAddr".to_owned(), json!({"Address": email}));
        }
        // 555-0100 to 555-0199 are kept for fiction.
        let phone = format!("(415) 555-{:04}", 100 + id % 100);
        fields.insert("PrimaryPhone".to_owned(), json!({"FreeFormNumber": phone}));
    }
    (person, body)
}

fn currency(id: i64, random: &mut SplitMix64) -> Currency {
    let drawn: i64 = random.weighted(&[(0, 82), (1, 10), (2, 8)]);
    match (id, drawn) {
        (137, _) => Currency::JPY,
        (_, 1) => Currency::EUR,
        (_, 2) => Currency::GBP,
        _ => Currency::USD,
    }
}

fn suffix(ccy: Currency, random: &mut SplitMix64) -> &'static str {
    match ccy {
        Currency::EUR => random.pick(&["GmbH", "BV", "SARL"]),
        Currency::GBP => random.pick(&["Ltd", "LLP"]),
        Currency::JPY => "KK",
        _ => random.pick(&["Inc.", "LLC", "Corp.", "Co."]),
    }
}

fn email(base: &str, given: &str, family: &str, random: &mut SplitMix64) -> String {
    let slug: String = base.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let contact = format!("{}.{}", given.to_ascii_lowercase(), family.to_ascii_lowercase());
    match random.below(4) {
        0 => format!("ap@{slug}.example"),
        1 => format!("accounts@{slug}.example"),
        2 => format!("{slug}.billing@example.com"),
        _ => format!("{contact}@{slug}.example"),
    }
}

pub(super) fn currency_ref(ccy: Currency) -> Value {
    let name = match ccy {
        Currency::EUR => "Euro",
        Currency::GBP => "British Pound Sterling",
        Currency::JPY => "Japanese Yen",
        _ => "United States Dollar",
    };
    json!({"value": ccy.code(), "name": name})
}

pub(super) fn terms_ref(days: i64) -> Value {
    let id = match days {
        14 => "2",
        30 => "3",
        45 => "4",
        _ => "5",
    };
    json!({"value": id, "name": format!("Net {days}")})
}

fn address(id: i64, ccy: Currency) -> Value {
    let (city, country) = match ccy {
        Currency::EUR => ("Utrecht", "NLD"),
        Currency::GBP => ("Leeds", "GBR"),
        Currency::JPY => ("Osaka", "JPN"),
        _ => ("Sacramento", "USA"),
    };
    let line = format!("{} Harbour Street", 2 + id * 7 % 240);
    json!({"Id": (1000 + id).to_string(), "Line1": line, "City": city, "Country": country})
}
