//! What a format pushes into the look at its leaf.

use std::io::Read;
use std::rc::Rc;
use std::sync::atomic::Ordering;

use super::{Bytes, Leaf, member_path};
use crate::formats::{Budget, Metered, Sink};
use crate::model::{Charset, GapKind, LookStatus, Recipients, Record, limits};
use crate::pass::commit::LookedLeaf;

impl Sink for Leaf<'_, '_> {
    fn record(&mut self, record: &Record<'_>) {
        self.seen += 1;
        if self.look.watch.stop.load(Ordering::Relaxed) {
            self.look.budget.end();
        }
        self.look.budget.count(0);
        record.fields.iter().filter_map(|field| field.raw).for_each(|(_, charset)| self.charsets.add(charset));
        let Some(mut detector) = self.detector.take() else { return };
        detector.record(record, &mut |hits| self.hits(hits));
        self.detector = Some(detector);
    }

    fn child(&mut self, name: &str, bytes: &mut dyn Read) -> bool {
        self.seen += 1;
        self.pass_on();
        let path = member_path(&self.result.path, name);
        if self.depth + 1 > limits::CONTAINER_DEPTH {
            let reason = format!(
                "containers are nested more than {} deep; this one was not opened: unpack it by hand",
                limits::CONTAINER_DEPTH
            );
            self.member_gap(name, GapKind::OverLimit, reason);
            return true;
        }
        // Counted over the whole source file: containers inside each other must not multiply what is remembered.
        if self.look.members >= limits::CONTAINER_MEMBERS {
            let reason = format!("more than {} members; the rest was not looked at", limits::CONTAINER_MEMBERS);
            self.gap(GapKind::OverLimit, reason);
            return false;
        }
        self.look.members += 1;
        if self.look.watch.stop.load(Ordering::Relaxed) {
            self.look.budget.end();
        }
        let mut metered = Metered::new(bytes, Rc::clone(&self.look.budget));
        self.look.budget.begin();
        let member = self.look.leaf(path, self.depth + 1, Bytes::Stream(&mut metered));
        self.take_in(member)
    }

    fn part(&mut self, name: &str, read: &mut dyn FnMut(&mut dyn Sink)) -> bool {
        self.seen += 1;
        self.pass_on();
        if self.look.members >= limits::CONTAINER_MEMBERS {
            let reason = format!("more than {} parts; the rest was not looked at", limits::CONTAINER_MEMBERS);
            self.gap(GapKind::OverLimit, reason);
            return false;
        }
        self.look.members += 1;
        let path = member_path(&self.result.path, name);
        let mut part = Leaf::new(self.look, path, self.depth + 1);
        part.result.format = self.result.format.clone();
        part.guarded(&mut |leaf| read(leaf));
        let member = part.close(0);
        self.take_in(member) && !self.look.watch.stop.load(Ordering::Relaxed)
    }

    fn gap(&mut self, kind: GapKind, reason: String) {
        self.gapped = true;
        let path = self.result.path.clone();
        self.look.gap(&path, kind, reason);
    }

    fn member_gap(&mut self, name: &str, kind: GapKind, reason: String) {
        self.member_not_looked_at(name, kind, reason, Vec::new());
    }

    fn encrypted(&mut self, member: Option<&str>, cipher: &str, reason: String) {
        let storage = format!("encrypted:{}", cipher.to_ascii_lowercase());
        let Some(name) = member else {
            self.storage.insert(storage);
            return Sink::gap(self, GapKind::Encrypted, reason);
        };
        self.member_not_looked_at(name, GapKind::Encrypted, reason, vec![storage]);
    }

    fn broken_off(&mut self, kind: GapKind, reason: String) {
        let Some(LookedLeaf { row, .. }) = &mut self.last else { return Sink::gap(self, kind, reason) };
        row.status = match row.status {
            LookStatus::Scanned if row.bytes > 0 => LookStatus::Partial,
            LookStatus::Scanned => LookStatus::NotScanned,
            not_whole => not_whole,
        };
        let path = row.path.clone();
        self.gapped = true;
        self.look.gap(&path, kind, reason);
    }

    fn budget(&self) -> Rc<Budget> {
        Rc::clone(&self.look.budget)
    }

    fn recipients(&mut self, recipients: Recipients) {
        self.result.recipients = Some(recipients);
    }

    fn also(&mut self, charset: Charset) {
        self.charsets.add(charset);
    }

    fn charset(&mut self, charset: Charset) {
        self.result.encoding = Some(charset.name().to_owned());
    }
}
