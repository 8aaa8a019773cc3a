package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"buffet/commands"
	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

// finish sends a new answer, unless something that it may rest on has changed
// since it was read, and keeps it for those who ask the same.
func (s *summing) finish(ctx context.Context, m *made, mended uint64) error {
	err := s.deliverSummary(ctx, m.text, func(tx *store.Tx, keys []string) error {
		if s.talks.mendedSince(s.a.Of, mended) {
			return errMended
		}
		return s.rest(ctx, tx, &m.answer, m.draft, keys)
	})
	if err == nil {
		if m.draft != nil {
			m.sources = nil // the draft has them; it is not made twice
		}
		s.talks.keep(s.q, m.answer, time.Now())
	}
	return err
}

// send sends a text that is there already: one of ours, or a known answer.
func (s *summing) send(ctx context.Context, text *lang.Text, known *answer) error {
	return s.deliverSummary(ctx, text, func(tx *store.Tx, keys []string) error {
		if known == nil {
			return nil
		}
		if !s.talks.current(s.q, *known) {
			return errMended
		}
		again := *known
		again.digest.Room, again.digest.Thread, again.digest.Event = s.a.Room, s.a.Thread, s.a.Event
		return s.rest(ctx, tx, &again, nil, keys)
	})
}

// deliverSummary ticks the job off and puts its answer into the outbox, once.
func (s *summing) deliverSummary(ctx context.Context, text *lang.Text, also func(tx *store.Tx, keys []string) error) error {
	return s.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := store.RoomIn(ctx, tx, s.a.Of); err != nil {
			return err // it was upgraded meanwhile, or we are out of it
		}
		if err := s.j.Done(ctx, tx); err != nil {
			return err
		}
		keys, err := s.conclude(ctx, tx, s.a, text, time.Now())
		if err != nil {
			return err
		}
		return also(tx, keys)
	})
}

// gone ends a request about a room that we are not in any more. If it was
// upgraded, that is said: where it was asked or, if that was the room itself,
// in its successor.
func (s *summing) gone(ctx context.Context) error {
	rooms, err := s.Store.Rooms(ctx, "")
	if err != nil {
		return err
	}
	next := slices.IndexFunc(rooms, func(r store.Room) bool { return r.Followed == s.a.Of })
	return s.Store.Write(ctx, func(tx *store.Tx) error {
		if err := s.j.Done(ctx, tx); err != nil || next < 0 {
			return err
		}
		text := s.say("sum_moved", lang.Values{"Command": s.a.Command})
		if s.a.Room != s.a.Of {
			_, err := s.conclude(ctx, tx, s.a, text, time.Now())
			return err
		}
		m := summaryReply(s.a, text)
		m.Key, m.Room, m.ReplyTo, m.Thread = m.Key+"/moved", rooms[next].ID, "", ""
		_, err := tx.Send(ctx, m, time.Now())
		return err
	})
}

// conclude puts the last word on a request into the outbox, in place of the
// line that told of progress if there is one. It gives the keys of all
// messages that show it.
func (b *Bot) conclude(ctx context.Context, tx *store.Tx, a commands.SummaryArgs, text *lang.Text, now time.Time) (keys []string, err error) {
	m := summaryReply(a, text)
	keys = []string{m.Key}
	there, lost, err := store.MessageThere(ctx, tx, m.Key)
	if err != nil {
		return nil, err
	}
	if there {
		m.Edits = m.Key
	}
	if there || lost {
		m.Key += "/answer"
		keys = append(keys, m.Key)
	}
	_, err = tx.Send(ctx, m, now)
	return keys, err
}

// summaryReply is an answer where it was asked.
func summaryReply(a commands.SummaryArgs, text *lang.Text) store.Message {
	return store.Message{Key: "reply/" + a.Event.String(), Room: a.Room, ReplyTo: a.Event, Thread: a.Thread,
		Plain: text.Plain(), HTML: text.HTML(), Notice: true}
}

// rest notes what an answer rests on, so that it goes when that does.
func (s *summing) rest(ctx context.Context, tx *store.Tx, a *answer, draft []store.DigestLine, keys []string) error {
	if len(a.sources) == 0 {
		return nil
	}
	for _, src := range a.sources {
		if gone, err := store.Forgotten(ctx, tx, tx.HashPerson(src.Author)); err != nil {
			return err
		} else if gone {
			return errMended
		}
	}
	n, err := tx.AddDigest(ctx, a.digest, draft)
	if err != nil {
		return err
	}
	if draft != nil {
		a.draft = n
		return s.Approve(ctx, tx, n, s.organisers, time.Now())
	}
	if err := tx.AddDigestSources(ctx, n, a.sources); err != nil {
		return err
	}
	for _, key := range keys {
		if err := tx.PutDigestPost(ctx, store.DigestPost{Key: key, Digest: n, Kind: store.PostRoom, Room: s.a.Room}); err != nil {
			return err
		}
	}
	return nil
}

// SummaryFailed tells the one who asked that a summary was given up.
func (b *Bot) SummaryFailed(ctx context.Context, tx *store.Tx, job store.Job, cause error) error {
	j := &schedule.Job{Job: job}
	var a commands.SummaryArgs
	if j.Decode(&a) != nil || a.Room == "" {
		return nil
	}
	number := faultNumber()
	b.Log.Error().Err(cause).Str("job", job.Key).Str("fault", number).Stringer("room_id", a.Of).Msg("summary given up")
	if _, err := b.conclude(ctx, tx, a, b.Phrases.Text(a.Lang, "bot_fault", lang.Values{"Number": number}), time.Now()); err != nil {
		return fmt.Errorf("tell of summary given up: %w", err)
	}
	return tx.WipeJob(ctx, job.Key) // who asked stands in it
}
