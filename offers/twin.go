package offers

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	"buffet/store"
)

// Two sources may name the same offer under different ids. What has the same
// title, the same next start and repeats the same way is taken for one if its
// host is the same, or the link is, or (unless two hosts are named) the place
// is. If not, organisers are asked, and until they say so there are two.
//
// The offer that was there first keeps its number and its text; the other
// source's becomes an alias, and as long as the first source is read, its later
// changes are looked at only if the offer is a member's: then a new time, a new place or that it is off is taken
// over, as long as the member has not changed the offer since it was last the
// same. When the source of an offer names it no more, its alias goes on with it.

// twins is what an import knows of offers of other sources.
type twins struct {
	same  map[string]store.OfferTwin // by UID in the source: aliases
	named map[string]store.OfferTwin // those that other feeds' offers go by, too
	all   []store.OfferTwin
	likes map[likeKey][]store.OfferLike // of other sources; nil: not needed so far
	asked int                           // questions that wait for an answer
}

type likeKey struct {
	title, rule string
	start       int64
}

func loadTwins(ctx context.Context, q store.Querier, network, source string) (*twins, error) {
	t := &twins{same: map[string]store.OfferTwin{}, named: map[string]store.OfferTwin{}}
	var err error
	if t.all, err = store.TwinsFrom(ctx, q, network, source); err != nil {
		return nil, err
	}
	if t.asked, err = store.JoinsAsked(ctx, q, network); err != nil {
		return nil, err
	}
	for _, one := range t.all {
		switch one.Same {
		case store.TwinSame:
			t.same[one.UID] = one
		case store.TwinNamed:
			t.named[one.UID] = one
		}
	}
	return t, nil
}

// core is a text by its letters and digits alone.
func core(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, fold(s, true))
}

// ruleKey is a rule whose parts stand in a fixed order.
func ruleKey(rule string) string {
	parts := strings.Split(strings.TrimPrefix(strings.ToUpper(rule), "RRULE:"), ";")
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" || p == "INTERVAL=1" || strings.HasPrefix(p, "WKST=") })
	slices.Sort(parts)
	return strings.Join(parts, ";")
}

// findTwin is an offer of another source that a new one with these dates is the
// same as; sure is false if organisers have to be asked. nil: there is none.
func (im *importer) findTwin(ctx context.Context, o *store.Offer, dates []store.Occurrence) (like *store.OfferLike, sure bool, err error) {
	if im.twins.likes == nil {
		if err := im.readLikes(ctx); err != nil {
			return nil, false, err
		}
	}
	title := core(o.Title)
	if len(im.twins.likes) == 0 || title == "" || o.Status != store.OfferActive {
		return nil, false, nil
	}
	list := im.twins.likes[likeKey{title, ruleKey(o.Rule), store.Millis(nextStart(dates, im.now))}]
	for i := range list {
		if alike(o, &list[i]) {
			return &list[i], true, nil
		}
	}
	if len(list) == 0 {
		return nil, false, nil
	}
	return &list[0], false, nil
}

func (im *importer) readLikes(ctx context.Context) error {
	list, err := store.OfferLikes(ctx, im.tx, im.network, im.source, im.now)
	if err != nil {
		return err
	}
	im.twins.likes = make(map[likeKey][]store.OfferLike, len(list))
	for _, l := range list {
		key := likeKey{core(l.Title), ruleKey(l.Rule), store.Millis(l.Next)}
		im.twins.likes[key] = append(im.twins.likes[key], l)
	}
	return nil
}

// alike tells whether two offers of that title and start are surely the same.
func alike(o *store.Offer, l *store.OfferLike) bool {
	host, other := core(o.Host), core(l.Host)
	if host != "" && host == other {
		return true
	}
	for _, a := range []string{address(o.URL), address(o.Location)} {
		for _, b := range []string{address(l.URL), address(l.Location)} {
			if a != "" && strings.EqualFold(strings.TrimSuffix(a, "/"), strings.TrimSuffix(b, "/")) {
				return true
			}
		}
	}
	place := core(o.Location)
	return (host == "" || other == "") && place == core(l.Location) && !anywhere(place)
}

