package store

import (
	"context"
	"fmt"
	"time"
)

// Sample is which contributions of a network are looked for: of one kind,
// visible in the scopes.
type Sample struct {
	Network    string
	Scopes     []string
	Kind       string
	Unanswered bool      // questions that are open and have no answer there
	Before     time.Time // said before; zero: whenever
	Mix        uint32    // in an order that this number makes, rather than the newest first; 0: not
}

// SampleContributions are at most limit of them. The order hangs on nothing
// but what is visible.
func SampleContributions(ctx context.Context, q Querier, s Sample, limit int) ([]Contribution, error) {
	where, args := inScopes("c", s.Scopes)
	n := len(args)
	args = append(args, s.Network, s.Kind)
	where += fmt.Sprintf(` AND c.network = $%d AND c.kind = $%d`, n+1, n+2)
	if s.Unanswered {
		answer, _ := inScopes("a", s.Scopes)
		where += ` AND c.closed_at = 0 AND (c.nudged_at > 0 OR NOT EXISTS (
			SELECT 1 FROM contribution a WHERE a.question_id = c.id AND a.question_id > 0 AND ` + answer + `))`
	}
	if !s.Before.IsZero() {
		args = append(args, Millis(s.Before))
		where += fmt.Sprintf(` AND c.sent_at < $%d`, len(args))
	}
	order := `c.sent_at DESC, c.number DESC`
	if s.Mix != 0 {
		args = append(args, int64(s.Mix%mixed))
		order = fmt.Sprintf(`(c.number * 7919 + $%d) %% %d, c.number`, len(args), mixed)
	}
	args = append(args, limit)
	return contributions(ctx, q, where+` ORDER BY `+order+fmt.Sprintf(` LIMIT $%d`, len(args)), args...)
}

const mixed = 10007 // a prime; numbers are spread over it
