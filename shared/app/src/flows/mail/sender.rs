//! Who wrote: by reply token, by thread, by a known address; and how far that is to be trusted.
use crate::App;
use crate::flows::feedback::letter_by;
use crate::flows::letters::copy_key;
use crate::keyring::{lookup, reply_tokens};
use crate::letter::Letter;
use crate::store::entity::Stored;
use crate::store::keys;
use crate::store::reads::{load, look_up};
use crate::tokens::token_of_recipient;
use crate::worker::Failure;
use connectors::mime::InboundMail;
use connectors::ses::inbound::{InboundNotice, Verdict};
use domain::customer::Customer;
use domain::ids::CustomerId;
use domain::inbox::decide::Trust;
use domain::mutant;
use domain::sealed::{LookupHash, Sealed};

/// The sender as far as recognised.
pub(crate) struct Sender {
    pub trust: Trust,
    pub customer: Option<CustomerId>,
    /// The letter that the mail answers.
    pub letter: Option<Letter>,
    pub from_hash: LookupHash,
}

/// Recognises the sender. Only the receipt notification's verdicts authenticate; without one, nothing does.
pub(crate) async fn recognise(
    app: &App,
    mail: &InboundMail,
    notice: Option<&InboundNotice>,
) -> Result<Sender, Failure> {
    let from_hash = lookup(app, &mail.from.address)?;
    if is_our_own(app, &mail.from.address) {
        return Ok(Sender { trust: Trust::Unverified, customer: None, letter: None, from_hash });
    }
    let by_token = by_token(app, mail, notice).await?;
    let is_token = by_token.is_some();
    let letter = match by_token {
        Some(letter) => Some(letter),
        None => by_thread(app, mail).await?,
    };
    let known = look_up(app.table.as_ref(), keys::address(&app.settings.entity, &from_hash)).await?;
    let from_contact = match known.as_slice() {
        [customer] => Some(CustomerId::new(customer)),
        _ => None,
    };
    let customer =
        letter.as_ref().map(|letter| letter.state.customer.clone()).or_else(|| from_contact.clone());
    let is_contact = match &customer {
        Some(customer) => is_contact(app, customer, &from_hash).await?,
        None => false,
    };
    let trust = match (is_authentic(notice), letter.is_some(), is_contact) {
        (true, true, true) if is_token => Trust::Verified,
        (true, true, _) => Trust::Matched,
        (true, false, true) => Trust::Contact,
        _ => Trust::Unverified,
    };
    Ok(Sender { trust, customer, letter: letter.map(|letter| letter.state), from_hash })
}

/// A mail that says it is from us answers none of our letters, whoever sent it.
fn is_our_own(app: &App, address: &str) -> bool {
    let ours = &app.settings.mail_from;
    let ours = ours.rsplit_once('<').map_or(ours.as_str(), |(_, address)| address.trim_end_matches('>'));
    !ours.is_empty() && address.trim().eq_ignore_ascii_case(ours.trim())
}

fn is_authentic(notice: Option<&InboundNotice>) -> bool {
    if mutant!("forged-mail-believed") {
        return true;
    }
    notice
        .is_some_and(|notice| notice.verdicts.dmarc == Verdict::Pass && notice.verdicts.spam != Verdict::Fail)
}

/// The token counts in the envelope; where there is no envelope, the header's copy finds the thread all the same.
async fn by_token(
    app: &App,
    mail: &InboundMail,
    notice: Option<&InboundNotice>,
) -> Result<Option<Stored<Letter>>, Failure> {
    let recipients: Vec<String> = match notice {
        Some(notice) => notice.envelope_recipients.clone(),
        None => mail.to.iter().map(|mailbox| mailbox.address.clone()).collect(),
    };
    let tokens = reply_tokens(app)?;
    for token in recipients.iter().filter_map(|recipient| token_of_recipient(recipient)) {
        if let Some(reply) = tokens.check(&token) {
            return letter_by(app, &keys::reply(&app.settings.entity, &reply.to_hex())).await;
        }
    }
    Ok(None)
}

async fn by_thread(app: &App, mail: &InboundMail) -> Result<Option<Stored<Letter>>, Failure> {
    let entity = &app.settings.entity;
    for id in mail.in_reply_to.iter().chain(mail.references.iter().rev()) {
        let local = id.split('@').next().unwrap_or(id);
        for key in [keys::message(entity, local), keys::reply(entity, local)] {
            if let Some(letter) = letter_by(app, &key).await? {
                return Ok(Some(letter));
            }
        }
    }
    Ok(None)
}

async fn is_contact(app: &App, customer: &CustomerId, hash: &LookupHash) -> Result<bool, Failure> {
    let key = keys::customer(&app.settings.entity, customer);
    let stored = load::<Customer>(app.table.as_ref(), &key).await?;
    Ok(stored.is_some_and(|stored| stored.state.contacts.iter().any(|contact| contact.email_hash == *hash)))
}

/// The text of the letter that is answered: its lines are ours wherever they turn up.
pub(crate) async fn parent_text(app: &App, sender: &Sender) -> Result<Option<String>, Failure> {
    let Some(letter) = &sender.letter else { return Ok(None) };
    let Some(copy) = app.blobs.get(&app.settings.archive_bucket, &copy_key(&letter.id)).await? else {
        return Ok(None);
    };
    let sealed = Sealed(String::from_utf8_lossy(&copy).into_owned());
    let subject = keys::customer(&letter.entity, &letter.customer).pk;
    Ok(app.seal.open(&subject, &sealed).await?)
}
