package digest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"maunium.net/go/mautrix/id"

	"buffet/knowledge"
	"buffet/store"
)

// A thread is busy from so many people on, or so many messages of more than
// one person.
const (
	busyPeople   = 3
	busyMessages = 5
)

// thread is messages that belong together: by a thread's root or by replies.
type thread struct {
	messages []Message
	people   int
}

// chooseThreads reads the room and keeps its busiest threads.
func (w *writing) chooseThreads(ctx context.Context) error {
	if w.Read == nil {
		return nil
	}
	h, err := w.Read(ctx, w.place.Room, w.draft.From, w.draft.To)
	if errors.Is(err, ErrUnreadable) {
		w.Log.Warn().Err(err).Stringer("room_id", w.place.Room).Msg("the room may not be read: its digest has no threads")
		return nil
	}
	if err != nil { // they would be lost: the next digest begins where this one ends
		return fmt.Errorf("read the room for its digest: %w", err)
	}
	w.draft.Unreadable, w.draft.Cut = h.Unreadable, h.Cut
	for _, t := range conversations(h.Messages) {
		if t, err = w.quotable(ctx, t); err != nil {
			return err
		}
		if t.people >= busyPeople || t.people > 1 && len(t.messages) >= busyMessages {
			w.threads = append(w.threads, t)
		}
	}
	slices.SortStableFunc(w.threads, func(a, b thread) int {
		return cmp.Or(b.people-a.people, len(b.messages)-len(a.messages), a.messages[0].Sent.Compare(b.messages[0].Sent))
	})
	return nil
}

// conversations puts messages of a thread and of a tree of replies together, those
// that stand alone aside.
func conversations(messages []Message) []thread {
	root := map[string]string{}
	var find func(string) string
	find = func(e string) string {
		up, ok := root[e]
		if !ok || up == e {
			return e
		}
		top := find(up)
		root[e] = top
		return top
	}
	for _, m := range messages {
		for _, up := range []string{m.Thread, m.ReplyTo} {
			if up != "" {
				if a, b := find(m.ID), find(up); a != b {
					root[a] = b
				}
			}
		}
	}
	var list []thread
	at := map[string]int{}
	for _, m := range messages {
		top := find(m.ID)
		i, ok := at[top]
		if !ok {
			i = len(list)
			at[top] = i
			list = append(list, thread{})
		}
		list[i].messages = append(list[i].messages, m)
	}
	return slices.DeleteFunc(list, func(t thread) bool { return len(t.messages) < 2 })
}

// quotable leaves out all that people said in a thread who want nothing kept
// of it, or nothing at all, and counts who is left.
func (w *writing) quotable(ctx context.Context, t thread) (thread, error) {
	question := int64(0)
	for _, m := range t.messages {
		list, err := store.ContributionsOf(ctx, w.q, id.EventID(m.ID))
		if err != nil {
			return t, err
		}
		for _, c := range list {
			if c.Kind == store.Question {
				question = c.ID
			} else if c.Question != 0 && question == 0 {
				question = c.Question
			}
		}
	}
	silent, people := map[string]bool{}, map[string]bool{}
	for _, m := range t.messages {
		no, err := knowledge.Refused(ctx, w.q, w.Hash(id.UserID(m.Sender)), id.EventID(m.ID), question)
		if err != nil {
			return t, err
		}
		silent[m.Sender] = silent[m.Sender] || no
	}
	t.messages = slices.DeleteFunc(t.messages, func(m Message) bool { return silent[m.Sender] })
	for _, m := range t.messages {
		people[m.Sender] = true
	}
	t.people = len(people)
	return t, nil
}