// anywhere tells whether what stands for a place says nothing of where it is.
func anywhere(place string) bool {
	return slices.Contains([]string{"", "online", "onlineveranstaltung", "virtuell", "virtual", "digital", "zoom", "teams", "microsoftteams", "jitsi",
		"bigbluebutton", "video", "videokonferenz", "internet", "telefon", "tba", "tbd", "wirdnochbekanntgegeben", "nochoffen", "offen"}, place)
}

// join makes an entry an alias of an offer that is there.
func (im *importer) join(ctx context.Context, o *store.Offer, like *store.OfferLike) error {
	if like == nil {
		return nil
	}
	t := store.OfferTwin{Network: im.network, Source: im.source, UID: o.UID, Offer: like.ID, Same: store.TwinSame, Sequence: o.Sequence, Hash: o.Hash}
	if like.Source == SourceMember {
		t.Sequence = like.Sequence
	}
	im.report.Joined++
	im.twins.same[o.UID] = t
	return im.tx.PutTwin(ctx, t)
}

// alias looks at an entry that is the same as an offer of another source. It is
// false if that offer is gone, or its source is: then the entry stands for
// itself, or goes on with it.
func (im *importer) alias(ctx context.Context, e *Entry, hash string, t store.OfferTwin) (bool, error) {
	if t.Status == store.OfferWithdrawn {
		delete(im.twins.same, e.UID)
		return false, im.tx.DropTwin(ctx, t)
	}
	if !im.alive(t.Owner) { // nobody else says anything of it any more
		o, err := store.OfferByID(ctx, im.tx, t.Offer)
		if err != nil {
			return true, err
		}
		delete(im.twins.same, e.UID)
		im.marks[e.UID] = store.OfferMark{ID: o.ID, Number: o.Number, UID: e.UID, Source: im.source, Status: o.Status, Title: o.Title}
		return false, im.tx.DropTwin(ctx, t)
	}
	if t.Hash == hash {
		im.report.Unchanged++
		return true, nil
	}
	t.Hash = hash
	if t.Owner != SourceMember {
		t.Sequence = e.Sequence
		im.report.Unchanged++
		return true, im.tx.PutTwin(ctx, t)
	}
	if t.Now != t.Sequence { // its member changed it since
		im.report.Unchanged++
		return true, im.tx.PutTwin(ctx, t)
	}
	o, err := store.OfferByID(ctx, im.tx, t.Offer)
	if err != nil {
		return true, err
	}
	changed, err := im.follow(ctx, &o, e)
	if err != nil || !changed {
		im.report.Unchanged++
		return true, errors.Join(err, im.tx.PutTwin(ctx, t))
	}
	t.Sequence = o.Sequence
	return true, im.tx.PutTwin(ctx, t)
}

// follow takes over into a member's offer when and where an entry says it is,
// and that it is off. It is false if it says nothing new about that.
func (im *importer) follow(ctx context.Context, o *store.Offer, e *Entry) (bool, error) {
	said, err := im.offer(e, o.Hash)
	if err != nil {
		return false, err
	}
	was := *o
	o.Recurrence, o.Rule, o.Zone, o.Status = said.Recurrence, said.Rule, said.Zone, said.Status
	if said.Location != "" {
		o.Location = said.Location
	}
	o.Sequence++
	o.Changed = im.now
	fresh, err := layOut(o, im.now)
	if err != nil {
		return false, nil //nolint:nilerr // the member's dates can be read, and stay
	}
	old, err := store.Dates(ctx, im.tx, o.ID, im.now, -1)
	if err != nil {
		return false, err
	}
	if o.Location == was.Location && o.Status == was.Status && sameTimes(old, fresh, im.now) {
		return false, nil
	}
	mark := store.OfferMark{ID: o.ID, Status: was.Status}
	what, err := im.change(ctx, o, mark, fresh)
	if err != nil {
		return false, err
	}
	im.report.Changed++
	im.note(o.ID, Change{Number: o.Number, Title: o.Title, What: what})
	return true, nil
}

