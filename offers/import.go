package offers

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"buffet/store"
)

// Dates are laid out from this long back until this far ahead.
const (
	layOutBack  = 30 * 24 * time.Hour
	layOutAhead = 400 * 24 * time.Hour
)

// Report is what an import did, in numbers of offers.
type Report struct {
	New       int       `json:"new"` // those that came back after they were withdrawn count here
	Changed   int       `json:"changed"`
	Unchanged int       `json:"unchanged"`
	Withdrawn int       `json:"withdrawn"`
	Joined    int       `json:"joined,omitempty"` // that another source or a member had already
	Later     int       `json:"later,omitempty"`  // that organisers are to be asked about once fewer questions wait
	Changes   []Change  `json:"changes"`          // in the order of the calendar, withdrawn ones last
	Skipped   []Skipped `json:"skipped"`
}

// Change is what happened to one offer.
type Change struct {
	Number int    `json:"number"`
	Title  string `json:"title"`
	What   string `json:"what"`
}

// What can happen to an offer. Of several, the first in this order is named.
const (
	ChangeNew       = "new"
	ChangeWithdrawn = "withdrawn"
	ChangeCancelled = "cancelled"
	ChangeTime      = "time"
	ChangePlace     = "place"
	ChangeOther     = "changed"
)

// Import brings a network's offers from one source up to date with its
// calendar. An offer is known by its UID within the network: what is the same
// is not touched, an older SEQUENCE is ignored, what the calendar does not name
// any more is withdrawn (unless the reader merely could not read it), what is
// private as well, and what
// comes back gets its old number. What another source or a member has already is
// one offer with that (see twins). Posts that show what changed are mended by a
// job of kind MendKind in the same transaction. now is the instant of the
// import. For a dry run, roll back.
func Import(ctx context.Context, tx *store.Tx, network, source string, cal *Calendar, now time.Time) (*Report, error) {
	im := &importer{tx: tx, network: network, source: source, now: now, report: &Report{Changes: []Change{}, Skipped: append([]Skipped{}, cal.Skipped...)}}
	if err := im.load(ctx); err != nil {
		return nil, err
	}
	var err error
	if im.w, err = tx.OfferWriter(ctx); err != nil {
		return nil, err
	}
	defer im.w.Close()
	seen := make(map[string]bool, len(cal.Entries))
	for i := range cal.Entries {
		seen[cal.Entries[i].UID] = true
		if err := im.entry(ctx, &cal.Entries[i]); err != nil {
			return nil, fmt.Errorf("import offer: %w", err)
		}
	}
	for _, s := range cal.Skipped {
		seen[s.UID] = seen[s.UID] || s.Reason != ReasonPrivate
	}
	if err := im.askLater(ctx, seen); err != nil {
		return nil, fmt.Errorf("ask about offers: %w", err)
	}
	if err := im.withdraw(ctx, seen); err != nil {
		return nil, fmt.Errorf("withdraw offers: %w", err)
	}
	return im.report, im.mend(ctx)
}

type importer struct {
	tx              *store.Tx
	network, source string
	now             time.Time
	w               *store.OfferWriter
	marks           map[string]store.OfferMark
	highest         int
	feeds           map[string]bool // sources that are read again and again
	shown           map[int64]bool  // offers in a post whose window is open, or that people signed up for
	stale           []int64         // those of them that changed
	twins           *twins
	report          *Report
}

func (im *importer) load(ctx context.Context) (err error) {
	if im.marks, im.highest, err = store.OfferMarks(ctx, im.tx, im.network); err != nil {
		return err
	}
	if im.shown, err = store.Announced(ctx, im.tx, im.now); err != nil {
		return err
	}
	signed, err := store.SignedUp(ctx, im.tx)
	if err != nil {
		return err
	}
	for _, n := range signed { // they are told, whether a post shows it or not
		im.shown[n] = true
	}
	feeds, err := store.Feeds(ctx, im.tx)
	if err != nil {
		return fmt.Errorf("read feeds: %w", err)
	}
	if im.twins, err = loadTwins(ctx, im.tx, im.network, im.source); err != nil {
		return err
	}
	im.feeds = map[string]bool{}
	for _, f := range feeds {
		if f.Network == im.network {
			im.feeds[f.URL] = true
		}
	}
	return nil
}

func (im *importer) entry(ctx context.Context, e *Entry) error {
	hash, err := digest(e)
	if err != nil {
		return err
	}
	if t, ok := im.twins.same[e.UID]; ok {
		if done, err := im.alias(ctx, e, hash, t); err != nil || done {
			return err
		}
	}
	mark, known := im.marks[e.UID] // of one that is not known, its ID is 0
	if known && !im.fresh(mark, e, hash) {
		im.report.Unchanged++
		if im.foreign(mark) {
			return im.alsoNamed(ctx, e, hash, mark)
		}
		return im.takeOver(ctx, mark, hash)
	}
	o, err := im.offer(e, hash)
	if err != nil {
		return err
	}
	fresh, err := layOut(o, im.now)
	if err != nil {
		im.report.Skipped = append(im.report.Skipped, Skipped{UID: e.UID, Title: e.Title, Reason: ReasonRule, Detail: err.Error()})
		return nil
	}
	what, err := im.put(ctx, o, mark, fresh)
	if err != nil || what == "" {
		return err
	}
	if known && im.foreign(mark) {
		if err := im.exchange(ctx, mark); err != nil {
			return err
		}
	}
	if what == ChangeNew {
		im.report.New++
	} else {
		im.report.Changed++
	}
	im.note(o.ID, Change{Number: o.Number, Title: o.Title, What: what})
	im.marks[e.UID] = store.OfferMark{ID: o.ID, Number: o.Number, UID: o.UID, Source: o.Source, Sequence: o.Sequence,
		Status: o.Status, Hash: o.Hash, Title: o.Title}
	return nil
}

