package offers

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"buffet/lang"
	"buffet/store"
)

// Scope is which dates of a series are meant. An offer with a single date knows only All.
type Scope string

// The scopes. Dates that are over stay as they were, whatever the scope.
const (
	OnlyThis  Scope = "this"
	Following Scope = "following" // that date and all later ones
	All       Scope = "all"       // from the next date on
)

// Edit is what to change of an offer; nil leaves as it is. It can be kept as
// JSON. Of single dates only title, link, place and time can be changed.
type Edit struct {
	Title       *string    `json:"title,omitempty"`
	Description *string    `json:"description,omitempty"`
	URL         *string    `json:"url,omitempty"`
	Location    *string    `json:"location,omitempty"`
	Host        *string    `json:"host,omitempty"`
	Kind        *string    `json:"kind,omitempty"`
	Material    *string    `json:"material,omitempty"`
	Topics      *[]string  `json:"topics,omitempty"`
	Capacity    *int       `json:"capacity,omitempty"`
	When        *lang.When `json:"when,omitempty"` // with Repeat: another rhythm
	Back        bool       `json:"back,omitempty"` // what was cancelled takes place
}

// wide tells whether something is changed that all dates have in common.
func (e *Edit) wide() bool {
	return e.Description != nil || e.Host != nil || e.Kind != nil || e.Material != nil || e.Topics != nil || e.Capacity != nil
}

// some refuses what dates of a series cannot have of their own.
func (e *Edit) some(scope Scope, o *store.Offer) error {
	switch {
	case scope == All:
	case e.wide():
		return lang.Wrong("native_wide")
	case e.Location != nil && *e.Location == "" && o.Location != "", e.URL != nil && *e.URL == "" && o.URL != "":
		return lang.Wrong("native_empty_one") // an empty text of a date means the offer's
	}
	return nil
}

// Check cleans the texts as Draft.Check does, with the same limits.
func (e *Edit) Check(now time.Time) error {
	for _, one := range []struct {
		text  *string
		check func(*string) error
	}{
		{e.Title, checkTitle}, {e.Description, checkDescription}, {e.URL, checkLink}, {e.Location, checkPlace},
		{e.Host, checkHost}, {e.Material, checkLink}, {e.Kind, func(s *string) error { return checkKind(*s) }},
	} {
		if one.text == nil {
			continue
		}
		if err := one.check(one.text); err != nil {
			return err
		}
	}
	if e.Topics != nil {
		if err := checkTopics(e.Topics); err != nil {
			return err
		}
	}
	if e.Capacity != nil {
		if err := checkCapacity(*e.Capacity); err != nil {
			return err
		}
	}
	if e.When != nil {
		return checkWhen(*e.When, now)
	}
	return nil
}

// Changed is what a change makes of an offer; nothing is stored yet. key is
// the date that scope is about. Errors that are a *lang.Problem say why it cannot be.
func Changed(o store.Offer, scope Scope, key time.Time, e Edit, now time.Time) (store.Offer, error) {
	if err := open(&o, e.Back); err != nil {
		return o, err
	}
	if err := e.Check(now); err != nil {
		return o, err
	}
	e.common(&o)
	if o.Help != "" {
		if e.When != nil {
			return o, lang.Wrong("native_help_when")
		}
		if o.Kind != KindHelp || o.Capacity != 0 {
			return o, lang.Wrong("native_help_fields")
		}
		e.texts(&o)
		if e.Back {
			o.Status = store.OfferActive
		}
		return o, nil
	}
	t, scope, key, err := meant(&o, scope, key, now)
	if err != nil {
		return o, err
	}
	if err := e.some(scope, &o); err != nil {
		return o, err
	}
	if err := t.change(scope, key, e, now); err != nil {
		return o, err
	}
	return o, t.keep()
}

// Native refuses, by a *lang.Problem, to change an offer that no member brought.
func Native(o *store.Offer) error {
	switch {
	case o.Source != SourceMember:
		return fromElsewhere(o)
	case o.Status == store.OfferWithdrawn:
		return lang.Wrong("native_withdrawn", lang.Values{"Number": o.Number})
	}
	return nil
}

// open refuses to change what is not a member's or is off; back: that it is off
// is what changes.
func open(o *store.Offer, back bool) error {
	if err := Native(o); err != nil {
		return err
	}
	if o.Status == store.OfferCancelled && !back {
		return lang.Wrong("native_cancelled", lang.Values{"Number": o.Number})
	}
	return nil
}

