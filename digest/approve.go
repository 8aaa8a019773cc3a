package digest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// Release is the reaction by which an organiser releases a draft.
const Release = "✅"

// SendDraft shows a draft to organisers, each in their direct chat.
func (p *Publisher) SendDraft(ctx context.Context, tx *store.Tx, digest int64, organisers []id.UserID, now time.Time) error {
	page, err := p.page(ctx, tx, digest)
	if err != nil {
		return err
	}
	text := page.Draft()
	for _, user := range organisers {
		m := store.Message{Key: fmt.Sprintf("digest/%d/draft/%s", digest, personKey(tx, user)), User: user,
			Plain: text.Plain(), HTML: text.HTML(), Reactions: []string{Release}}
		if _, err := tx.Send(ctx, m, now); err != nil {
			return err
		}
		if err := tx.PutDigestPost(ctx, store.DigestPost{Key: m.Key, Digest: digest, Kind: store.PostDraft, User: user, BodyHash: text.Hash()}); err != nil {
			return err
		}
	}
	return nil
}

// Approve releases a draft without the items of these numbers, and has it
// posted. It gives a Problem if there is no such number, nothing would be left,
// or somebody else decided in the meantime. The caller makes sure that an
// organiser of its room says so.
func Approve(ctx context.Context, tx *store.Tx, d store.Digest, without []int, now time.Time) error {
	if d.State != store.DigestDraft {
		return lang.Wrong("digest_decided")
	}
	lines, err := store.DigestLines(ctx, tx, d.ID)
	if err != nil {
		return err
	}
	left := standingItems(lines)
	for _, n := range without {
		if !slices.ContainsFunc(lines, func(l store.DigestLine) bool { return l.Number == n }) {
			return lang.Wrong("digest_no_number", lang.Values{"Number": n})
		}
		delete(left, n)
	}
	if len(left) == 0 {
		return lang.Wrong("digest_nothing_left")
	}
	if err := tx.DropLines(ctx, d.ID, store.LineOut, without...); err != nil {
		return err
	}
	if err := settle(ctx, tx, d, store.DigestApproved, now); err != nil {
		return err
	}
	return release(ctx, tx, d.ID, now)
}

// Refuse ends a draft for good: what was in it does not come again.
func Refuse(ctx context.Context, tx *store.Tx, d store.Digest, now time.Time) error {
	if d.State != store.DigestDraft {
		return lang.Wrong("digest_decided")
	}
	return settle(ctx, tx, d, store.DigestRefused, now)
}

// Shown notes a message that shows a weekly digest, so that it is mended with
// it, or taken back if it is a file. key is its key in the outbox.
func Shown(ctx context.Context, tx *store.Tx, page *Page, kind, key string, room id.RoomID, user id.UserID) error {
	hash := page.Text().Hash()
	if kind == store.PostFile {
		hash = voidsHash(page.Digest)
	}
	return tx.PutDigestPost(ctx, store.DigestPost{Key: key, Digest: page.ID, Kind: kind, Room: room, User: user, BodyHash: hash})
}

// standingItems are the numbers of those items that are shown: their first line
// is there, and of an answered question an answer, too.
func standingItems(lines []store.DigestLine) map[int]bool {
	shown, first := map[int]int{}, map[int]bool{}
	answered := map[int]bool{}
	for _, l := range lines {
		if l.Role == More {
			continue
		}
		if !first[l.Number] {
			first[l.Number] = true
			answered[l.Number] = l.Section == Answered
			if l.Gone != "" {
				shown[l.Number] = -len(lines) // never made up for
			}
		}
		if l.Gone == "" {
			shown[l.Number]++
		}
	}
	left := map[int]bool{}
	for n, lines := range shown {
		if lines > 1 || lines == 1 && !answered[n] {
			left[n] = true
		}
	}
	return left
}
