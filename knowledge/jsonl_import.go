package knowledge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"buffet/store"
)

const (
	hashPrefix = "sha256:" // of the ids of entries that have none of their own
	ownPrefix  = "buffet/" // of the ids that Export gives to what was said in rooms
)

// Report is what an import did; answers are counted by themselves.
type Report struct {
	New       int       `json:"new"`
	Changed   int       `json:"changed"`
	Unchanged int       `json:"unchanged"`
	Skipped   []Skipped `json:"skipped"`
}

// Import keeps entries, as ReadJSONL gives them, as contributions of a
// network. What was imported before, by its id or else its kind, title and
// text, is changed where it differs; what is missing now stays. Authors are
// names only. It fails with the transaction only.
func Import(ctx context.Context, tx *store.Tx, network string, entries []Entry, now time.Time) (Report, error) {
	i := &importer{tx: tx, network: network, now: now, seen: map[string]int{}}
	i.report.Skipped = []Skipped{}
	// answers by themselves may stand before their questions
	for _, answers := range []bool{false, true} {
		for _, e := range entries {
			if (e.Kind == store.Answer) != answers {
				continue
			}
			if err := i.entry(ctx, e); err != nil {
				return i.report, fmt.Errorf("import line %d: %w", e.Line, err)
			}
		}
	}
	return i.report, nil
}

type importer struct {
	tx      *store.Tx
	network string
	now     time.Time
	seen    map[string]int // kind and uid -> line
	report  Report
}

func (i *importer) entry(ctx context.Context, e Entry) error {
	if e.Kind == store.Answer {
		question, err := i.find(ctx, store.Question, e.Question, "", "")
		if errors.Is(err, store.ErrNotFound) {
			i.skip(e.Line, "its question is not there")
			return nil
		} else if err != nil {
			return err
		}
		return i.answer(ctx, e, question)
	}
	c, ok, err := i.keep(ctx, e, store.Contribution{})
	if err != nil || !ok {
		return err
	}
	for _, a := range e.Answers {
		err := i.answer(ctx, Entry{Line: e.Line, Kind: store.Answer, ID: a.ID, Text: a.Text, URL: a.URL, Audience: a.Audience, Author: a.Author, At: a.At}, c)
		if err != nil {
			return err
		}
	}
	return nil
}

func (i *importer) answer(ctx context.Context, e Entry, question store.Contribution) error {
	_, _, err := i.keep(ctx, e, question)
	return err
}

func (i *importer) skip(line int, why string) {
	i.report.Skipped = append(i.report.Skipped, Skipped{line, why})
}

// keep adds or changes one contribution; not ok if it was skipped.
func (i *importer) keep(ctx context.Context, e Entry, question store.Contribution) (_ store.Contribution, ok bool, err error) {
	if e.Audience == store.AudienceRoom {
		i.skip(e.Line, "for a room only, and which one is not known here")
		return store.Contribution{}, false, nil
	}
	uid := e.ID
	if uid == "" {
		uid = hashID(e.Kind, e.Title, e.Text, question)
	}
	key := e.Kind + "\x00" + uid
	if line, twice := i.seen[key]; twice {
		i.skip(e.Line, fmt.Sprintf("the same as in line %d", line))
		return store.Contribution{}, false, nil
	}
	i.seen[key] = e.Line
	old, err := i.find(ctx, e.Kind, uid, e.Title, e.Text)
	if errors.Is(err, store.ErrNotFound) && e.Kind == store.Answer {
		old, err = i.said(ctx, question, e.Text)
	}
	if errors.Is(err, store.ErrNotFound) {
		c := i.fill(store.Contribution{Network: i.network, Kind: e.Kind, UID: uid}, e, question)
		c, _, err = i.tx.AddContribution(ctx, c)
		i.report.New++
		return c, true, err
	}
	if err != nil {
		return old, false, err
	}
	c := i.fill(old, e, question)
	if old.UID == "" || c == old {
		i.report.Unchanged++ // what was said in a room is its author's, whatever a file says
		return old, true, nil
	}
	i.report.Changed++
	return c, true, put(ctx, i.tx, c, i.now)
}

// fill is c as the entry has it. What the entry leaves open stays.
func (i *importer) fill(c store.Contribution, e Entry, question store.Contribution) store.Contribution {
	c.Question, c.URL, c.Name, c.Audience, c.Kept = question.ID, e.URL, e.Author, e.Audience, true
	c.Title, c.Body, c.Topics = e.Title, e.Text, strings.Join(e.Topics, " ")
	if at := e.time(); !at.IsZero() {
		c.Sent = at
	} else if c.Sent.IsZero() {
		c.Sent = store.Time(store.Millis(i.now))
	}
	if c.Active.Before(c.Sent) {
		c.Active = c.Sent
	}
	if !e.Closed {
		c.Closed = time.Time{}
	} else if c.Closed.IsZero() {
		c.Closed = c.Sent
	}
	return c
}

// find is what an id stands for: something imported, or, for an id that
// Export gave, what was said in a room here in the same words.
func (i *importer) find(ctx context.Context, kind, uid, title, text string) (store.Contribution, error) {
	c, err := store.ContributionByUID(ctx, i.tx, i.network, kind, uid)
	number, own := strings.CutPrefix(uid, ownPrefix)
	if !own || !errors.Is(err, store.ErrNotFound) || len(number) < 2 || number[:1] != letterOf(kind) {
		return c, err
	}
	n, err := strconv.Atoi(number[1:])
	if err != nil {
		return c, store.ErrNotFound
	}
	c, err = store.ContributionByNumber(ctx, i.tx, i.network, kind, n)
	if err == nil && (c.UID != "" || oneLine(c.Title) != title || clean(c.Body) != text) {
		return store.Contribution{}, store.ErrNotFound
	}
	return c, err
}

// said is the answer to a question that was given in a room here in the same words.
func (i *importer) said(ctx context.Context, question store.Contribution, text string) (store.Contribution, error) {
	if question.UID != "" {
		return store.Contribution{}, store.ErrNotFound
	}
	list, err := store.AnswersTo(ctx, i.tx, question.ID)
	if err != nil {
		return store.Contribution{}, err
	}
	for _, a := range list {
		if a.UID == "" && clean(a.Body) == text {
			return a, nil
		}
	}
	return store.Contribution{}, store.ErrNotFound
}

func letterOf(kind string) string {
	if kind == store.Experience {
		return "E"
	}
	return "F"
}

// hashID is the id of an entry without one; answers are told apart by their
// questions too.
func hashID(kind, title, text string, question store.Contribution) string {
	of := question.UID
	if of == "" && question.Number > 0 {
		of = ownPrefix + letterOf(store.Question) + strconv.Itoa(question.Number)
	}
	sum := sha256.Sum256([]byte(kind + "\x00" + title + "\x00" + text + "\x00" + of))
	return hashPrefix + hex.EncodeToString(sum[:16])
}