// fromElsewhere says where an offer comes from and so can be changed. Only the
// host of a feed is named: its address may be a secret.
func fromElsewhere(o *store.Offer) error {
	u, err := url.Parse(o.Source)
	if err != nil || u.Host == "" {
		return lang.Wrong("native_feed_file", lang.Values{"Number": o.Number})
	}
	return lang.Wrong("native_feed", lang.Values{"Number": o.Number, "From": u.Hostname()})
}

// common sets what all dates have in common.
func (e *Edit) common(o *store.Offer) {
	for _, one := range []struct{ from, to *string }{
		{e.Description, &o.Description}, {e.Host, &o.Host}, {e.Kind, &o.Kind}, {e.Material, &o.Material},
	} {
		if one.from != nil {
			*one.to = *one.from
		}
	}
	if e.Topics != nil {
		o.Topics = *e.Topics
	}
	if e.Capacity != nil {
		o.Capacity = *e.Capacity
	}
}

// texts sets for the offer what single dates may have of their own.
func (e *Edit) texts(o *store.Offer) {
	for _, one := range []struct{ from, to *string }{{e.Title, &o.Title}, {e.Location, &o.Location}, {e.URL, &o.URL}} {
		if one.from != nil {
			*one.to = *one.from
		}
	}
}

// Cancelled is what is left of an offer when dates of it are off; as Changed.
func Cancelled(o store.Offer, scope Scope, key, now time.Time) (store.Offer, error) {
	if err := open(&o, false); err != nil {
		return o, err
	}
	if o.Help != "" {
		o.Status = store.OfferCancelled
		return o, nil
	}
	t, scope, key, err := meant(&o, scope, key, now)
	if err != nil {
		return o, err
	}
	if key.IsZero() {
		return o, lang.Wrong("native_over", lang.Values{"Number": o.Number})
	}
	switch scope {
	case OnlyThis:
		err = t.one(key, func(v *Override) { v.Cancelled = true })
	case Following:
		err = t.cut(key)
	default:
		o.Status = store.OfferCancelled
		return o, nil
	}
	if err != nil {
		return o, err
	}
	return o, t.keep()
}

// ChangeOffer changes an offer that a member brought, its dates, and what shows
// them: posts are mended by a job of kind MendKind, sign-ups follow. Errors as Changed.
func ChangeOffer(ctx context.Context, tx *store.Tx, o store.Offer, scope Scope, key time.Time, e Edit, now time.Time) (store.Offer, error) {
	before, err := store.OfferByID(ctx, tx, o.ID)
	if err != nil {
		return o, err
	}
	after, err := Changed(before, scope, key, e, now)
	if err != nil {
		return o, err
	}
	return saveChange(ctx, tx, after, mendArgs{}, now)
}

// CancelOffer is ChangeOffer for dates that do not take place. reason, "" if
// none was given, is told with it.
func CancelOffer(ctx context.Context, tx *store.Tx, o store.Offer, scope Scope, key time.Time, reason string, now time.Time) (store.Offer, error) {
	before, err := store.OfferByID(ctx, tx, o.ID)
	if err != nil {
		return o, err
	}
	after, err := Cancelled(before, scope, key, now)
	if err != nil {
		return o, err
	}
	why := mendArgs{Reason: oneLine(reason)}
	if scope == OnlyThis {
		why.Date = store.Millis(key)
	}
	return saveChange(ctx, tx, after, why, now)
}

func saveChange(ctx context.Context, tx *store.Tx, o store.Offer, why mendArgs, now time.Time) (store.Offer, error) {
	o.Sequence++
	o.Changed = now
	old, err := store.Dates(ctx, tx, o.ID, now.Add(-layOutBack), -1)
	if err != nil {
		return o, err
	}
	fresh, err := layOut(&o, now)
	if err != nil {
		return o, fmt.Errorf("lay out offer: %w", err)
	}
	w, err := tx.OfferWriter(ctx)
	if err != nil {
		return o, err
	}
	defer w.Close()
	if err := w.Update(ctx, &o); err != nil {
		return o, err
	}
	if err := rewrite(ctx, tx, w, o.ID, old, fresh, pair(old, fresh)); err != nil {
		return o, err
	}
	why.Offers = []int64{o.ID}
	return o, askMend(ctx, tx, o.Network, why, now)
}

// keep writes the timetable into its offer.
func (t *timetable) keep() error {
	text, err := json.Marshal(t.Recurrence)
	if err != nil {
		return fmt.Errorf("keep recurrence: %w", err)
	}
	t.offer.Recurrence = string(text)
	return nil
}
