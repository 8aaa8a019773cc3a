package knowledge

import (
	"context"
	"errors"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// Edit follows an edit of a gathered message by its author. An edit that
// leaves nothing deletes it.
func (k *Keeper) Edit(ctx context.Context, tx *store.Tx, e id.EventID, author id.UserID, text string, now time.Time) error {
	list, err := store.ContributionsOf(ctx, tx, e)
	if err != nil {
		return err
	}
	body := Clip(text)
	for _, c := range list {
		if c.Author != author {
			continue
		}
		if body == "" {
			err = k.drop(ctx, tx, c, now)
		} else {
			c.Body, c.Title = body, ""
			err = tx.PutContribution(ctx, c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Redact follows a redaction: of a gathered message, which is deleted with
// everything made of it, or of a mark, whose effect is taken back.
func (k *Keeper) Redact(ctx context.Context, tx *store.Tx, e id.EventID, now time.Time) error {
	list, err := store.ContributionsOf(ctx, tx, e)
	if err != nil {
		return err
	}
	for _, c := range list {
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
	if m.What == store.MarkChoice || m.What == store.MarkNamed {
		return k.back(ctx, tx, c, now)
	}
	left, err := store.Marked(ctx, tx, c.ID, m.What)
	if err != nil || left > 0 {
		return err
	}
	switch m.What {
	case store.MarkQuestion, store.MarkExperience:
		if c.Kept && m.Sender != c.Author {
			return nil // its author wants it kept
		}
		return k.drop(ctx, tx, c, now)
	case store.MarkClosed:
		return k.Reopen(ctx, tx, c.ID, now)
	}
	return nil
}

// back lets only those choices stand, in all contributions that they were
// about, whose marks still do.
func (k *Keeper) back(ctx context.Context, tx *store.Tx, c store.Contribution, now time.Time) error {
	choices, err := standing(ctx, tx, c)
	if err != nil {
		return err
	}
	list, err := asked(ctx, tx, store.Consent{Contribution: c.ID, Author: c.Author})
	if err != nil {
		return err
	}
	for _, one := range list {
		one.Audience, one.Name = store.AudienceRoom, ""
		for _, choice := range choices {
			if err := apply(ctx, tx, &one, choice); err != nil {
				return err
			}
		}
		if err := tx.PutContribution(ctx, one); err != nil {
			return err
		}
	}
	return tx.LogConsent(ctx, store.Consent{Contribution: c.ID, Author: c.Author, Said: "back", At: now})
}

// standing are the choices of a contribution's author whose marks stand,
// oldest first. A mark and what it said have the same time in the log.
func standing(ctx context.Context, q store.Querier, c store.Contribution) (choices []Choice, err error) {
	marks, err := store.MarksOf(ctx, q, c.ID)
	if err != nil {
		return nil, err
	}
	said, err := store.ConsentsOf(ctx, q, c.Author)
	if err != nil {
		return nil, err
	}
	for _, line := range said {
		if line.Contribution != c.ID || line.Said == "asked" || line.Said == "back" {
			continue
		}
		if slices.ContainsFunc(marks, func(m store.Mark) bool {
			return (m.What == store.MarkChoice || m.What == store.MarkNamed) && m.At.Equal(line.At)
		}) {
			choices = append(choices, Choice(line.Said))
		}
	}
	return choices, nil
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
	if err := tx.ForgetPerson(ctx, user); err != nil {
		return err
	}
	return tx.SetForgotten(ctx, tx.HashPerson(user), now)
}

// Retain deletes what is older than a room keeps it; most at once. It tells
// whether there is more.
func (k *Keeper) Retain(ctx context.Context, tx *store.Tx, room id.RoomID, before time.Time, most int) (more bool, err error) {
	list, err := store.Outlived(ctx, tx, room, before, most)
	if err != nil {
		return false, err
	}
	for _, c := range list {
		if err := tx.DropContribution(ctx, c); err != nil {
			return false, err
		}
	}
	return len(list) == most, nil
}
