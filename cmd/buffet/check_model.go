package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"buffet/digest"
	"buffet/lang"
	"buffet/store"
)

// model has the language model sum up two made-up messages, and says what
// each network used this month.
func (k *checker) model(ctx context.Context, c *Config, st *store.Store) {
	m, err := c.summariser(st, k.p.logger(c.Log)) // its log says why
	if m == nil && err == nil {
		return
	}
	what := "model"
	if err == nil {
		what += ": " + m.Host()
		if st != nil {
			what += used(ctx, c, st)
		}
		m.Budget = digest.Budget{} // this is nobody's
		err = tryModel(ctx, m)
	}
	k.line(what, err, "are url, key_file and model right, and does the service know JSON answers? Summaries work without it")
}

func tryModel(ctx context.Context, m *digest.Model) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	sum, err := m.Summarise(ctx, digest.Request{Talk: digest.Talk{Lang: lang.English, Messages: []digest.Message{
		{ID: "1", Thread: "1", Sender: "a", Name: "Anna", Text: "Who can lend us a projector on Thursday for the meeting of the volunteers?"},
		{ID: "2", Thread: "1", ReplyTo: "1", Sender: "b", Name: "Boris", Text: "The library lends projectors, you have to sign up two days before."},
	}}})
	if err != nil {
		return err
	}
	if sum.Note == nil {
		return nil
	}
	phrases, err := lang.Load()
	if err != nil {
		return err
	}
	return errors.New(phrases.Text(lang.English, sum.Note.Key, sum.Note.Values).Plain())
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
