package store

import (
	"context"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// Drafts are the digests of a room that wait for approval, newest first.
func Drafts(ctx context.Context, q Querier, room id.RoomID) ([]Digest, error) {
	list, err := Collect(ctx, q, scanDigest, `SELECT `+digestColumns+` FROM digest WHERE room_id = $1 AND state = 'draft' ORDER BY id DESC`, room)
	if err != nil {
		return nil, fmt.Errorf("read drafts: %w", err)
	}
	return list, nil
}

// DraftsFor are the digests that wait for approval and were shown to this
// organiser, newest first.
func DraftsFor(ctx context.Context, q Querier, user id.UserID) ([]Digest, error) {
	list, err := Collect(ctx, q, scanDigest, `SELECT `+digestColumns+` FROM digest d WHERE state = 'draft'
		AND EXISTS (SELECT 1 FROM digest_post p WHERE p.digest_id = d.id AND p.kind = 'draft' AND p.user_id = $1) ORDER BY id DESC`, user)
	if err != nil {
		return nil, fmt.Errorf("read drafts: %w", err)
	}
	return list, nil
}

// SummaryDrafts are the summaries made before a time that still wait for
// approval.
func SummaryDrafts(ctx context.Context, q Querier, before time.Time) ([]Digest, error) {
	list, err := Collect(ctx, q, scanDigest, `SELECT `+digestColumns+` FROM digest WHERE kind = 'summary' AND state = 'draft' AND made_at < $1 ORDER BY id`, Millis(before))
	if err != nil {
		return nil, fmt.Errorf("read drafts of summaries: %w", err)
	}
	return list, nil
}

// UnplannedDrafts are the weekly digests that wait for approval, and that no
// next one will follow: the schedule that made them is gone.
func UnplannedDrafts(ctx context.Context, q Querier) ([]Digest, error) {
	list, err := Collect(ctx, q, scanDigest, `SELECT `+digestColumns+` FROM digest d WHERE kind = 'weekly' AND state = 'draft'
		AND NOT EXISTS (SELECT 1 FROM schedule s WHERE s.room_id = d.room_id AND s.kind = 'digest' AND s.enabled = 1
			AND coalesce(nullif(json_extract(s.filter, '$.audience'), ''), 'room') = d.audience) ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("read drafts without a schedule: %w", err)
	}
	return list, nil
}

// lapseDrafts ends the drafts of a room that nobody will release any more.
func (tx *Tx) lapseDrafts(ctx context.Context, room id.RoomID, now time.Time) error {
	drafts, err := Drafts(ctx, tx, room)
	if err != nil {
		return err
	}
	for _, d := range drafts {
		if _, err := tx.SetDigestState(ctx, d.ID, DigestDraft, DigestLapsed, now); err != nil {
			return err
		}
		if err := tx.WipeDigest(ctx, d.ID); err != nil {
			return err
		}
		if err := tx.MendDigest(ctx, d.ID, DigestLapsed); err != nil {
			return err
		}
	}
	return nil
}
