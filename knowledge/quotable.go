package knowledge

import (
	"context"
	"fmt"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// Refused tells whether somebody does not want a message of theirs to be
// kept: they said no to this one, or to all that they answer to a question (0:
// it is in no question's thread), or never again to everything. hash is
// theirs (store.HashPerson).
func Refused(ctx context.Context, q store.Querier, hash string, e id.EventID, question int64) (bool, error) {
	if gone, err := store.Forgotten(ctx, q, hash); err != nil || gone {
		return gone, err
	}
	marks := []id.EventID{refusal(e)}
	if question != 0 {
		marks = append(marks, refusalOf(question, hash))
	}
	return refused(ctx, q, marks...)
}

func refusalOf(question int64, hash string) id.EventID {
	return id.EventID(fmt.Sprintf("no/%d/%s", question, hash))
}

// HideNames puts a placeholder in the place of words that people's names are
// made of.
func HideNames(text string, names []string) string { return hideNames(text, names) }