// put adds an offer, or changes the one that it is, and tells what happened; ""
// if another source has it.
func (im *importer) put(ctx context.Context, o *store.Offer, mark store.OfferMark, fresh []store.Occurrence) (string, error) {
	var like *store.OfferLike
	if mark.ID == 0 {
		var sure bool
		var err error
		if like, sure, err = im.findTwin(ctx, o, fresh); err != nil {
			return "", err
		}
		switch {
		case like != nil && sure && im.alive(like.Source):
			return "", im.join(ctx, o, like)
		case like != nil && sure:
			mark = store.OfferMark{ID: like.ID, Number: like.Number}
		}
	}
	if mark.ID != 0 {
		o.ID, o.Number = mark.ID, mark.Number
		return im.change(ctx, o, mark, fresh)
	}
	im.highest++
	o.Number = im.highest
	if err := insert(ctx, im.w, o, fresh); err != nil || like == nil {
		return ChangeNew, err
	}
	return ChangeNew, im.askTwin(ctx, o, like)
}

// alive tells whether a source may still say something of its offers.
func (im *importer) alive(source string) bool { return source == SourceMember || im.feeds[source] }

// fresh tells whether an entry says something new about a known offer.
func (im *importer) fresh(mark store.OfferMark, e *Entry, hash string) bool {
	switch {
	case mark.Source == SourceMember:
		return false // whoever brought it changes it; a calendar that has it got it from us
	case mark.Status == store.OfferWithdrawn:
		return true
	case mark.Hash == hash || e.Sequence < mark.Sequence:
		return false
	case im.foreign(mark):
		return e.Sequence > mark.Sequence // two feeds that disagree must not take turns
	}
	return true
}

// foreign: the offer belongs to a member, or to another feed that is still read.
func (im *importer) foreign(mark store.OfferMark) bool {
	return mark.Source != im.source && (im.feeds[mark.Source] || mark.Source == SourceMember)
}

// takeOver makes this source the owner of an offer whose old source is not
// read any more, so that it is withdrawn when this one drops it.
func (im *importer) takeOver(ctx context.Context, mark store.OfferMark, hash string) error {
	if mark.Source == im.source || mark.Hash != hash || im.foreign(mark) {
		return nil
	}
	mark.Source = im.source
	im.marks[mark.UID] = mark
	return im.tx.SetOfferSource(ctx, mark.ID, im.source)
}

func (im *importer) offer(e *Entry, hash string) (*store.Offer, error) {
	recurrence, err := json.Marshal(e.Recurrence)
	if err != nil {
		return nil, fmt.Errorf("keep recurrence: %w", err)
	}
	status := store.OfferActive
	if e.Cancelled {
		status = store.OfferCancelled
	}
	return &store.Offer{
		Network: im.network, UID: e.UID, Source: im.source, Sequence: e.Sequence, Status: status, Kind: e.Kind,
		Title: e.Title, Description: e.Description, URL: e.URL, Location: e.Location, Host: e.Host, Topics: e.Topics,
		Zone: e.Zone, Recurrence: string(recurrence), Rule: e.Rule, Hash: hash,
		Changed: im.now,
	}, nil
}

// withdraw takes back what this source had and does not name any more.
func (im *importer) withdraw(ctx context.Context, seen map[string]bool) error {
	var gone []store.OfferMark
	for uid, m := range im.marks {
		if m.Source == im.source && m.Status != store.OfferWithdrawn && !seen[uid] {
			gone = append(gone, m)
		}
	}
	slices.SortFunc(gone, func(a, b store.OfferMark) int { return a.Number - b.Number })
	if err := im.dropTwins(ctx, seen); err != nil {
		return err
	}
	for _, m := range gone {
		if given, err := im.handOver(ctx, m); err != nil {
			return err
		} else if given {
			continue
		}
		if err := im.tx.WithdrawOffer(ctx, m.ID, im.now); err != nil {
			return err
		}
		im.report.Withdrawn++
		im.note(m.ID, Change{Number: m.Number, Title: m.Title, What: ChangeWithdrawn})
	}
	return nil
}

func (im *importer) note(offer int64, c Change) {
	im.report.Changes = append(im.report.Changes, c)
	if im.shown[offer] {
		im.stale = append(im.stale, offer)
	}
}

// mend asks for the posts to be mended that show what changed.
func (im *importer) mend(ctx context.Context) error {
	if len(im.stale) == 0 {
		return nil
	}
	return askMend(ctx, im.tx, im.network, mendArgs{Offers: im.stale}, im.now)
}
