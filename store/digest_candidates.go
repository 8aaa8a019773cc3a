package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"
)

// DigestWindow is what a digest may tell: what is visible in these scopes, and
// new there from From to before To.
type DigestWindow struct {
	Scopes   []string
	From, To time.Time
	// Room and Audience are those of the digest: organisers may have said of
	// an open question that it is not to come again there.
	Room     id.RoomID
	Audience string
}

// digestQuery puts a query about a window together.
type digestQuery struct {
	args []any
	w    DigestWindow
	wide string // what authors said to be seen in these scopes from other rooms
}

func newDigestQuery(w DigestWindow) *digestQuery {
	q := &digestQuery{w: w, wide: `('public')`}
	for _, s := range w.Scopes {
		q.args = append(q.args, s)
		if strings.HasPrefix(s, NetworkScope("")) {
			q.wide = `('network', 'public')`
		}
	}
	q.args = append(q.args, Millis(w.From), Millis(w.To))
	return q
}

// within is the condition that a time is in the window.
func (q *digestQuery) within(column string) string {
	n := len(q.w.Scopes)
	return fmt.Sprintf("%s >= $%d AND %s < $%d", column, n+1, column, n+2)
}

// visible is the condition that a contribution is seen in the scopes.
func (q *digestQuery) visible(c string) string {
	where, _ := inScopes(c, q.w.Scopes)
	return where
}

// fresh is the condition that a contribution became visible in the window: it
// was said or, if that was later, gathered in it; or that was in another room
// before, and its author let it out now for the first time. What was said of
// one answer goes for all that its author gives in that thread.
func (q *digestQuery) fresh(c string) string {
	own, _ := inScopes(c, q.w.Scopes)
	i := strings.LastIndex(own, " IN (")
	if i < 0 {
		return "0"
	}
	// not correlated, so it is read once and not for each contribution
	let := `FROM consent k JOIN contribution b ON b.id = k.contribution_id WHERE k.said IN ` + q.wide + ` AND ` + q.within("k.at") +
		` AND NOT EXISTS (SELECT 1 FROM consent o WHERE o.ask_key = k.ask_key AND o.contribution_id = k.contribution_id AND o.said IN ` + q.wide +
		fmt.Sprintf(` AND o.at < $%d)`, len(q.w.Scopes)+1)
	return strings.NewReplacer("C.", c+".", "IN OWN", own[i+1:], "LET", let).Replace(
		fmt.Sprintf(`(C.sent_at < $%[2]d AND C.gathered_at < $%[2]d AND (C.sent_at >= $%[1]d OR C.gathered_at >= $%[1]d)
			OR C.sent_at < $%[1]d AND C.gathered_at < $%[1]d AND NOT 'r/' || C.room_id IN OWN
			AND (C.id IN (SELECT b.id LET) OR C.kind = 'answer' AND C.question_id > 0 AND (C.question_id, C.author) IN (SELECT b.question_id, b.author LET)))`,
			len(q.w.Scopes)+1, len(q.w.Scopes)+2))
}

