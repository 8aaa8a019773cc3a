package store

import (
	"context"
	"fmt"
	"strings"
)

// What of kind help is open: it is closed by being withdrawn or cancelled.
const openHelp = `f.help <> '' AND f.status = 'active'`

// HelpOffers are what networks look for (HelpNeed) or have to give (HelpGive),
// "" for both, that is not closed: what changed last comes first. limit below
// 0: all. total counts all of them.
func HelpOffers(ctx context.Context, q Querier, networks []string, help string, limit, offset int) (list []Offer, total int, err error) {
	if len(networks) == 0 {
		return nil, 0, nil
	}
	marks, args := make([]string, len(networks)), make([]any, len(networks))
	for i, n := range networks {
		marks[i], args[i] = fmt.Sprintf("$%d", i+1), n
	}
	n := len(args)
	args = append(args, help)
	where := ` FROM offer f WHERE ` + openHelp + ` AND f.network IN (` + strings.Join(marks, ", ") + fmt.Sprintf(`) AND ($%d = '' OR f.help = $%d)`, n+1, n+1)
	if err := q.QueryRowContext(ctx, `SELECT count(*)`+where, args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count who needs help: %w", err)
	}
	list, err = Collect(ctx, q, scanOffer, `SELECT `+offerColumns+where+
		fmt.Sprintf(` ORDER BY f.help = 'give', f.changed_at DESC, f.id DESC LIMIT $%d OFFSET $%d`, n+2, n+3), append(args, limit, offset)...)
	if err != nil {
		return nil, 0, fmt.Errorf("read who needs help: %w", err)
	}
	return list, total, nil
}

// DigestHelp is what a network looks for or has to give, for a digest: what
// organisers left out of one of this room and audience, or refused with it,
// does not come again. First what is needed, then the newest; fresh is how many
// of them changed in the window.
func DigestHelp(ctx context.Context, q Querier, network string, w DigestWindow, limit int) (list []Offer, total, fresh int, err error) {
	where := ` FROM offer f WHERE ` + openHelp + ` AND f.network = $1 AND f.changed_at < $2
		AND NOT EXISTS (SELECT 1 FROM digest_line l JOIN digest d ON d.id = l.digest_id WHERE l.offer_id = f.id AND l.section = 'open'
			AND d.kind = 'weekly' AND d.room_id = $3 AND d.audience = $4
			AND (d.state = 'refused' OR d.state IN ('approved', 'published') AND l.gone = 'out'))`
	args := []any{network, Millis(w.To), w.Room, w.Audience}
	if err := q.QueryRowContext(ctx, `SELECT count(*), count(*) FILTER (WHERE f.changed_at >= $5)`+where,
		append(args, Millis(w.From))...).Scan(&total, &fresh); err != nil {
		return nil, 0, 0, fmt.Errorf("count who needs help: %w", err)
	}
	list, err = Collect(ctx, q, scanOffer, `SELECT `+offerColumns+where+` ORDER BY f.help = 'give', f.changed_at DESC, f.id DESC LIMIT $5`, append(args, limit)...)
	if err != nil {
		return nil, 0, 0, fmt.Errorf("read who needs help: %w", err)
	}
	return list, total, fresh, nil
}
