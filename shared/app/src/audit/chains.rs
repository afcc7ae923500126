//! Every item's chain: gapless versions, hashes that agree, and what became of each follow-up on the way.
use super::{AuditReport, Finding, Gathered, Item, Link};
use crate::store::entity::FollowUp;
use crate::store::table::Key;
use chrono::{DateTime, Utc};
use domain::timeline::Touched;
use std::collections::BTreeMap;

impl Gathered {
    /// Walks every chain from its head to its start, and looks for entries that no chain leads to.
    pub(super) fn check_chains(
        &mut self,
        report: &mut AuditReport,
        now: DateTime<Utc>,
        waiting: &[FollowUp],
    ) {
        let mut found = Vec::new();
        let mut touches: BTreeMap<&str, u64> = BTreeMap::new();
        for touched in self.links.values().flat_map(|link| &link.touched) {
            *touches.entry(touched.pk.as_str()).or_default() += 1;
        }
        for (pk, item) in &self.items {
            let mut tell = |what: String| found.push(Finding { item: pk.clone(), what });
            match self.walk(pk, item) {
                Ok(steps) => check_follow_ups(item, &steps, (now, waiting), report, &mut tell),
                Err(what) => tell(what),
            }
            let count = touches.remove(pk.as_str()).unwrap_or(0);
            if count != item.ver {
                tell(format!("{count} entries changed it, and it has version {}", item.ver));
            }
        }
        for (pk, count) in touches {
            let what = format!("{count} entries changed it, and it is not there");
            found.push(Finding { item: pk.to_owned(), what });
        }
        self.findings.extend(found);
    }

    /// The entries of an item with what each did to it, oldest first.
    fn walk(&self, pk: &str, item: &Item) -> Result<Vec<(&Link, &Touched)>, String> {
        let mut steps = Vec::new();
        let mut next = item.head.as_ref();
        let mut ver = item.ver;
        while let Some(head) = next {
            let key = Key::new(&head.pk, &head.sk);
            let link = self.links.get(&key).ok_or_else(|| format!("the entry {key} is missing"))?;
            if link.hash != head.hash {
                return Err(format!("the hash of the entry {key} does not agree"));
            }
            let touched = link.touched.iter().find(|touched| touched.pk == pk);
            let touched = touched.ok_or_else(|| format!("the entry {key} does not name it"))?;
            if touched.ver != ver {
                return Err(format!("the entry {key} made version {}, not {ver}", touched.ver));
            }
            steps.push((link, touched));
            next = touched.former.as_ref();
            ver = ver.saturating_sub(1);
        }
        if ver != 0 {
            return Err(format!("its chain begins at version {}", ver + 1));
        }
        steps.reverse();
        Ok(steps)
    }
}

fn check_follow_ups(
    item: &Item,
    steps: &[(&Link, &Touched)],
    (now, waiting): (DateTime<Utc>, &[FollowUp]),
    report: &mut AuditReport,
    tell: &mut dyn FnMut(String),
) {
    let mut open: BTreeMap<FollowUp, DateTime<Utc>> = BTreeMap::new();
    for (link, touched) in steps {
        for gone in FollowUp::ALL.into_iter().filter(|todo| !touched.pending.contains(todo)) {
            if open.remove(&gone).is_some() && !link.does.contains(&gone) {
                tell(format!("version {} dropped {gone:?} without doing it", touched.ver));
            }
        }
        for todo in &touched.pending {
            if !open.contains_key(todo) {
                open.insert(*todo, link.at);
                report.follow_ups += 1;
            }
        }
    }
    let mut pending = item.pending.clone();
    pending.sort_unstable();
    if pending != open.keys().copied().collect::<Vec<_>>() {
        tell(format!("its entries leave {:?} to do, it says {pending:?}", open.keys()));
    }
    if item.is_marked == pending.is_empty() {
        tell(format!("to do is {pending:?}, and its mark in the index says otherwise"));
    }
    report.pending += open.len();
    for (todo, since) in open {
        if now - since > todo.age_max() && !waiting.contains(&todo) {
            tell(format!("{todo:?} has been pending since {}", since.to_rfc3339()));
        }
    }
}