// page reads the contributions of a condition in an order, and counts them all.
func (q *digestQuery) page(ctx context.Context, db Querier, where, order string, limit int) (list []Contribution, total int, err error) {
	// not every condition is about the window, and the driver wants every number used
	where += fmt.Sprintf(" AND $%d <= $%d", len(q.w.Scopes)+1, len(q.w.Scopes)+2)
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM contribution c WHERE `+where, q.args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count contributions: %w", err)
	}
	args := slices.Concat(q.args, []any{limit})
	list, err = contributions(ctx, db, where+` ORDER BY `+order+fmt.Sprintf(` LIMIT $%d`, len(args)), args...)
	return list, total, err
}

// AnsweredQuestions are questions that were answered or closed in the window
// and have an answer which is visible: first what was closed, then by the
// number of visible answers, then the newest; imported ones last. total counts
// all of them.
func AnsweredQuestions(ctx context.Context, db Querier, w DigestWindow, limit int) (list []Contribution, total int, err error) {
	q := newDigestQuery(w)
	answer := ` FROM contribution a WHERE a.question_id = c.id AND a.question_id > 0 AND a.kind = 'answer' AND ` + q.visible("a")
	return q.page(ctx, db, `c.kind = 'question' AND `+q.visible("c")+` AND EXISTS (SELECT 1`+answer+`)
		AND (c.closed_at > 0 AND `+q.within("c.closed_at")+` OR EXISTS (SELECT 1`+answer+` AND `+q.fresh("a")+`))`,
		`c.uid <> '', c.closed_at = 0, (SELECT count(*)`+answer+`) DESC, c.sent_at DESC, c.id DESC`, limit)
}

// VisibleAnswers are the answers to a question that are visible in the scopes,
// in the order they were said, at most limit.
func VisibleAnswers(ctx context.Context, db Querier, question int64, scopes []string, limit int) ([]Contribution, error) {
	visible, args := inScopes("c", scopes)
	args = append(args, question, limit)
	return contributions(ctx, db, fmt.Sprintf(`c.question_id = $%d AND c.question_id > 0 AND c.kind = 'answer' AND %s ORDER BY c.sent_at, c.id LIMIT $%d`,
		len(args)-1, visible, len(args)), args...)
}

// UnansweredQuestions are the visible questions from before the window's end
// that are open and have no visible answer, those aside that organisers left
// out of a digest of this room and audience or refused with it: first what is
// new in the window, then the newest.
func UnansweredQuestions(ctx context.Context, db Querier, w DigestWindow, limit int) (list []Contribution, total int, err error) {
	q := newDigestQuery(w)
	q.args = append(q.args, w.Room, w.Audience)
	return q.page(ctx, db, fmt.Sprintf(`c.kind = 'question' AND c.closed_at = 0 AND c.sent_at < $%d AND `, len(w.Scopes)+2)+q.visible("c")+fmt.Sprintf(`
		AND NOT EXISTS (SELECT 1 FROM digest_source s JOIN digest_line l ON l.digest_id = s.digest_id AND l.seq = s.seq
			JOIN digest d ON d.id = s.digest_id WHERE s.contribution_id = c.id AND s.contribution_id > 0 AND l.section = 'open' AND d.kind = 'weekly'
			AND d.room_id = $%d AND d.audience = $%d AND (d.state = 'refused' OR d.state IN ('approved', 'published') AND l.gone = 'out'))`,
		len(q.args)-1, len(q.args))+`
		AND NOT EXISTS (SELECT 1 FROM contribution a WHERE a.question_id = c.id AND a.question_id > 0 AND a.kind = 'answer' AND `+q.visible("a")+`)`,
		`NOT `+q.fresh("c")+`, c.sent_at DESC, c.id DESC`, limit)
}

// NewExperiences are the visible experiences that are new in the window,
// newest first; imported ones last.
func NewExperiences(ctx context.Context, db Querier, w DigestWindow, limit int) (list []Contribution, total int, err error) {
	q := newDigestQuery(w)
	return q.page(ctx, db, `c.kind = 'experience' AND `+q.visible("c")+` AND `+q.fresh("c"), `c.uid <> '', c.sent_at DESC, c.id DESC`, limit)
}

// NewContributions counts what is new in the window and was said here: imported
// ones do not count, they may be thousands at once.
func NewContributions(ctx context.Context, db Querier, w DigestWindow) (questions, answers, experiences int, err error) {
	q := newDigestQuery(w)
	err = db.QueryRowContext(ctx, `SELECT count(CASE WHEN c.kind = 'question' THEN 1 END), count(CASE WHEN c.kind = 'answer' THEN 1 END),
		count(CASE WHEN c.kind = 'experience' THEN 1 END) FROM contribution c WHERE c.uid = '' AND `+q.visible("c")+` AND `+q.fresh("c"), q.args...).
		Scan(&questions, &answers, &experiences)
	if err != nil {
		return 0, 0, 0, fmt.Errorf("count contributions: %w", err)
	}
	return questions, answers, experiences, nil
}
