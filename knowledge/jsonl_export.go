package knowledge

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"buffet/store"
)

// Export writes a network's questions, with their answers, and experiences as
// Import reads them, in the order they were kept, and returns how many lines
// that are. What only a room may see is left out unless rooms is true; Import
// refuses it. Names stand only where their bearers agreed; user ids, rooms and
// event ids never. Answers whose question is gone or left out are left out.
func Export(ctx context.Context, q store.Querier, network string, w io.Writer, rooms bool) (int, error) {
	const page = 500
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	n, after := 0, int64(0)
	for {
		list, err := store.ContributionsAfter(ctx, q, network, after, page)
		if err != nil {
			return n, err
		}
		for _, c := range list {
			after = c.ID
			if !shown(c, rooms) {
				continue
			}
			e, err := entryOf(ctx, q, c, rooms)
			if err != nil {
				return n, err
			}
			if err := out.Encode(e); err != nil {
				return n, fmt.Errorf("write export: %w", err)
			}
			n++
		}
		if len(list) < page {
			return n, nil
		}
	}
}

func shown(c store.Contribution, rooms bool) bool {
	return c.Audience == store.AudienceNetwork || c.Audience == store.AudiencePublic || rooms && c.Audience == store.AudienceRoom
}

func entryOf(ctx context.Context, q store.Querier, c store.Contribution, rooms bool) (Entry, error) {
	e := Entry{Kind: c.Kind, ID: exportID(c), Title: oneLine(c.Title), Text: clean(c.Body), Topics: strings.Fields(c.Topics), URL: c.URL,
		Audience: c.Audience, Author: publicName(c.Name), At: exportTime(c.Sent), Closed: !c.Closed.IsZero()}
	if c.Kind != store.Question {
		return e, nil
	}
	answers, err := store.AnswersTo(ctx, q, c.ID)
	if err != nil {
		return e, err
	}
	for _, a := range answers {
		if shown(a, rooms) {
			e.Answers = append(e.Answers, EntryAnswer{exportID(a), clean(a.Body), a.URL, a.Audience, publicName(a.Name), exportTime(a.Sent)})
		}
	}
	return e, nil
}

// exportID is the id by which an import knows it again; hashes are made anew.
func exportID(c store.Contribution) string {
	switch {
	case strings.HasPrefix(c.UID, hashPrefix):
		return ""
	case c.UID == "" && c.Number > 0:
		return ownPrefix + letterOf(c.Kind) + strconv.Itoa(c.Number)
	}
	return c.UID
}

func exportTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
