package store

import (
	"path/filepath"
	"testing"
	"time"
)

// TestManyQuestions: answers are found by their index, however many there are.
// Without it each question looks through all of them: eight times as many
// questions would take sixty times as long, and not eight.
func TestManyQuestions(t *testing.T) {
	few, many := lookThrough(t, 500), lookThrough(t, 4000)
	if many > 25*few {
		t.Errorf("500 questions take %s, 4000 take %s", few, many)
	}
}

// lookThrough is how long what a digest asks takes at best with so many
// questions, all but one answered.
func lookThrough(t *testing.T, questions int) (best time.Duration) {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "buffet.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	from := time.Date(2026, 11, 13, 16, 0, 0, 0, time.UTC)
	if err := s.Write(t.Context(), func(tx *Tx) error {
		for _, q := range []string{
			`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2) INSERT INTO contribution
				(id, network, kind, number, room_id, author, audience, body, sent_at, active_at) SELECT i, 'nord', 'question', i, '!r', '@a:x', 'network', 'q', $1 + i, $1 FROM n`,
			`INSERT INTO contribution (network, kind, number, question_id, room_id, author, audience, body, sent_at, active_at)
				SELECT 'nord', 'answer', 0, id, '!r', '@b:x', 'network', 'a', $1 + id, $1 FROM contribution WHERE kind = 'question' AND id < $2`,
			`INSERT INTO consent (contribution_id, author, said, ask_key, at) SELECT id, author, 'network', 'consent/' || id, $1 - 5 + $2 * 0 FROM contribution`,
		} {
			if _, err := tx.ExecContext(t.Context(), q, Millis(from), questions); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	w := DigestWindow{Scopes: []string{NetworkScope("nord"), PublicScope("nord")}, From: from, To: from.AddDate(0, 0, 7)}
	for range 3 {
		start := time.Now()
		_, open, err := OpenQuestions(t.Context(), s.Reader(), w.Scopes, 5, 0)
		if err != nil || open != 1 {
			t.Errorf("%d open questions, %v", open, err)
		}
		_, open, err = UnansweredQuestions(t.Context(), s.Reader(), w, 5)
		if err != nil || open != 1 {
			t.Errorf("%d unanswered questions, %v", open, err)
		}
		_, answered, err := AnsweredQuestions(t.Context(), s.Reader(), w, 5)
		if err != nil || answered != questions-1 {
			t.Errorf("%d answered questions, %v", answered, err)
		}
		if q, a, _, err := NewContributions(t.Context(), s.Reader(), w); err != nil || q != questions || a != questions-1 {
			t.Errorf("%d questions, %d answers, %v", q, a, err)
		}
		if took := time.Since(start); best == 0 || took < best {
			best = took
		}
	}
	return best
}
