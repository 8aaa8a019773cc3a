package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"buffet/store"
)

// model has the language model sum up two made-up messages, and says what
// each network used this month.
func (k *checker) model(ctx context.Context, c *Config, st *store.Store) {
	m, err := c.summariser(st, zerolog.Nop())
	if m == nil && err == nil {
		return
	}
	what := "model"
	if err == nil {
		what += ": " + m.Host()
		if st != nil {
			what += used(ctx, c, st)
		}
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Minute)
		defer cancel()
		err = m.Try(ctx)
	}
	k.line(what, err, "are url (with its port and /v1), key_file and model right? Summaries work without it")
}

// used is what each network used of a model this month.
func used(ctx context.Context, c *Config, st *store.Store) string {
	var parts []string
	for _, n := range c.Networks {
		u, err := store.ModelUseOf(ctx, st.Reader(), n.Name, store.ModelMonth(time.Now()))
		if err != nil {
			continue // the line of the database says so
		}
		parts = append(parts, fmt.Sprintf("%s %d tokens, cost %.2f", n.Name, u.In+u.Out, float64(u.Cost)/1e6))
	}
	return "; this month: " + strings.Join(parts, " · ")
}