// sameTimes tells whether the dates from now on start and end alike.
func sameTimes(old, fresh []store.Occurrence, now time.Time) bool {
	fresh = slices.DeleteFunc(slices.Clone(fresh), func(d store.Occurrence) bool { return d.Start.Before(now) && !d.End.After(now) })
	return slices.EqualFunc(old, fresh, func(a, b store.Occurrence) bool {
		return a.Start.Equal(b.Start) && a.End.Equal(b.End) && a.Cancelled == b.Cancelled
	})
}

// dropTwins forgets aliases that this source names no more, and whom to ask about them.
func (im *importer) dropTwins(ctx context.Context, seen map[string]bool) error {
	for _, t := range im.twins.all {
		if !seen[t.UID] {
			if err := im.tx.DropTwin(ctx, t); err != nil {
				return err
			}
		}
	}
	return nil
}

// handOver gives an offer that this source names no more to another feed that
// does; it is false if none does. That one is read anew: what it said of it last
// was not taken over, for the offer was not its own.
func (im *importer) handOver(ctx context.Context, m store.OfferMark) (bool, error) {
	list, err := store.TwinsOf(ctx, im.tx, m.ID)
	if err != nil {
		return false, err
	}
	for _, t := range list {
		if t.Source == im.source || !im.feeds[t.Source] {
			continue
		}
		return true, goOn(ctx, im.tx, t)
	}
	return false, nil
}

// goOn gives an offer to a feed that has the same, which is read anew.
func goOn(ctx context.Context, tx *store.Tx, t store.OfferTwin) error {
	if err := tx.DropTwin(ctx, t); err != nil {
		return err
	}
	if err := tx.ReadAnew(ctx, t.Network, t.Source); err != nil {
		return err
	}
	return tx.SetOfferOwner(ctx, t.Offer, t.Source, t.UID, t.Sequence, "")
}

// handOn gives the offers of a feed that is read no more to others that have them.
func handOn(ctx context.Context, tx *store.Tx, network, source string) error {
	list, err := store.TwinsOfSource(ctx, tx, network, source)
	if err != nil {
		return err
	}
	given := map[int64]bool{}
	for _, t := range list {
		if given[t.Offer] {
			continue
		}
		given[t.Offer] = true
		if err := goOn(ctx, tx, t); err != nil {
			return err
		}
	}
	return nil
}

// alsoNamed notes that this source names another feed's offer by the same UID,
// so that it can be handed over.
func (im *importer) alsoNamed(ctx context.Context, e *Entry, hash string, mark store.OfferMark) error {
	was := im.twins.named[e.UID]
	if mark.Source == SourceMember || was.Offer == mark.ID && was.Sequence == e.Sequence && was.Hash == hash {
		return nil
	}
	return im.tx.PutTwin(ctx, store.OfferTwin{Network: im.network, Source: im.source, UID: e.UID, Offer: mark.ID, Same: store.TwinNamed, Sequence: e.Sequence, Hash: hash})
}

// exchange notes, when this source took an offer over from another feed, which
// goes on naming it, that it is the other way round now.
func (im *importer) exchange(ctx context.Context, mark store.OfferMark) error {
	if t, ok := im.twins.named[mark.UID]; ok {
		if err := im.tx.DropTwin(ctx, t); err != nil {
			return err
		}
	}
	if mark.Status == store.OfferWithdrawn {
		return nil
	}
	return im.tx.PutTwin(ctx, store.OfferTwin{Network: im.network, Source: mark.Source, UID: mark.UID, Offer: mark.ID, Same: store.TwinNamed, Sequence: mark.Sequence, Hash: mark.Hash})
}
