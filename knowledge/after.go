package knowledge

import (
	"context"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// fewWords are too few to be an experience.
const fewWords = 2

func afterMark(e id.EventID) id.EventID { return "after/" + e }

// GatherAfter keeps an answer to what people take along from a date as an
// experience, marked by us: its author is told and may say no. Thanks, emoji,
// questions and what is shorter than three words are left alone.
func (k *Keeper) GatherAfter(ctx context.Context, tx *store.Tx, p Place, m Said, us id.UserID, now time.Time) error {
	body := Clip(m.Text)
	if len(strings.Fields(body)) <= fewWords || !lang.IsAnswer(body) || lang.OnlyAsks(body) {
		return nil
	}
	_, _, err := k.Gather(ctx, tx, p, store.Experience, m, us, afterMark(m.Event), now)
	return err
}
