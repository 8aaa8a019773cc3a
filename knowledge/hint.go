package knowledge

import (
	"context"
	"fmt"
	"path"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

const (
	// QuietOff is how many people want fewer hints before there are none any more.
	QuietOff = 4

	// HintPrefix begins the outbox keys of hints at earlier questions.
	HintPrefix = "hint/"

	maxHints  = 2    // earlier threads that are named
	quietStep = 0.07 // how much surer a hint must be for each person who wanted fewer
)

// Hint names, in the thread of a new question, at most two earlier ones that
// ask the same, if it is sure enough (store.MatchFloor) and everybody in the
// room may see them. Each 👎 in the room makes it surer next time.
func (k *Keeper) Hint(ctx context.Context, tx *store.Tx, p Place, c store.Contribution, now time.Time) error {
	quiet, err := store.QuietMarks(ctx, tx, p.Room)
	if err != nil || quiet >= QuietOff {
		return err
	}
	if set, err := store.Setting(ctx, tx, p.Room, store.SetHints); err != nil || set == store.Off {
		return err
	}
	hits, _, err := store.Search(ctx, tx, store.SearchQuery{Text: c.Body, Kinds: []string{store.Question},
		Scopes: RoomScopes(p.Room, p.Network), Limit: maxHints + 1})
	if err != nil {
		return err
	}
	text := k.Phrases.Text(p.Lang, "know_hint_head")
	found := 0
	for _, h := range hits {
		if h.ID == c.ID || h.Kind != store.Question || h.Match < store.MatchFloor+quietStep*float64(quiet) || found == maxHints {
			continue
		}
		old, err := store.ContributionByID(ctx, tx, h.ID)
		if err != nil {
			return err
		}
		found++
		quoted := store.Mark{Event: id.EventID(fmt.Sprintf("%s%d/%d", HintPrefix, c.ID, old.ID)), Room: p.Room, What: store.MarkQuoted, Contribution: old.ID, At: now}
		if _, err := tx.AddMark(ctx, quoted); err != nil {
			return err
		}
		text.Line().Raw("• ").Bold(Number(old, p.Lang)).Raw(" " + quote(old.Body) + " (" + lang.ShortDay(p.Lang, old.Sent, now) + ")")
		address := old.URL
		if old.Event != "" {
			via, err := store.Via(ctx, tx, old.Room, "") // not the author's: it would hint at who that is
			if err != nil {
				return err
			}
			address = Link(old.EventRoom, old.Event, via)
		}
		if address != "" {
			text.Raw(" ").Link(k.Phrases.Say(p.Lang, "know_to_message"), address)
		}
	}
	if found == 0 {
		return nil
	}
	text.Line().Add(k.Phrases.Text(p.Lang, "know_hint_foot"))
	_, err = tx.Send(ctx, store.Message{Key: fmt.Sprintf("%s%d", HintPrefix, c.ID), Room: p.Room, ReplyTo: c.Event, Thread: c.Thread,
		Plain: text.Plain(), HTML: text.HTML(), Notice: true}, now)
	return err
}

// put changes a contribution, and takes the hints back that quote what is not
// to be read any more.
func put(ctx context.Context, tx *store.Tx, c store.Contribution, now time.Time) error {
	old, err := store.ContributionByID(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	if err := unquote(ctx, tx, c, quote(old.Body) != quote(c.Body), now); err != nil {
		return err
	}
	return tx.PutContribution(ctx, c)
}

// unquote takes the hints back that quote a question: all of them, or those
// in rooms that may not see it.
func unquote(ctx context.Context, tx *store.Tx, c store.Contribution, all bool, now time.Time) error {
	marks, err := store.MarksOf(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for _, m := range marks {
		if m.What != store.MarkQuoted || !all && (c.Audience != store.AudienceRoom || m.Room == c.Room) {
			continue
		}
		hint := path.Dir(m.Event.String())
		if _, err := tx.Send(ctx, store.Message{Key: hint + "/back", Room: m.Room, Redacts: hint}, now); err != nil {
			return err
		}
	}
	return nil
}
