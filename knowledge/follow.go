package knowledge

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// Edit follows an edit of a gathered message by its author. An edit that
// leaves nothing deletes it.
func (k *Keeper) Edit(ctx context.Context, tx *store.Tx, room id.RoomID, e id.EventID, author id.UserID, text string, now time.Time) error {
	list, err := store.ContributionsOf(ctx, tx, e)
	if err != nil {
		return err
	}
	body := Clip(text)
	for _, c := range list {
		if c.Author != author || c.EventRoom != room {
			continue
		}
		if body == "" {
			err = k.drop(ctx, tx, c, now)
		} else {
			err = k.reword(ctx, tx, c, body, now)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// reword gives a contribution its new text. A title that came with the old one
// goes, but for what an answer is about that was gathered after a date.
func (k *Keeper) reword(ctx context.Context, tx *store.Tx, c store.Contribution, body string, now time.Time) error {
	_, err := store.MarkOf(ctx, tx, afterMark(c.Event))
	if errors.Is(err, store.ErrNotFound) {
		c.Title, err = "", nil
	}
	if err != nil {
		return err
	}
	c.Body = body
	return put(ctx, tx, c, now)
}

// Redact follows a redaction: of a gathered message, which is deleted with
// everything made of it, or of a mark, whose effect is taken back.
func (k *Keeper) Redact(ctx context.Context, tx *store.Tx, room id.RoomID, e id.EventID, now time.Time) error {
	list, err := store.ContributionsOf(ctx, tx, e)
	if err != nil {
		return err
	}
	for _, c := range list {
		if c.EventRoom != room { // an event can only be redacted in its own room
			continue
		}
		if err := k.drop(ctx, tx, c, now); err != nil {
			return err
		}
	}
	m, err := store.MarkOf(ctx, tx, e)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	if m.Room != "" && m.Room != room {
		c, err := store.ContributionByID(ctx, tx, m.Contribution)
		if err != nil || c.EventRoom != room { // but for one in the room that was upgraded
			return store.Ignore(err)
		}
	}
	if err := tx.DropMark(ctx, e); err != nil {
		return err
	}
	return k.unmark(ctx, tx, m, now)
}

// unmark takes the effect of a mark back that is gone already.
func (k *Keeper) unmark(ctx context.Context, tx *store.Tx, m store.Mark, now time.Time) error {
	c, err := store.ContributionByID(ctx, tx, m.Contribution)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	left, err := store.MarksOf(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	of := func(what string) bool {
		return slices.ContainsFunc(left, func(m store.Mark) bool { return m.What == what })
	}
	choice := strings.HasPrefix(m.What, store.MarkChoice)
	switch {
	case m.What == store.MarkClosed && !of(store.MarkClosed):
		return k.Reopen(ctx, tx, c.ID, now)
	case !choice && m.What != c.Kind:
		return nil
	}
	if choice {
		if err := k.back(ctx, tx, c, left, now); err != nil {
			return err
		}
	}
	// Without a word of its author's it hangs on the marks of others.
	own := func(m store.Mark) bool {
		return m.Sender == c.Author && (m.What == c.Kind || strings.HasPrefix(m.What, store.MarkChoice))
	}
	switch {
	case c.Kind == store.Answer || slices.ContainsFunc(left, own):
		return nil
	case !of(c.Kind):
		return k.drop(ctx, tx, c, now)
	}
	if c, err = store.ContributionByID(ctx, tx, c.ID); err != nil || !c.Kept {
		return err
	}
	c.Kept = false
	return tx.PutContribution(ctx, c)
}

// back undoes a choice in all contributions that it was about: what the choices
// that are left say is what goes.
func (k *Keeper) back(ctx context.Context, tx *store.Tx, c store.Contribution, left []store.Mark, now time.Time) error {
	list, err := asked(ctx, tx, store.Consent{Contribution: c.ID, Author: c.Author})
	if err != nil {
		return err
	}
	for _, one := range list {
		one.Audience, one.Name = store.AudienceRoom, ""
		for _, m := range left {
			said, ok := strings.CutPrefix(m.What, store.MarkChoice+"/")
			if !ok {
				continue
			}
			for choice := range strings.SplitSeq(said, "/") {
				if err := apply(ctx, tx, &one, Choice(choice)); err != nil {
					return err
				}
			}
		}
		if err := put(ctx, tx, one, now); err != nil {
			return err
		}
	}
	return tx.LogConsent(ctx, store.Consent{Contribution: c.ID, Author: c.Author, Said: "back", At: now})
}

// Forget erases everything of a person and remembers, by a keyed hash, that
// nothing of theirs is to be stored again.
func (k *Keeper) Forget(ctx context.Context, tx *store.Tx, user id.UserID, now time.Time) error {
	list, err := store.ContributionsBy(ctx, tx, user)
	if err != nil {
		return err
	}
	for _, c := range list {
		if err := k.drop(ctx, tx, c, now); err != nil {
			return err
		}
	}
	if err := k.takeBackAsks(ctx, tx, user, now); err != nil {
		return err
	}
	if err := tx.ForgetPerson(ctx, user); err != nil {
		return err
	}
	return tx.SetForgotten(ctx, tx.HashPerson(user), now)
}

// takeBackAsks takes back what organisers were asked about somebody's offers:
// it names them, and says what they wrote.
func (k *Keeper) takeBackAsks(ctx context.Context, tx *store.Tx, user id.UserID, now time.Time) error {
	asks, err := store.ProposalAsks(ctx, tx, user)
	if err != nil {
		return err
	}
	for _, m := range asks {
		if err := tx.Withdraw(ctx, m.Key, now); err != nil {
			return err
		}
		there, lost, err := store.MessageThere(ctx, tx, m.Key)
		if err != nil {
			return err
		}
		if !there || lost {
			continue
		}
		if m.Room == "" && m.User == "" { // sent: whose it was is known by their hash
			r, err := store.DirectRoomOf(ctx, tx, tx.HashPerson, m.Key[strings.LastIndexByte(m.Key, '/')+1:])
			if errors.Is(err, store.ErrNotFound) {
				continue // left for good
			} else if err != nil {
				return err
			}
			m.Room = r.ID
		}
		// what is on its way goes out without its words
		if err := tx.Rewrite(ctx, m.Key, "–", "–"); err != nil {
			return err
		}
		gone := store.Message{Key: m.Key + "/gone", Room: m.Room, User: m.User, Redacts: m.Key, IfThere: m.User != ""}
		if _, err := tx.Send(ctx, gone, now); err != nil {
			return err
		}
	}
	return nil
}

// Retain deletes what is older than a room keeps it; most at once. It tells
// whether there is more.
func (k *Keeper) Retain(ctx context.Context, tx *store.Tx, room id.RoomID, before time.Time, most int, now time.Time) (more bool, err error) {
	list, err := store.Outlived(ctx, tx, room, before, most)
	if err != nil {
		return false, err
	}
	for _, c := range list {
		if err := unquote(ctx, tx, c, true, now); err != nil { // later nobody knows where it is quoted
			return false, err
		}
		if err := tx.DropContribution(ctx, c); err != nil {
			return false, err
		}
	}
	return len(list) == most, nil
}
