package commands

import (
	"context"
	"time"

	"buffet/knowledge"
	"buffet/lang"
	"buffet/store"
)

// runMyData is "meinedaten": two files by direct message.
func runMyData(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	if c.Doubtful {
		return nil, c.wrong("know_doubtful")
	}
	data, err := knowledge.MyData(ctx, tx, c.Sender, c.Now)
	if err != nil {
		return nil, err
	}
	raw, err := data.JSON()
	if err != nil {
		return nil, err
	}
	files := []store.File{
		{Name: "buffet.html", Type: "text/html", Data: data.HTML(c.Table.phrases, c.Lang, c.zone())},
		{Name: "buffet.json", Type: "application/json", Data: raw},
	}
	return &Reply{Text: c.say("know_data_sent"), Files: files}, nil
}

// runForgetMe is "vergissmich". It says what it will do first; "ja" does it.
func runForgetMe(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	if c.Doubtful {
		return nil, c.wrong("know_doubtful")
	}
	if len(c.Args) == 0 || fold(c.Args[0]) != "ja" && fold(c.Args[0]) != "yes" {
		return &Reply{Text: c.say("know_forget_sure", c.rememberWord())}, nil
	}
	if err := c.Table.keeper.Forget(ctx, tx, c.Sender, c.Now); err != nil {
		return nil, err
	}
	return &Reply{Text: c.say("know_forgotten_now", c.rememberWord())}, nil
}

// runRememberMe is "merkdirmich": it undoes "vergissmich" for what comes.
func runRememberMe(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	if c.Doubtful {
		return nil, c.wrong("know_doubtful")
	}
	if err := tx.UnsetForgotten(ctx, tx.HashPerson(c.Sender)); err != nil {
		return nil, err
	}
	return &Reply{Text: c.say("know_remembered")}, nil
}

// zone is the time zone to answer in.
func (c *Call) zone() *time.Location {
	switch {
	case c.Network != nil:
		return c.Network.Zone
	case len(c.Networks) > 0:
		return c.Networks[0].Zone
	}
	return time.UTC
}

func (c *Call) rememberWord() lang.Values {
	return lang.Values{"Word": c.Prefix + c.Command.Name(c.Lang), "Undo": c.Prefix + c.Table.word("merkdirmich", c.Lang)}
}
